package io.tourbillon.journal;

/**
 * Which entries the log lacks where records were lost. The sequence of the next record that can be read tells how many they were; that
 * record tells where the log ended when it was written, and so what they can have been:
 * <ul>
 * <li>all of them entries, or all but one: then nothing was truncated, and no vote was lost, for a vote is written twice (the one may be
 *     the copy of a vote, a commit index, a repair, a segment's head);
 * <li>fewer entries: there may have been truncations. Then the newest entries before that record may be others than those that can be
 *     read further up: they are taken for lost, unless they were committed. And a vote may have been lost: unless it is told again further
 *     on, the journal is not to be used.
 * </ul>
 */
final class LostRecords
{
    private final LogIndex log;
    private final long checkpointIndex;
    private final long checkpointTerm;
    /** Records lost since the log's end was known last. */
    private long lostCount;
    private long commitBefore;
    private boolean isHeadLost;
    private boolean isVoteUnknown;
    /** A vote was read, its copy not yet. */
    private boolean isCopyDue;

    /**
     * @param checkpointTerm {@link Journal#UNKNOWN_TERM} if the checkpoint may be a state that the log has not heard of.
     */
    LostRecords(final LogIndex log, final long checkpointIndex, final long checkpointTerm)
    {
        this.log = log;
        this.checkpointIndex = checkpointIndex;
        this.checkpointTerm = checkpointTerm;
    }

    boolean hasLost()
    {
        return lostCount > 0 || isHeadLost;
    }

    /**
     * @return null, or what must be known and is not.
     */
    String whatIsUnknown()
    {
        if (isVoteUnknown)
        {
            return "the record of its last vote may be among those lost, so it might vote twice in a term";
        }
        return hasLost() ? "nothing behind the lost records tells where the log ended" : null;
    }

    /**
     * The oldest segment begins with lost records: the log's base is among them.
     */
    void onHeadLost()
    {
        isHeadLost = true;
        isVoteUnknown = true;
    }

    void onLost(final int count, final long commitIndex)
    {
        // A vote whose copy is lost is known.
        final int copyCount = isCopyDue ? 1 : 0;
        isCopyDue = false;
        commitBefore = lostCount == 0 ? commitIndex : commitBefore;
        lostCount += count - copyCount;
    }

    /**
     * The record is there, with its place in the log, but not what it carries.
     */
    void onFrameLost(final int type)
    {
        isCopyDue = false;
        if (type == RecordDescriptor.ENTRY)
        {
            if (hasLost())
            {
                lostCount++;
                return;
            }
            log.appendDamaged(log.lastIndex() + 1, Journal.UNKNOWN_TERM);
        }
    }

    /**
     * A record says what the last entry was when it was written.
     *
     * @param lastIndex it tells.
     */
    void onLastIndexTold(final long lastIndex)
    {
        isCopyDue = false;
        if (hasLost())
        {
            resolve(lastIndex);
        }
    }

    /**
     * A segment's head, which also tells the hard state.
     */
    void onHead(final long lastIndex, final long lastTerm)
    {
        onLastIndexTold(lastIndex);
        isVoteUnknown = false;
        if (lastTerm != Journal.UNKNOWN_TERM && lastIndex == log.lastIndex() && log.damaged().contains(lastIndex))
        {
            log.learnTerm(lastIndex, lastTerm);
        }
    }

    /**
     * The log begins anew behind another member's state: what entries were lost before is all the same.
     */
    void onRestart()
    {
        isCopyDue = false;
        isVoteUnknown |= hasLost();
        isHeadLost = false;
        lostCount = 0;
    }

    /**
     * All records were told. Of the entry at which the checkpoint ends the term is known, lost or not: without it a leader whose peers'
     * logs begin there could not say what its entries follow.
     */
    void onEnd()
    {
        if (checkpointTerm != Journal.UNKNOWN_TERM && log.damaged().contains(checkpointIndex) &&
            log.termOf(checkpointIndex) == Journal.UNKNOWN_TERM)
        {
            log.learnTerm(checkpointIndex, checkpointTerm);
        }
    }

    void onRepair()
    {
        isCopyDue = false;
    }

    /**
     * @param lastIndexWord see {@link RecordDescriptor#lastIndexWord}.
     * @param isNews        whether term or vote changed by it.
     */
    void onHardState(final int lastIndexWord, final boolean isNews)
    {
        isCopyDue = isNews && !isVoteUnknown && !hasLost();
        if (hasLost())
        {
            final long lastIndex = RecordDescriptor.lastIndexOf(lastIndexWord, log.lastIndex());
            if (lastIndex >= 0)
            {
                resolve(lastIndex);
            }
        }
        isVoteUnknown = false;
    }

    private void resolve(final long lastIndex)
    {
        if (isHeadLost)
        {
            isHeadLost = false;
            lostCount = 0;
            final long base = Math.min(lastIndex, checkpointIndex);
            log.base(base, base == 0 ? 0 : base == checkpointIndex ? checkpointTerm : Journal.UNKNOWN_TERM);
            appendDamagedTo(lastIndex);
            return;
        }
        final long count = lostCount;
        lostCount = 0;
        final long appended = lastIndex - log.lastIndex();
        if (appended > count)
        {
            throw new JournalException(appended + " entries are lost behind index " + log.lastIndex() + ", but only " + count +
                " records: the journal is damaged in a way that is not understood, and was not opened");
        }
        if (appended < count - 1)
        {
            isVoteUnknown = true;
            final long firstDoubtful = Math.max(Math.max(commitBefore + 1, log.firstIndex()), lastIndex - count + 2);
            if (Math.min(firstDoubtful, lastIndex + 1) <= log.lastIndex())
            {
                log.truncateFrom(Math.min(firstDoubtful, lastIndex + 1));
            }
        }
        appendDamagedTo(lastIndex);
    }

    private void appendDamagedTo(final long lastIndex)
    {
        while (log.lastIndex() < lastIndex)
        {
            log.appendDamaged(log.lastIndex() + 1, Journal.UNKNOWN_TERM);
        }
    }
}
