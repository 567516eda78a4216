package io.tourbillon.transport.etcd.port;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.AsciiString;

import java.util.List;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Tells by its first bytes what a connection speaks: HTTP/2, whose preface no HTTP/1 request begins with, is gRPC's; all else is HTTP/1's.
 * So both share one port, as etcd's do. Event loop.
 */
final class PortNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator
{
    private static final ByteBuf PREFACE = Unpooled.unreleasableBuffer(
        Unpooled.wrappedBuffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII)));

    private static final Object BEGIN = InternalProtocolNegotiationEvent.getDefault();

    private final InternalProtocolNegotiator.ProtocolNegotiator grpc = InternalProtocolNegotiators.serverPlaintext();
    private final HttpSide http;

    PortNegotiator(final HttpSide http)
    {
        this.http = http;
    }

    @Override
    public AsciiString scheme()
    {
        return grpc.scheme();
    }

    @Override
    public ChannelHandler newHandler(final GrpcHttp2ConnectionHandler grpcHandler)
    {
        return new Sniffer(grpcHandler);
    }

    @Override
    public void close()
    {
        grpc.close();
    }

    private final class Sniffer extends ByteToMessageDecoder
    {
        private final GrpcHttp2ConnectionHandler grpcHandler;

        private Sniffer(final GrpcHttp2ConnectionHandler grpcHandler)
        {
            this.grpcHandler = grpcHandler;
        }

        /** Of gRPC's own, that its handlers may begin: kept until it is known that they are wanted. */
        @Override
        public void userEventTriggered(final ChannelHandlerContext context, final Object event) throws Exception
        {
            if (event != BEGIN)
            {
                super.userEventTriggered(context, event);
            }
        }

        @Override
        protected void decode(final ChannelHandlerContext context, final ByteBuf in, final List<Object> out)
        {
            final int length = Math.min(in.readableBytes(), PREFACE.readableBytes());
            if (!ByteBufUtil.equals(in, in.readerIndex(), PREFACE, 0, length))
            {
                http.takeOver(context);
                context.pipeline().remove(this);
            }
            else if (length == PREFACE.readableBytes())
            {
                context.pipeline().addAfter(context.name(), null, grpc.newHandler(grpcHandler));
                context.fireUserEventTriggered(BEGIN);
                context.pipeline().remove(this); // what was read goes on to them
            }
        }
    }
}
