package io.tourbillon.perf.front;

import org.agrona.DirectBuffer;

/** What a {@link FrontTarget} drives and tells of what came. One thread. */
interface FrontRun
{
    /**
     * Does what is due.
     *
     * @param nowNs as {@link System#nanoTime()}.
     * @return false once the run is over.
     */
    boolean tick(long nowNs);

    /** A watcher has been registered. */
    default void onWatching(final int watcher)
    {
    }

    /** An event for one watcher, of a revision; the buffers are the caller's again when this returns. */
    default void onEvent(
        final int watcher, final long revision, final boolean isDelete, final DirectBuffer key, final DirectBuffer value)
    {
    }

    /** A put was acknowledged. */
    default void onPut(final long token)
    {
    }

    /** A lease was granted. */
    default void onGranted(final long token, final long leaseId)
    {
    }

    /** Something that makes the run void. */
    void onFault(String reason);
}
