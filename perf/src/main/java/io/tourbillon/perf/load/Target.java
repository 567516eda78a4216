package io.tourbillon.perf.load;

/**
 * A server under load, as one thread sees it: requests leave by {@link #put} and {@link #get}, their replies come to the {@link ReplySink}
 * on the
 * thread that runs {@link #drive(LoadRun)}.
 */
public interface Target extends AutoCloseable
{
    /** Gives a run its thread until it is over, in bounded time: the run has deadlines of its own. Blocks. */
    void drive(LoadRun run);

    /**
     * Sends a put. Driving thread.
     *
     * @param token       comes back with the reply.
     * @param keyIndex    in the key space.
     * @param writeNumber of the run.
     * @param intendedNs  when it should have left.
     * @return false if it cannot be sent now: back-pressure; try again.
     */
    boolean put(long token, int keyIndex, long writeNumber, long intendedNs);

    /**
     * Sends a linearizable get. Driving thread.
     *
     * @param token    comes back with the reply.
     * @param keyIndex in the key space.
     * @return false if it cannot be sent now.
     */
    boolean get(long token, int keyIndex);

    /**
     * Watches all keys of the key space from now on; {@link ReplySink#onWatching} tells when. Driving thread.
     *
     * @return false if it cannot be sent now.
     */
    boolean watch();

    /**
     * Asks for the server's counters; {@link ReplySink#onStatus} brings them. Driving thread.
     *
     * @return false if it cannot be asked now.
     */
    boolean requestStatus();

    @Override
    void close();
}
