package io.tourbillon.consensus.raft;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;

/**
 * This member's log: what of it is committed and durable; and beside its leader's: up to where they agree, and what of it the leader has
 * been told. Raft paper, 5.3.
 */
final class MemberLog
{
    /** Of a refused message, the hint goes back at most so many entries of one term at once. */
    private static final int HINT_STEPS_MAX = 1024;
    private static final long NONE = -1;

    private final RaftLog log;
    private final Membership membership;
    private final EntryFrame frame = new EntryFrame();
    /** Never goes back; at most the log's last index. */
    private long commitIndex;
    /** Up to here this member's disk has the log. */
    private long durableIndex;
    /** The log up to here is the leader's: its message said so, of this term. */
    private long agreedIndex;
    /** Told to the leader of this term. */
    private long acknowledgedIndex;
    /** A message asked for an answer that has not left yet. */
    private boolean isAnswerOwed;

    MemberLog(final RaftLog log, final Membership membership, final long commitIndex)
    {
        this.log = log;
        this.membership = membership;
        this.commitIndex = commitIndex;
        this.durableIndex = log.lastIndex();
        onTerm();
    }

    long commitIndex()
    {
        return commitIndex;
    }

    long durableIndex()
    {
        // Behind a lost entry nothing counts: it was promised once, and is not on this disk.
        return Math.min(durableIndex, log.wholeIndex());
    }

    /** Whether a leader could send, and apply, all of it. */
    boolean isWhole()
    {
        return log.wholeIndex() == log.lastIndex();
    }

    /** Whether a vote can be judged by it: not if its end was lost, until that is back or there are entries behind it. */
    boolean isEndKnown()
    {
        return log.lastTerm() != RaftLog.UNKNOWN_TERM || !log.isLost(log.lastIndex());
    }

    /** Whether the leader of this term has the same entry there, or has one that a lost entry is taken for. */
    boolean isLeaders(final long index)
    {
        return index <= agreedIndex;
    }

    /**
     * Whether the leader's entry, which may never be committed, can go in for one that is lost. That this is the same one, what is known
     * behind it must tell: the leader has that, too; or it is of the same term, whose leader has written both; or there is nothing. If it
     * is newer than the leader's, and the leader has another one there, then the lost one may have been newer as well: a log in which the
     * leader's takes its place would agree behind it with logs that have the one that was lost.
     */
    boolean isLeaders(final long index, final long entryTerm)
    {
        final long next = log.nextKnown(index);
        return index <= agreedIndex && (next <= agreedIndex || next > log.lastIndex() || log.termOf(next) == entryTerm);
    }

    /** The leader was asked for what is lost, and says which entry it has somewhere: the logs agree there, or what is there goes. */
    void onLeaders(final long nowNs, final long index, final long entryTerm, final RaftEffects effects)
    {
        if (index <= Math.max(commitIndex, agreedIndex) || index > log.lastIndex())
        {
            return;
        }
        if (log.termOf(index) == entryTerm)
        {
            agreedIndex = index;
        }
        else if (!isTakenFor(index, entryTerm))
        {
            truncateFrom(index, nowNs, effects);
        }
    }

    long lastIndex()
    {
        return log.lastIndex();
    }

    long lastTerm()
    {
        return log.lastTerm();
    }

    /** A new term: what is committed is in its leader's log, more is not known. */
    void onTerm()
    {
        agreedIndex = commitIndex;
        // What it has must be asked for first: an answer that nobody asked for would say less than the leader believes.
        acknowledgedIndex = commitIndex;
        isAnswerOwed = false;
    }

    /** An entry is durable, and all before it. */
    void onDurable(final long entryTerm, final long entryIndex)
    {
        assert log.termOf(entryIndex) == entryTerm : "acknowledged " + entryTerm + ":" + entryIndex + ", which is not in the log";
        durableIndex = Math.max(durableIndex, entryIndex);
    }

    /** As far as the leader says so, and the logs are known to agree. */
    void commitAsFollower(final long leaderCommit, final RaftEffects effects)
    {
        final long index = Math.min(leaderCommit, agreedIndex);
        if (index > commitIndex)
        {
            commit(index, effects);
        }
    }

    void commit(final long index, final RaftEffects effects)
    {
        assert index > commitIndex : index + " <= " + commitIndex;
        assert index <= log.lastIndex() : index + " > " + log.lastIndex();
        commitIndex = index;
        membership.forgetBefore(index);
        effects.commit(index);
    }

    /** Whether the entry before those sent is in this log. */
    boolean isAgreedAt(final long prevIndex, final long prevTerm)
    {
        return prevIndex <= Math.max(commitIndex, agreedIndex) || (prevIndex <= log.lastIndex() && log.termOf(prevIndex) == prevTerm);
    }

    /** First index worth trying after a refusal: behind the log's end, or where the term begins that does not fit, or agreement ends. */
    long hintFor(final long prevIndex)
    {
        final long agreed = Math.max(commitIndex, agreedIndex);
        if (prevIndex > log.lastIndex())
        {
            return log.lastIndex() + 1;
        }
        final long conflictingTerm = log.termOf(prevIndex);
        long index = prevIndex;
        for (int i = 0; i < HINT_STEPS_MAX && index > agreed + 1 && log.termOf(index - 1) == conflictingTerm; i++)
        {
            index--;
        }
        return index;
    }

    /**
     * Takes entries behind one that is agreed: what is there already is passed over, what contradicts it goes, the rest is appended.
     *
     * @return {@link RaftCore#TAKEN}, {@link RaftCore#MALFORMED} or {@link RaftCore#NO_ROOM}.
     */
    int take(
        final long nowNs,
        final long term,
        final long prevIndex,
        final DirectBuffer buffer,
        final int firstOffset,
        final int limit,
        final RaftEffects effects)
    {
        agreedIndex = Math.max(agreedIndex, prevIndex);
        isAnswerOwed = true;
        long index = prevIndex + 1;
        for (int offset = firstOffset; offset < limit; index++)
        {
            if (!isFrameAt(buffer, offset, limit, index) || frame.term() > term)
            {
                return RaftCore.MALFORMED;
            }
            final int length = frame.length();
            if (!isInLog(index, frame.term()) && !append(nowNs, buffer, offset, length, effects))
            {
                return RaftCore.NO_ROOM;
            }
            agreedIndex = Math.max(agreedIndex, index);
            offset += length;
        }
        return RaftCore.TAKEN;
    }

    /** Whether a whole frame begins there that has the index which must come. */
    private boolean isFrameAt(final DirectBuffer buffer, final int offset, final int limit, final long index)
    {
        if (limit - offset < EntryFrame.LENGTH_MIN)
        {
            return false;
        }
        final int length = EntryFrame.lengthAt(buffer, offset);
        if (length < EntryFrame.LENGTH_MIN || length > limit - offset)
        {
            return false;
        }
        frame.wrap(buffer, offset, length);
        return frame.isWhole() && frame.index() == index;
    }

    private boolean isInLog(final long index, final long entryTerm)
    {
        if (index > commitIndex)
        {
            return isTakenFor(index, entryTerm);
        }
        final long ownTerm = log.termOf(index);
        if (ownTerm != entryTerm && ownTerm != RaftLog.UNKNOWN_TERM)
        {
            throw new IllegalStateException("the leader has " + entryTerm + ":" + index + " where " + ownTerm + " is committed");
        }
        return true;
    }

    /**
     * Whether the log has that entry. What was lost is taken for the leader's unless an entry behind it tells that it was another. It may
     * still have been: the leader's repairs it only once {@link #isLeaders(long, long)} says so.
     */
    private boolean isTakenFor(final long index, final long entryTerm)
    {
        if (index > log.lastIndex())
        {
            return false;
        }
        final long ownTerm = log.termOf(index);
        return ownTerm == entryTerm || (ownTerm == RaftLog.UNKNOWN_TERM && log.isLost(index) && !isOlderBehind(index, entryTerm));
    }

    /** Terms never fall: what lies before an entry of an older term is not of this one. */
    private boolean isOlderBehind(final long index, final long entryTerm)
    {
        final long next = log.nextKnown(index);
        return next <= log.lastIndex() && log.termOf(next) < entryTerm;
    }

    private boolean append(final long nowNs, final DirectBuffer buffer, final int offset, final int length, final RaftEffects effects)
    {
        final long index = frame.index();
        if (index <= log.lastIndex() && !truncateFrom(index, nowNs, effects))
        {
            return false;
        }
        if (!effects.appendEntry(buffer, offset, length))
        {
            return false;
        }
        final Configuration configuration = ConfigurationRecord.of(frame);
        if (configuration != null)
        {
            membership.append(index, configuration, nowNs, effects);
        }
        return true;
    }

    private boolean truncateFrom(final long index, final long nowNs, final RaftEffects effects)
    {
        assert index > commitIndex : "would truncate what is committed: " + index + " of " + commitIndex;
        assert index > agreedIndex : "would truncate what the leader has: " + index + " of " + agreedIndex;
        if (!effects.truncateFrom(index))
        {
            return false;
        }
        durableIndex = Math.min(durableIndex, index - 1);
        membership.truncateFrom(index, nowNs, effects);
        return true;
    }

    /** What can be acknowledged now, or -1 if there is nothing new to say. */
    private long toAcknowledge()
    {
        final long index = Math.min(agreedIndex, durableIndex());
        return index > acknowledgedIndex || (isAnswerOwed && isAllForNow(index)) ? index : NONE;
    }

    /** All that the leader has said, or all before an entry that is lost: perhaps the leader has to send the state for it. */
    private boolean isAllForNow(final long index)
    {
        return index == agreedIndex || index == log.wholeIndex();
    }

    /** The leader lives. While something is lost it is told what is there: it may have cut its log where this member needs it. */
    void onHeartbeat()
    {
        isAnswerOwed |= !isWhole();
    }

    void maybeAcknowledge(final long leaderId, final long term, final RaftEffects effects)
    {
        final long index = toAcknowledge();
        if (index >= 0)
        {
            acknowledgedIndex = index;
            isAnswerOwed = isAnswerOwed && !isAllForNow(index);
            effects.sendAppendReply(leaderId, term, index);
        }
    }

    /** Whether a state that carries entries up to this one would bring anything, and take nothing away. */
    boolean lacks(final long index, final long entryTerm)
    {
        // What nobody can give back any more comes with the state. What is lost before that, the own state carries.
        return (index >= commitIndex && index > log.wholeIndex()) ||
            (index > commitIndex && !log.isLost(index) && (index > log.lastIndex() || log.termOf(index) != entryTerm));
    }

    /**
     * Whether what is behind an entry that a state ends with can stay: the log has that entry, or has lost it, and nothing shows that what
     * follows is older. It may have been acknowledged, and then nobody is sure to send it again: the leader may die before.
     */
    boolean keepsBehind(final long index, final long entryTerm)
    {
        return isTakenFor(index, entryTerm);
    }

    /** A state took the place of the log up to an index; what the log still has behind that is on the disk. */
    void restartAt(final long index)
    {
        assert index >= commitIndex : index + " < " + commitIndex;
        commitIndex = index;
        durableIndex = log.lastIndex();
        // The leader may have been agreed with further than that, where an entry was lost: what was behind it may be gone.
        agreedIndex = Math.max(index, Math.min(agreedIndex, log.lastIndex()));
        isAnswerOwed = true;
    }
}
