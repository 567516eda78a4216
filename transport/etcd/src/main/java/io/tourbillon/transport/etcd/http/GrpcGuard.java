package io.tourbillon.transport.etcd.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;

/**
 * gRPC's server still takes the connection for one of its own: it writes commands into it when no HTTP/2 has been heard for a while,
 * and when it ends. They come from the end of the pipeline, where nothing of ours writes, so all that comes from there goes no further;
 * who ends the port closes these connections himself. Event loop.
 */
final class GrpcGuard extends ChannelOutboundHandlerAdapter
{
    @Override
    public void write(final ChannelHandlerContext context, final Object message, final ChannelPromise promise)
    {
        ReferenceCountUtil.release(message);
        promise.trySuccess();
    }

    @Override
    public void flush(final ChannelHandlerContext context)
    {
        // nothing was written
    }
}
