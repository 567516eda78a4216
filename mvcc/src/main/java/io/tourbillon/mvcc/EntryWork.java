package io.tourbillon.mvcc;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** What one kind of entry does. One instance serves one entry after another. */
interface EntryWork
{
    /** There is more to check: call again. */
    int UNDECIDED = -1;

    /**
     * Reads the entry and checks what takes a few look-ups. Nothing is written.
     *
     * @return {@code SOUND}, or the number of the error that is the entry's result.
     */
    default int begin(final Entry entry)
    {
        return SOUND;
    }

    /**
     * Checks it against the state before it, a bounded amount in each call, after {@link #begin}. Nothing is written. The state stays as it
     * is until this has ended.
     *
     * @return {@link #UNDECIDED}, {@code SOUND}, or the number of the error that is the entry's result.
     */
    default int decide(final Entry entry)
    {
        return SOUND;
    }

    /** Goes to where a half-applied entry stopped, as the header says; after {@link #decide}. What changes no key has no half. */
    default void resume(final Entry entry, final MvccHeader header)
    {
        assert entry.changes().isEmpty() : "it changes no key";
    }

    /**
     * Does a bounded amount of it.
     *
     * @return true once all is done.
     */
    boolean step(Entry entry);

    /** The number of the op under way, for the header. */
    default int op()
    {
        return 0;
    }

    /** The sub revision at which that op began, for the header. */
    default int opStart()
    {
        return 0;
    }

    /** Whether its outcome is remembered if its client has numbered it. */
    default boolean isRemembered()
    {
        return false;
    }

    /** What its answer says beside revision and key-values, to be remembered: a count, an id; 0 = nothing. Once all is done. */
    default long toldBeside(final Entry entry)
    {
        return 0;
    }

    /** Says the result, after revision and state have moved; only on the member that answers. */
    void answer(Entry entry);
}
