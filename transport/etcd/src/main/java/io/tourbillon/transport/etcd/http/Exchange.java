package io.tourbillon.transport.etcd.http;

import io.netty.buffer.ByteBuf;

/** One request of a connection and its answer. Event loop. */
public interface Exchange
{
    /**
     * A part of the request's body.
     *
     * @param content valid during the call.
     */
    void onContent(ByteBuf content);

    /** The body is whole. */
    void onEnd();

    /** What was written has gone so far that more may follow. */
    default void onWritable()
    {
    }

    /** The connection is gone: nobody waits for the answer. */
    default void onClosed()
    {
    }

    /** @return whether it may wait for more of the request as long as it likes: a stream. */
    default boolean isPatient()
    {
        return false;
    }
}
