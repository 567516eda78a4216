package io.tourbillon.consensus;

/**
 * What the agent thread can wait for beside the passing of time when it has nothing to do: that something arrives. Then a message wakes it
 * at once, and nobody has to look for messages, which on a machine with fewer cores than busy threads would take time from the others.
 */
public interface IdleWait
{
    /** @return whether everything that may arrive can be waited for now. Agent's thread. */
    boolean canWait();

    /**
     * Blocks until something arrives, {@link #wake()} is called or was called since the last time, or the time is over. Agent's thread.
     *
     * @param ns to wait at most; may be rounded up to a millisecond.
     * @return false if it {@link #canWait() cannot wait} now: then it has not.
     */
    boolean await(long ns);

    /** Ends the wait that is on, or the next one. Any thread. */
    void wake();
}
