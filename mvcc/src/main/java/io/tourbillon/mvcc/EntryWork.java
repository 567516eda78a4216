package io.tourbillon.mvcc;

/** What one kind of entry does. One instance serves one entry after another. */
interface EntryWork
{
    /**
     * Reads the entry and checks everything that can be wrong with it. Nothing is written.
     *
     * @return {@code SOUND}, or the number of the error that is the entry's result.
     */
    int begin(Entry entry);

    /** Goes to where a half-applied entry stopped, as the header says; after {@link #begin}. */
    void resume(Entry entry, MvccHeader header);

    /**
     * Does a bounded amount of it.
     *
     * @return true once all is done.
     */
    boolean step(Entry entry);

    /** The number of the op under way, for the header. */
    int op();

    /** The sub revision at which that op began, for the header. */
    int opStart();

    /** Says the result, after revision and state have moved; only on the member that answers. */
    void answer(Entry entry);
}
