package io.tourbillon.perf.load;

import org.agrona.DirectBuffer;

/** Where a {@link Target} hands what it received, on the driving thread. */
public interface ReplySink
{
    /** A put was acknowledged at this revision. */
    void onPut(long token, long revision);

    /**
     * A get was answered.
     *
     * @param token       of the request.
     * @param modRevision of the key-value; 0 = the key is not there.
     * @param buffer      holding the value, valid during the call.
     * @param offset      of it.
     * @param length      of it.
     */
    void onGet(long token, long modRevision, DirectBuffer buffer, int offset, int length);

    /** A request failed. The text says why. */
    void onError(long token, String reason);

    /** The watcher is registered: it sees every revision above this one. */
    void onWatching(long revision);

    /**
     * One event of the watcher.
     *
     * @param modRevision of it.
     * @param buffer      holding the value, valid during the call.
     * @param offset      of it.
     * @param length      of it.
     */
    void onEvent(long modRevision, DirectBuffer buffer, int offset, int length);

    /** The connection, session or watcher is gone, and with it the run. */
    void onLost(String reason);

    /** The server's counters. */
    void onStatus(ServerStatus status);
}
