package io.tourbillon.journal;

/**
 * What {@link Recovery} makes of records one after the other, without files, for simulators of disks that lose some: the product's own
 * {@link LostRecords} says which entries are missing. One thread.
 */
public final class ScriptedRecovery
{
    private static final long SOMEWHERE = 1;

    private final LogIndex log = new LogIndex();
    private final LostRecords lost;
    private final long checkpointIndex;
    private HardState hardState;

    /**
     * Begins behind the head of a segment.
     *
     * @param lastIndex       it tells.
     * @param lastTerm        it tells.
     * @param hardState       it tells.
     * @param checkpointIndex of the state beside the journal.
     * @param checkpointTerm  of the entry there.
     */
    public ScriptedRecovery(
        final long lastIndex, final long lastTerm, final HardState hardState, final long checkpointIndex, final long checkpointTerm)
    {
        this.hardState = hardState;
        this.checkpointIndex = checkpointIndex;
        lost = new LostRecords(log, checkpointIndex, checkpointTerm);
        log.base(lastIndex, lastTerm);
    }

    /**
     * An entry.
     *
     * @param index of it.
     * @param term  of it.
     */
    public void onEntry(final long index, final long term)
    {
        lost.onLastIndexTold(index - 1);
        require(index == log.lastIndex() + 1, "entry " + index + " follows entry " + log.lastIndex());
        log.append(index, term, SOMEWHERE);
    }

    /**
     * An entry that takes the place of one that was lost.
     *
     * @param index of it.
     * @param term  of it.
     */
    public void onRepair(final long index, final long term)
    {
        lost.onRepair();
        if (index >= log.firstIndex() && index <= log.lastIndex())
        {
            final long known = log.termOf(index);
            require(known == Journal.UNKNOWN_TERM || known == term,
                "entry " + known + ":" + index + " was repaired by one of term " + term);
            log.repair(index, term, SOMEWHERE);
        }
    }

    /**
     * A truncation.
     *
     * @param index from which on entries are void.
     */
    public void onTruncateFrom(final long index)
    {
        lost.onLastIndexTold(index - 1);
        require(index > 0 && index <= log.lastIndex() + 1, "truncation from " + index + " after entry " + log.lastIndex());
        log.truncateFrom(index);
    }

    /**
     * A hard state.
     *
     * @param next      it says.
     * @param lastIndex the log's last one when it was written.
     */
    public void onHardState(final HardState next, final long lastIndex)
    {
        lost.onHardState(RecordDescriptor.lastIndexWord(lastIndex), !next.isSameVote(hardState));
        hardState = next;
    }

    /**
     * The head of a segment.
     *
     * @param next      it says.
     * @param lastIndex the log's last one when it was written.
     * @param lastTerm  of that one.
     */
    public void onHead(final HardState next, final long lastIndex, final long lastTerm)
    {
        lost.onHead(lastIndex, lastTerm);
        require(lastIndex == log.lastIndex(), "a head tells of entry " + lastIndex + " as the last, which is " + log.lastIndex());
        hardState = next;
    }

    /**
     * Another member's state took the place of the log.
     *
     * @param index of the last entry that it carries.
     * @param term  of that one.
     */
    public void onSnapshotMark(final long index, final long term)
    {
        lost.onRestart();
        log.restart(index, term);
    }

    /**
     * Another member's state took the place of the log up to an entry.
     *
     * @param index     of the last entry that it carries.
     * @param term      of that one.
     * @param lastIndex the log's last one when it was written.
     */
    public void onPrefixMark(final long index, final long term, final long lastIndex)
    {
        lost.onLastIndexTold(lastIndex);
        require(lastIndex == log.lastIndex(), "a mark tells of entry " + lastIndex + " as the last, which is " + log.lastIndex());
        log.dropPrefix(index, term);
    }

    /**
     * An entry, or a repair, is there without what it carries.
     *
     * @param isEntry false = a repair.
     */
    public void onFrameLost(final boolean isEntry)
    {
        lost.onFrameLost(isEntry ? RecordDescriptor.ENTRY : RecordDescriptor.REPAIR);
    }

    /**
     * Records are lost altogether.
     *
     * @param count how many.
     */
    public void onLost(final int count)
    {
        lost.onLost(count, hardState.commit());
    }

    /**
     * All records were told.
     *
     * @throws JournalException if such a journal would not be opened.
     */
    public void end()
    {
        lost.onEnd();
        final String unknown = lost.whatIsUnknown();
        require(unknown == null, unknown);
        require(hardState.commit() <= log.lastIndex() && checkpointIndex <= log.lastIndex(), "the log ends at index " + log.lastIndex());
    }

    private static void require(final boolean condition, final String otherwise)
    {
        if (!condition)
        {
            throw new JournalException(otherwise);
        }
    }

    /** @return the last one told. */
    public HardState hardState()
    {
        return hardState;
    }

    /** @return index of the last entry, lost or not. */
    public long lastIndex()
    {
        return log.lastIndex();
    }

    /**
     * The term of an entry.
     *
     * @param index of it.
     * @return its term, or {@link Journal#UNKNOWN_TERM}.
     */
    public long termOf(final long index)
    {
        return log.termOf(index);
    }

    /**
     * Whether an entry is missing.
     *
     * @param index of it.
     * @return true if it is in the log and cannot be read.
     */
    public boolean isLost(final long index)
    {
        return log.damaged().contains(index);
    }
}
