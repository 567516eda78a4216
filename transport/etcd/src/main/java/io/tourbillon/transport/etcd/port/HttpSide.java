package io.tourbillon.transport.etcd.port;

import io.netty.channel.ChannelHandlerContext;

/** Takes the connections that speak HTTP/1. Event loop. */
public interface HttpSide
{
    /**
     * Adds what speaks HTTP/1 to the connection's pipeline, behind the given handler, which goes then, and takes gRPC's own out of it.
     *
     * @param context of the handler that has looked.
     */
    void takeOver(ChannelHandlerContext context);
}
