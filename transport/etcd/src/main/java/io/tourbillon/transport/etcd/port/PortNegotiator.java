package io.tourbillon.transport.etcd.port;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;

import javax.net.ssl.SSLSession;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Tells by its first bytes what a connection speaks: HTTP/2, whose preface no HTTP/1 request begins with, is gRPC's; all else is HTTP/1's.
 * So both share one port, as etcd's do, with TLS before them or without. Event loop.
 */
final class PortNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator
{
    private static final ByteBuf PREFACE = Unpooled.unreleasableBuffer(
        Unpooled.wrappedBuffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII)));


    private static final AsciiString HTTPS = AsciiString.of("https");

    private final InternalProtocolNegotiator.ProtocolNegotiator grpc = InternalProtocolNegotiators.serverPlaintext();
    private final HttpSide http;
    private final TlsContext tls;
    private final int connectionsMax;
    private final AtomicInteger connectionCount = new AtomicInteger();

    /**
     * @param tls            null = nothing is encrypted.
     * @param connectionsMax one more is closed.
     */
    PortNegotiator(final HttpSide http, final TlsContext tls, final int connectionsMax)
    {
        this.http = http;
        this.tls = tls;
        this.connectionsMax = connectionsMax;
    }

    @Override
    public AsciiString scheme()
    {
        return tls == null ? grpc.scheme() : HTTPS;
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

    /** What gRPC is told of a connection, which is what its services can ask of a call. */
    private static ProtocolNegotiationEvent beginning(final ChannelHandlerContext context)
    {
        final ProtocolNegotiationEvent plain = InternalProtocolNegotiationEvent.getDefault();
        final SslHandler ssl = context.pipeline().get(SslHandler.class);
        if (ssl == null)
        {
            return plain;
        }
        final SSLSession session = ssl.engine().getSession();
        final Attributes.Builder attributes = Attributes.newBuilder().set(Grpc.TRANSPORT_ATTR_SSL_SESSION, session);
        final String commonName = ClientCertificate.commonName(session);
        if (commonName != null)
        {
            attributes.set(ClientCertificate.COMMON_NAME, commonName);
        }
        return InternalProtocolNegotiationEvent.withAttributes(plain, attributes.build());
    }

    private final class Sniffer extends ByteToMessageDecoder
    {
        private final GrpcHttp2ConnectionHandler grpcHandler;

        private Sniffer(final GrpcHttp2ConnectionHandler grpcHandler)
        {
            this.grpcHandler = grpcHandler;
        }

        @Override
        public void handlerAdded(final ChannelHandlerContext context)
        {
            context.channel().closeFuture().addListener(closed -> connectionCount.decrementAndGet());
            if (connectionCount.incrementAndGet() > connectionsMax)
            {
                context.close();
            }
            else if (tls != null)
            {
                context.pipeline().addBefore(context.name(), null, tls.newHandler(context.alloc()));
            }
        }

        /** Of gRPC's own, that its handlers may begin: kept until it is known that they are wanted. */
        @Override
        public void userEventTriggered(final ChannelHandlerContext context, final Object event) throws Exception
        {
            if (!(event instanceof ProtocolNegotiationEvent))
            {
                super.userEventTriggered(context, event);
            }
        }

        /** Most of all: no TLS, or none that both can speak, or no certificate that is taken. */
        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause)
        {
            context.close();
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
                context.fireUserEventTriggered(beginning(context));
                context.pipeline().remove(this); // what was read goes on to them
            }
        }
    }
}
