package io.tourbillon.consensus.pipeline;

/**
 * What of the journal a checkpoint leaves for members that lag behind: the last bytes of it, in steps of a checkpoint. Checkpoint thread.
 */
final class CatchUpWindow
{
    private static final int CHECKPOINTS_MAX = 64;

    private final long bytes;
    /** Applied index and journal bytes at the last checkpoints, oldest first. */
    private final long[] indexes = new long[CHECKPOINTS_MAX];
    private final long[] journalBytes = new long[CHECKPOINTS_MAX];
    private int count;

    /**
     * @param bytes of the journal to leave; 0 = none beyond the checkpoint.
     */
    CatchUpWindow(final long bytes)
    {
        this.bytes = bytes;
    }

    /**
     * A checkpoint is durable.
     *
     * @param appliedIndex  it carries.
     * @param appendedBytes to the journal so far.
     * @return last entry that the journal may drop; 0 = none.
     */
    long onCheckpoint(final long appliedIndex, final long appendedBytes)
    {
        if (bytes == 0)
        {
            return appliedIndex;
        }
        // Too many small ones: the newest two become one, which keeps more than need be.
        count = Math.min(count + 1, CHECKPOINTS_MAX);
        indexes[count - 1] = appliedIndex;
        journalBytes[count - 1] = appendedBytes;
        int past = 0;
        while (past < count && appendedBytes - journalBytes[past] >= bytes)
        {
            past++;
        }
        if (past == 0)
        {
            return 0;
        }
        final long droppable = indexes[past - 1];
        count -= past;
        System.arraycopy(indexes, past, indexes, 0, count);
        System.arraycopy(journalBytes, past, journalBytes, 0, count);
        return droppable;
    }
}
