package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.journal.Journal;
import org.agrona.DirectBuffer;

/**
 * The sequencer's end of the log ring: puts entries, hard states and truncations into slots, and alone knows which sequence stands for
 * which (term, index). Sequencer's thread only; does not allocate or block.
 */
final class LogWriter implements RepairableLog
{
    private static final long NONE = -1;

    private final LogRing ring;
    private final LogMap map;
    private final Journal journal;
    private final PipelineCounters counters;
    private final EntryFrame frame = new EntryFrame();
    /** What the checkpoint carries that this run began with. */
    private final long checkpointIndex;

    /** Ring sequence of each recent index, by its low bits; to be checked against the map. */
    private final long[] sequenceOfIndex;
    private long lastIndex;
    private long lastTerm;
    /** Bytes of frames put into the ring and not truncated. */
    private long logBytes;
    private final long recoveredCommit;
    /** Sequence of the last repair; {@link #NONE} before any. */
    private long repairSequence = NONE;
    /** Lowest index of the repairs that may not be forced yet. */
    private long repairIndex;

    LogWriter(final LogRing ring, final Journal journal, final PipelineCounters counters, final long checkpointIndex)
    {
        this.checkpointIndex = checkpointIndex;
        this.ring = ring;
        this.journal = journal;
        this.counters = counters;
        map = new LogMap(ring.capacity());
        sequenceOfIndex = new long[ring.capacity() * 2];
        lastIndex = journal.lastIndex();
        lastTerm = journal.lastTerm();
        recoveredCommit = journal.hardState().commit();
        counters.lastIndex.setRelease(lastIndex);
        counters.recoveredLastIndex.setRelease(lastIndex);
    }

    /**
     * Appends an entry after the last one.
     *
     * @return its index, or -1 if there is no slot or no room for it now.
     */
    long append(
        final long term,
        final long originMemberId,
        final long sessionId,
        final long credential,
        final long correlationId,
        final long sessionSequence,
        final DirectBuffer payload,
        final int payloadOffset,
        final int payloadLength)
    {
        assert term >= lastTerm : term + " < " + lastTerm;
        final LogSlot slot = ring.next();
        final int offset = slot == null ? SideArena.NO_ROOM : ring.frameOffset(EntryFrame.frameLength(payloadLength));
        if (offset == SideArena.NO_ROOM)
        {
            return -1;
        }
        final long index = lastIndex + 1;
        final int frameLength = frame.encode(ring.memory(), offset, term, index, originMemberId,
            sessionId, credential, correlationId, sessionSequence, payload, payloadOffset, payloadLength);
        publish(slot, term, index, offset, frameLength);
        return index;
    }

    /**
     * Appends an entry that another member has made, as it is.
     *
     * @return false if there is no slot or no room for it now.
     */
    boolean appendFrame(final DirectBuffer buffer, final int frameOffset, final int frameLength)
    {
        final LogSlot slot = ring.next();
        final int offset = slot == null ? SideArena.NO_ROOM : ring.frameOffset(frameLength);
        if (offset == SideArena.NO_ROOM)
        {
            return false;
        }
        ring.memory().putBytes(offset, buffer, frameOffset, frameLength);
        frame.wrap(ring.memory(), offset, frameLength);
        assert frame.index() == lastIndex + 1 : frame.index() + " after " + lastIndex;
        assert frame.term() >= lastTerm : frame.term() + " < " + lastTerm;
        publish(slot, frame.term(), frame.index(), offset, frameLength);
        return true;
    }

    private void publish(final LogSlot slot, final long term, final long index, final int offset, final int frameLength)
    {
        slot.entry(term, index, offset, frameLength, counters.committedIndex.getPlain());
        final long sequence = ring.publish(slot);
        map.add(sequence, SlotKind.ENTRY, term, index, frameLength);
        sequenceOfIndex[(int)index & (sequenceOfIndex.length - 1)] = sequence;
        lastIndex = index;
        lastTerm = term;
        logBytes += frameLength;
        counters.lastIndex.setRelease(index);
        counters.admittedBytes.addRelease(frameLength);
        counters.entriesAdmitted.addRelease(1);
    }

    @Override
    public long firstDamaged(final long index)
    {
        return journal.firstDamaged(index);
    }

    @Override
    public boolean isForced(final long sequence)
    {
        return ring.forced().get() >= sequence;
    }

    @Override
    public long provenCommit()
    {
        return Math.max(recoveredCommit, counters.appliedIndex.getAcquire());
    }

    @Override
    public long appendRepair(final DirectBuffer buffer, final int frameOffset, final int frameLength)
    {
        final LogSlot slot = ring.next();
        final int offset = slot == null ? SideArena.NO_ROOM : ring.frameOffset(frameLength);
        if (offset == SideArena.NO_ROOM)
        {
            return NONE;
        }
        ring.memory().putBytes(offset, buffer, frameOffset, frameLength);
        frame.wrap(ring.memory(), offset, frameLength);
        slot.repair(frame.term(), frame.index(), offset, frameLength, counters.committedIndex.getPlain());
        final boolean areForced = repairSequence == NONE || isForced(repairSequence);
        repairIndex = areForced ? frame.index() : Math.min(repairIndex, frame.index());
        repairSequence = ring.publish(slot);
        map.add(repairSequence, SlotKind.REPAIR, frame.term(), frame.index(), frameLength);
        return repairSequence;
    }

    /** Sends term and vote to the journal; false if there is no slot now. */
    boolean appendHardState(final long term, final long voteId)
    {
        final LogSlot slot = ring.next();
        if (slot == null)
        {
            return false;
        }
        slot.hardState(term, voteId, counters.committedIndex.getPlain());
        map.add(ring.publish(slot), SlotKind.HARD_STATE, term, voteId, 0);
        return true;
    }

    /**
     * Takes the entries from an index on out of the log. Their slots are void from now on: a force of theirs acknowledges nothing, and
     * apply passes over them. The sequences live on; the next entry has this index again, and a sequence of its own.
     *
     * @return false if there is no slot now; nothing has changed then.
     */
    boolean truncateFrom(final long index)
    {
        assert index > counters.committedIndex.getPlain() : "truncating what is committed: " + index;
        assert index <= lastIndex : index;
        final long termBefore = index == 1 ? 0 : termOf(index - 1);
        assert termBefore != UNKNOWN_TERM || isLost(index - 1) : index;
        final LogSlot slot = ring.next();
        if (slot == null)
        {
            return false;
        }
        final long firstInRing = ring.cursor() - ring.capacity() + 1;
        for (long sequence = map.last(); sequence >= map.first(); sequence--)
        {
            if (map.isLiveEntry(sequence) && map.index(sequence) >= index)
            {
                map.markVoid(sequence);
                logBytes -= map.length(sequence);
                // The slot about to be filled is of the oldest sequence in the ring.
                if (sequence > firstInRing)
                {
                    ring.slot(sequence).markVoid();
                }
            }
        }
        // Before the entries that take their places: what comes under these indexes was not recovered.
        if (index <= counters.recoveredLastIndex.getPlain())
        {
            counters.recoveredLastIndex.setRelease(index - 1);
        }
        slot.truncateFrom(index, counters.committedIndex.getPlain());
        map.add(ring.publish(slot), SlotKind.TRUNCATE, 0, index, 0);
        lastIndex = index - 1;
        lastTerm = termBefore;
        counters.lastIndex.setRelease(lastIndex);
        return true;
    }

    /**
     * Another member's state takes the place of the log: it begins anew behind the last entry that the state carries. All slots are void
     * for the disk's answers; of those that apply may still come by it passes over what the state carries, the rest is void for it, too.
     *
     * @param keepsLog whether what the log has behind that entry stays: once this is forced, all of it is in the journal, and it counts as
     *                 recovered from there.
     * @return sequence that stands for this; -1 if there is no slot now: nothing has changed then.
     */
    long restartAt(final long index, final long term, final boolean keepsLog)
    {
        assert index > counters.committedIndex.getPlain() : index;
        final LogSlot slot = ring.next();
        if (slot == null)
        {
            return -1;
        }
        final long firstInRing = ring.cursor() - ring.capacity() + 1;
        for (long sequence = map.last(); sequence >= map.first(); sequence--)
        {
            if (map.isLiveEntry(sequence))
            {
                map.markVoid(sequence);
                if (map.index(sequence) > index && sequence > firstInRing)
                {
                    ring.slot(sequence).markVoid();
                }
            }
        }
        final SlotKind kind = keepsLog ? SlotKind.INSTALL_PREFIX : SlotKind.INSTALL;
        slot.install(kind, term, index);
        final long sequence = ring.publish(slot);
        map.add(sequence, kind, term, index, 0);
        if (keepsLog)
        {
            lastTerm = index == lastIndex ? term : lastTerm;
            counters.recoveredLastIndex.setRelease(lastIndex);
        }
        else
        {
            lastIndex = index;
            lastTerm = term;
            counters.lastIndex.setRelease(index);
            counters.recoveredLastIndex.setRelease(Math.min(index, counters.recoveredLastIndex.getPlain()));
        }
        ring.committed().set(sequence);
        counters.committedIndex.setRelease(index);
        return sequence;
    }

    /**
     * Moves the committed sequence as far as a committed index allows, then tells the index: apply counts on that order.
     *
     * @param commitIndex that the core has committed; only grows.
     */
    void commit(final long commitIndex)
    {
        assert commitIndex >= counters.committedIndex.getPlain() : commitIndex;
        assert commitIndex <= lastIndex : commitIndex;
        long reached = ring.committed().get();
        // If the map was lapped, apply gets what is missing from the journal, by index.
        for (long sequence = Math.max(reached + 1, map.first()); sequence <= map.last(); sequence++)
        {
            if (map.isLiveEntry(sequence))
            {
                if (map.index(sequence) > commitIndex)
                {
                    break;
                }
                reached = sequence;
            }
        }
        ring.committed().set(reached);
        counters.committedIndex.setRelease(commitIndex);
    }

    @Override
    public long lastIndex()
    {
        return lastIndex;
    }

    @Override
    public long lastTerm()
    {
        if (lastTerm == UNKNOWN_TERM)
        {
            lastTerm = termOf(lastIndex); // the last entry was lost: known again once it is repaired
        }
        return lastTerm;
    }

    @Override
    public boolean isLost(final long index)
    {
        return index <= lastIndex && sequenceOf(index) < 0 && journal.firstDamaged(index) == index;
    }

    /**
     * What the durable checkpoint carries is needed by others alone. The journal calls an entry repaired once it has appended it; here that
     * counts when it is forced.
     */
    @Override
    public long wholeIndex()
    {
        final long neededIndex = Math.max(checkpointIndex, counters.checkpointIndex.getAcquire()) + 1;
        final long unforced = repairSequence == NONE || isForced(repairSequence) ? Long.MAX_VALUE : Math.max(neededIndex, repairIndex);
        final long damaged = journal.firstDamaged(neededIndex);
        final long lost = damaged <= lastIndex && isLost(damaged) ? damaged : Long.MAX_VALUE;
        return Math.min(lastIndex, Math.min(lost, unforced) - 1);
    }

    @Override
    public long termOf(final long index)
    {
        // The map still knows what was cut off: a leader would look for entries behind it that nobody has, and not send the state.
        if (index < journal.firstIndex() - 1 || index > lastIndex)
        {
            return UNKNOWN_TERM;
        }
        final long sequence = sequenceOf(index);
        if (sequence >= 0)
        {
            return map.term(sequence);
        }
        // Not among the ring's: then the journal has it, because the ring is gated by its append.
        final long term = journal.termOf(index);
        if (term != UNKNOWN_TERM)
        {
            return term;
        }
        return firstRepair(index) == index ? repairTerm(index) : journal.termOf(index); // which may have got it just now
    }

    @Override
    public long nextKnown(final long index)
    {
        // What this run has appended is known, the journal's or not yet. The journal last: what is on its way no longer is there.
        final long recoveredLast = counters.recoveredLastIndex.getPlain();
        return index >= recoveredLast ? index + 1 :
            Math.min(firstRepair(index + 1), Math.min(journal.nextKnown(index), recoveredLast + 1));
    }

    /**
     * Lowest index from this one on of the repairs that may be on their way to the journal. They are known here at once: another leader's
     * entry must not be taken for what this one's is about to repair.
     */
    private long firstRepair(final long index)
    {
        long first = Long.MAX_VALUE;
        for (long sequence = repairSequence; sequence > ring.forced().get() && sequence >= map.first(); sequence--)
        {
            final boolean isBehind = map.kind(sequence) == SlotKind.REPAIR && map.index(sequence) >= index;
            first = isBehind ? Math.min(first, map.index(sequence)) : first;
        }
        return first;
    }

    private long repairTerm(final long index)
    {
        long sequence = repairSequence;
        while (map.kind(sequence) != SlotKind.REPAIR || map.index(sequence) != index)
        {
            sequence--;
        }
        return map.term(sequence);
    }

    /** The entry that {@link #appendFrame} has appended last. */
    EntryFrame appendedFrame()
    {
        return frame;
    }

    /** Ring sequence that stands for an entry of the log; -1 if none of the last ones does. */
    long sequenceOf(final long index)
    {
        final long sequence = sequenceOfIndex[(int)index & (sequenceOfIndex.length - 1)];
        final boolean isKnown = sequence >= map.first() && sequence <= map.last();
        return isKnown && map.isLiveEntry(sequence) && map.index(sequence) == index ? sequence : -1;
    }

    /** Bytes of frames put into the log by this run and still in it. */
    long logBytes()
    {
        return logBytes;
    }

    LogMap map()
    {
        return map;
    }
}
