package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;

/**
 * A follower's log beside its leader's: up to where they agree, and what of it the leader has been told. Raft paper, 5.3.
 */
final class FollowedLog
{
    /** Of a refused message, the hint goes back at most so many entries of one term at once. */
    private static final int HINT_STEPS_MAX = 1024;
    private static final long NONE = -1;

    private final RaftLog log;
    private final EntryFrame frame = new EntryFrame();
    /** The log up to here is the leader's: its message said so, of this term. */
    private long agreedIndex;
    /** Told to the leader of this term. */
    private long acknowledgedIndex;
    /** A message asked for an answer that has not left yet. */
    private boolean isAnswerOwed;

    FollowedLog(final RaftLog log)
    {
        this.log = log;
    }

    /** A new leader, or none: what is committed is in every leader's log, more is not known. */
    void begin(final long commitIndex)
    {
        agreedIndex = commitIndex;
        // What it has must be asked for first: an answer that nobody asked for would say less than the leader believes.
        acknowledgedIndex = commitIndex;
        isAnswerOwed = false;
    }

    long agreedIndex()
    {
        return agreedIndex;
    }

    void oweAnswer()
    {
        isAnswerOwed = true;
    }

    /** Whether the entry before those sent is in this log. */
    boolean isAgreedAt(final long prevIndex, final long prevTerm, final long commitIndex)
    {
        return prevIndex <= Math.max(commitIndex, agreedIndex) ||
            (prevIndex <= log.lastIndex() && log.termOf(prevIndex) == prevTerm);
    }

    /** First index worth trying after a refusal: behind the log's end, or where the term begins that does not fit. */
    long hintFor(final long prevIndex, final long commitIndex)
    {
        if (prevIndex > log.lastIndex())
        {
            return log.lastIndex() + 1;
        }
        final long conflictingTerm = log.termOf(prevIndex);
        long index = prevIndex;
        for (int i = 0; i < HINT_STEPS_MAX && index > commitIndex + 1 && log.termOf(index - 1) == conflictingTerm; i++)
        {
            index--;
        }
        return index;
    }

    void agree(final long index)
    {
        agreedIndex = Math.max(agreedIndex, index);
    }

    void onTruncated(final long index)
    {
        assert index > agreedIndex : "what the leader has was truncated: " + index + " of " + agreedIndex;
    }

    /**
     * The frame at an offset, if it is whole and has the index that must come.
     *
     * @return null if it is not.
     */
    EntryFrame frameAt(final DirectBuffer buffer, final int offset, final int limit, final long index)
    {
        if (limit - offset < EntryFrame.LENGTH_MIN)
        {
            return null;
        }
        final int length = EntryFrame.lengthAt(buffer, offset);
        if (length < EntryFrame.LENGTH_MIN || length > limit - offset)
        {
            return null;
        }
        frame.wrap(buffer, offset, length);
        return frame.isWhole() && frame.index() == index ? frame : null;
    }

    /** What can be acknowledged now, or -1 if there is nothing new to say. */
    long toAcknowledge(final long durableIndex)
    {
        final long index = Math.min(agreedIndex, durableIndex);
        return index > acknowledgedIndex || (isAnswerOwed && index == agreedIndex) ? index : NONE;
    }

    void onAcknowledged(final long index)
    {
        acknowledgedIndex = index;
        isAnswerOwed = isAnswerOwed && index < agreedIndex;
    }
}
