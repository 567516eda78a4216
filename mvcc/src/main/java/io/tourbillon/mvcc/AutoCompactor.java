package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.CompactRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import org.agrona.MutableDirectBuffer;

/**
 * Compacts by time or by number of revisions, by etcd's rules. Each member looks at its own clock and notes which revision it was at; only
 * the leader proposes, so one that begins to lead goes on where its own notes are, never too early: what it has not seen for the whole
 * retention it does not let go.
 * <ul>
 * <li>By time: a revision is noted ten times in a retention, or in an hour if that is shorter. From one retention after the start on, the
 * oldest note, one retention old, is compacted to: each retention, or each hour if that is shorter.
 * <li>By revision: every five minutes, to so many revisions below the newest.
 * </ul>
 * One that gets lost is proposed again with the next look. Apply thread; does not allocate.
 */
final class AutoCompactor
{
    /** Bytes of a proposal. */
    static final int PROPOSAL_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + CompactRequestEncoder.BLOCK_LENGTH;
    /** etcd's. */
    static final long REVISION_INTERVAL_NS = 300_000_000_000L;
    /** etcd's: however long the retention, compact this often once it is reached. */
    static final long INTERVAL_MAX_NS = 3_600_000_000_000L;
    private static final int LOOKS_PER_INTERVAL = 10;
    /** A retention of 1,000 hours; a longer one is looked at less often: 80 KB of notes. */
    private static final int NOTES_MAX = 10_000;

    private final MvccHeader header;
    private final AutoCompaction settings;
    private final long compactIntervalNs;
    private final long lookIntervalNs;
    /** Revisions at the last looks, a ring; the oldest is one retention old. */
    private final long[] notes;
    private int noteCount;
    private int oldestNote;
    private boolean hasBegun;
    private long lastLookNs;
    private long lastCompactedNs;
    /** What was proposed last, until it is seen to be applied. */
    private long proposedRevision;
    private long proposedNs;
    private long dueRevision;
    private final CompactRequestEncoder request = new CompactRequestEncoder();
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();

    AutoCompactor(final MvccHeader header, final AutoCompaction settings)
    {
        this.header = header;
        this.settings = settings;
        compactIntervalNs = settings.isPeriodic() ? Math.min(settings.retention(), INTERVAL_MAX_NS) : REVISION_INTERVAL_NS;
        lookIntervalNs = settings.isPeriodic() ?
            Math.max(1, Math.max(compactIntervalNs / LOOKS_PER_INTERVAL, settings.retention() / NOTES_MAX)) : REVISION_INTERVAL_NS;
        notes = new long[settings.isPeriodic() ? (int)Math.max(1, (settings.retention() + lookIntervalNs - 1) / lookIntervalNs) : 1];
    }

    /** Looks at the clock; on every member. 1 when it has noted something. */
    int doWork(final long nowNs, final boolean isLeading)
    {
        if (!settings.isOn())
        {
            return 0;
        }
        if (!isLeading)
        {
            dueRevision = 0;
        }
        if (!hasBegun)
        {
            begin(nowNs);
            return 1;
        }
        if (nowNs - lastLookNs < lookIntervalNs)
        {
            return 0;
        }
        lastLookNs = nowNs;
        final long target = settings.isPeriodic() ? notes[oldestNote] : header.revision() - settings.retention();
        look(nowNs, isLeading, target);
        note(header.revision());
        return 1;
    }

    private void begin(final long nowNs)
    {
        hasBegun = true;
        lastLookNs = nowNs;
        lastCompactedNs = nowNs;
        note(header.revision());
    }

    private void look(final long nowNs, final boolean isLeading, final long target)
    {
        if (proposedRevision != 0 && header.compactRevision() >= proposedRevision)
        {
            lastCompactedNs = proposedNs;
            proposedRevision = 0;
        }
        final boolean isOldEnough = !settings.isPeriodic() || noteCount == notes.length;
        if (isLeading && isOldEnough && nowNs - lastCompactedNs >= compactIntervalNs && target > Math.max(1, header.compactRevision()))
        {
            dueRevision = target;
            proposedRevision = target;
            proposedNs = nowNs;
        }
    }

    private void note(final long revision)
    {
        if (noteCount == notes.length)
        {
            notes[oldestNote] = revision;
            oldestNote = oldestNote + 1 == notes.length ? 0 : oldestNote + 1;
        }
        else
        {
            notes[noteCount++] = revision; // the oldest is at 0 until it is full
        }
    }

    /** Of a leader: writes what its clock asks for: the length, or 0. */
    int proposal(final MutableDirectBuffer target)
    {
        if (dueRevision == 0)
        {
            return 0;
        }
        target.setMemory(0, PROPOSAL_LENGTH, (byte)0);
        request.wrapAndApplyHeader(target, 0, messageHeader).revision(dueRevision).flags().clear();
        dueRevision = 0;
        return PROPOSAL_LENGTH;
    }
}
