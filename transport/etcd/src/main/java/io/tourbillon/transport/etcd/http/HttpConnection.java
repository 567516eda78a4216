package io.tourbillon.transport.etcd.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;

import java.util.ArrayDeque;
import java.util.Date;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A connection that speaks HTTP/1: one exchange after the other, whatever the client sends ahead. Event loop, but for {@link #execute}
 * and {@link #isWritable}.
 */
public final class HttpConnection extends ChannelInboundHandlerAdapter
{
    /** Parts of later requests that are kept while one is under way; beyond it nothing is read. */
    private static final int AHEAD_MAX = 64;

    /** What comes in behind a refusal is read so long: else it would cost the client the answer. */
    private static final long LINGER_MS = 500;

    private final Routes routes;
    private final long requestNs;
    private final ArrayDeque<HttpObject> ahead = new ArrayDeque<>();
    private ChannelHandlerContext context;
    private HttpRequest request;
    private Exchange exchange;
    private boolean isBodyWhole = true;
    private boolean isAnswered = true;
    private boolean isStreaming;
    private boolean isEnding;
    private WebSocketTalk talk;
    private long answeredNs = System.nanoTime();

    /** @param requestMs within which the next request must be whole, however busily its bytes come. */
    HttpConnection(final Routes routes, final long requestMs)
    {
        this.routes = routes;
        requestNs = TimeUnit.MILLISECONDS.toNanos(requestMs);
    }

    @Override
    public void handlerAdded(final ChannelHandlerContext added)
    {
        context = added;
        lookIn(requestNs);
    }

    private void lookIn(final long delayNs)
    {
        final Future<?> look = context.executor().schedule(this::look, delayNs, TimeUnit.NANOSECONDS);
        context.channel().closeFuture().addListener(closed -> look.cancel(false));
    }

    private void look()
    {
        final boolean isAwaited = exchange == null || !isBodyWhole && !exchange.isPatient();
        final long leftNs = isAwaited ? requestNs - (System.nanoTime() - answeredNs) : requestNs;
        if (leftNs <= 0)
        {
            context.close();
        }
        else
        {
            lookIn(leftNs);
        }
    }

    @Override
    public void channelRead(final ChannelHandlerContext from, final Object message)
    {
        if (isEnding)
        {
            ReferenceCountUtil.release(message);
            return;
        }
        final HttpObject part = (HttpObject)message;
        if (!ahead.isEmpty() || !mayGoOn())
        {
            ahead.add(part);
            from.channel().config().setAutoRead(ahead.size() < AHEAD_MAX);
        }
        else
        {
            take(part);
        }
    }

    /** The next request waits for the answer before it, and until what was answered so far has gone. */
    private boolean mayGoOn()
    {
        return !isBodyWhole || isAnswered && isWritable();
    }

    private void take(final HttpObject part)
    {
        try
        {
            if (part.decoderResult().isFailure())
            {
                refuse(part.decoderResult().cause());
            }
            else if (part instanceof final HttpRequest begun)
            {
                begin(begun);
            }
            else if (part instanceof final HttpContent content)
            {
                takeBody(content);
            }
        }
        finally
        {
            ReferenceCountUtil.release(part);
        }
    }

    private void begin(final HttpRequest begun)
    {
        request = begun;
        isAnswered = false;
        isBodyWhole = false;
        isStreaming = false;
        final QueryStringDecoder uri = new QueryStringDecoder(begun.uri());
        final String path;
        try
        {
            path = uri.path();
        }
        catch (final IllegalArgumentException ex)
        {
            refuse(ex); // a percent sign without its digits
            return;
        }
        final String rawQuery = uri.rawQuery();
        if (HttpUtil.is100ContinueExpected(begun))
        {
            context.writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
        }
        exchange = routes.begin(begun, path, rawQuery.isEmpty() ? null : rawQuery, this);
    }

    private void takeBody(final HttpContent content)
    {
        final Exchange current = exchange;
        if (content.content().isReadable() && current != null)
        {
            current.onContent(content.content());
        }
        if (content instanceof LastHttpContent)
        {
            isBodyWhole = true;
            if (current != null && exchange == current)
            {
                current.onEnd();
            }
        }
    }

    /** What cannot be read is the end of the connection: nobody knows where the next request begins. */
    private void refuse(final Throwable cause)
    {
        final Exchange cut = exchange;
        isBodyWhole = false;
        end();
        if (cut != null)
        {
            cut.onClosed();
        }
        if (isStreaming && !isAnswered)
        {
            context.close(); // it is too late for a status
            return;
        }
        isAnswered = false;
        request = request == null ? new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/") : request;
        final HttpResponseStatus status = cause instanceof TooLongHttpLineException ? HttpResponseStatus.REQUEST_URI_TOO_LONG :
            cause instanceof TooLongHttpHeaderException ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE :
            HttpResponseStatus.BAD_REQUEST;
        answer(status, Routes.TEXT, status + "\n");
    }

    /** From now on the connection is a WebSocket, of one call. */
    void upgrade(final Exchange call, final int bytesMax)
    {
        final HttpResponse response = new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
        response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
            .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
            .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, WebSocketTalk.acceptance(request));
        if (WebSocketTalk.hasToken(request))
        {
            response.headers().set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "Bearer");
        }
        context.writeAndFlush(response);
        talk = new WebSocketTalk(call);
        exchange = call;
        final ChannelPipeline pipeline = context.pipeline();
        final String codec = pipeline.context(HttpServerCodec.class).name();
        pipeline.addBefore(context.name(), null, new WebSocket13FrameDecoder(
            WebSocketDecoderConfig.newBuilder().expectMaskedFrames(true).maxFramePayloadLength(bytesMax).build()));
        pipeline.addBefore(context.name(), null, new WebSocket13FrameEncoder(false));
        pipeline.addBefore(context.name(), null, new WebSocketFrameAggregator(bytesMax));
        pipeline.addBefore(context.name(), null, talk);
        pipeline.remove(codec); // what was read behind the request goes on to them
    }

    /** @return whether it is encrypted. */
    public boolean isSecure()
    {
        return context.pipeline().get(SslHandler.class) != null;
    }

    /** @return the connection's own context, to allocate by and to ask for addresses. */
    public ChannelHandlerContext context()
    {
        return context;
    }

    /** @return whether what is written now goes soon. Any thread. */
    public boolean isWritable()
    {
        return context.channel().isWritable();
    }

    /**
     * Has something done on the connection's event loop. Any thread.
     *
     * @param command to run.
     */
    public void execute(final Runnable command)
    {
        context.executor().execute(command);
    }

    /** The connection ends with the answer that is under way or comes next. */
    public void end()
    {
        isEnding = true;
        exchange = null;
        ahead.forEach(ReferenceCountUtil::release);
        ahead.clear();
    }

    /**
     * Answers, and ends the exchange.
     *
     * @param status      of HTTP.
     * @param contentType of the body; null = none.
     * @param text        the body.
     */
    public void answer(final HttpResponseStatus status, final String contentType, final String text)
    {
        answer(status, contentType, ByteBufUtil.writeUtf8(context.alloc(), text));
    }

    /**
     * Answers, and ends the exchange.
     *
     * @param status      of HTTP.
     * @param contentType of the body; null = none.
     * @param body        released when it is written.
     */
    public void answer(final HttpResponseStatus status, final String contentType, final ByteBuf body)
    {
        if (talk != null)
        {
            stream(body);
            endStream();
            return;
        }
        final HttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        send(response, contentType, body);
    }

    void answer(final FrontPages.Page page)
    {
        final ByteBuf body = Unpooled.wrappedBuffer(page.body());
        final HttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(page.status()), body);
        page.headers().forEach(response.headers()::set);
        send(response, page.contentType(), body);
    }

    private void send(final HttpResponse response, final String contentType, final ByteBuf body)
    {
        if (isAnswered)
        {
            ReferenceCountUtil.release(response); // it was refused or has gone meanwhile
            return;
        }
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        addHeaders(response, contentType);
        written(context.writeAndFlush(response));
    }

    private void addHeaders(final HttpResponse response, final String contentType)
    {
        final HttpHeaders headers = response.headers();
        routes.access().allow(request, headers);
        if (contentType != null)
        {
            headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        headers.set(HttpHeaderNames.DATE, DateFormatter.format(new Date()));
        if (!isKept())
        {
            headers.set(HttpHeaderNames.CONNECTION, "close");
        }
        else if (request.protocolVersion().equals(HttpVersion.HTTP_1_0))
        {
            headers.set(HttpHeaderNames.CONNECTION, "keep-alive");
        }
    }

    private boolean isKept()
    {
        final boolean isOfKnownLength = !isStreaming || !request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        return !isEnding && isBodyWhole && isOfKnownLength && HttpUtil.isKeepAlive(request);
    }

    /**
     * Begins an answer of unknown length, unless it has begun.
     *
     * @param contentType of the body.
     * @param status      of HTTP.
     */
    public void beginStream(final HttpResponseStatus status, final String contentType)
    {
        if (isStreaming || isAnswered)
        {
            return;
        }
        isStreaming = true;
        if (talk != null)
        {
            return; // it has begun with the upgrade
        }
        final HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
        if (!request.protocolVersion().equals(HttpVersion.HTTP_1_0))
        {
            response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
        addHeaders(response, contentType);
        context.write(response);
    }

    /**
     * A part of such an answer, sent at once.
     *
     * @param part released when it is written.
     */
    public void stream(final ByteBuf part)
    {
        if (isAnswered || !isStreaming && talk == null)
        {
            part.release();
        }
        else if (talk != null)
        {
            talk.send(part);
        }
        else
        {
            context.writeAndFlush(new DefaultHttpContent(part));
        }
    }

    /** Ends such an answer, and the exchange. */
    public void endStream()
    {
        if (talk != null && !isAnswered)
        {
            isAnswered = true;
            end();
            talk.end();
        }
        else if (!isAnswered)
        {
            written(context.writeAndFlush(new DefaultLastHttpContent()));
        }
    }

    /** The last of an answer is on its way. */
    private void written(final ChannelFuture last)
    {
        final boolean isKept = isKept();
        isAnswered = true;
        answeredNs = System.nanoTime();
        exchange = null;
        if (!isKept)
        {
            end();
            last.addListener(isBodyWhole ? ChannelFutureListener.CLOSE : sent -> linger());
        }
        else if (!ahead.isEmpty())
        {
            context.executor().execute(this::goOn); // not from within whoever has answered
        }
    }

    /** Closes once what still comes in has been read for a moment: bytes that nobody reads would have the answer thrown away. */
    private void linger()
    {
        if (!isSecure() && context.channel() instanceof final DuplexChannel channel)
        {
            channel.shutdownOutput();
            context.executor().schedule(() -> context.close(), LINGER_MS, TimeUnit.MILLISECONDS);
        }
        else
        {
            context.close();
        }
    }

    private void goOn()
    {
        while (!ahead.isEmpty() && mayGoOn())
        {
            take(ahead.poll());
        }
        context.channel().config().setAutoRead(ahead.size() < AHEAD_MAX);
    }

    @Override
    public void channelWritabilityChanged(final ChannelHandlerContext from)
    {
        final boolean isWritable = isWritable();
        if (talk != null)
        {
            from.channel().config().setAutoRead(isWritable); // who asks for pongs has to read them
        }
        if (isWritable && exchange != null)
        {
            exchange.onWritable();
        }
        else if (isWritable && !ahead.isEmpty())
        {
            context.executor().execute(this::goOn);
        }
    }

    @Override
    public void userEventTriggered(final ChannelHandlerContext from, final Object event)
    {
        if (event instanceof final IdleStateEvent idle)
        {
            onIdle(idle.state());
        }
    }

    private void onIdle(final IdleState state)
    {
        final boolean isWaiting = exchange == null || !exchange.isPatient();
        final ChannelOutboundBuffer unsent = context.channel().unsafe().outboundBuffer();
        final boolean isUnread = state == IdleState.WRITER_IDLE && unsent != null && unsent.totalPendingWriteBytes() > 0;
        final boolean isHalf = state == IdleState.READER_IDLE && !isBodyWhole && isWaiting;
        if (isUnread || isHalf)
        {
            context.close();
        }
    }

    @Override
    public void channelInactive(final ChannelHandlerContext from)
    {
        final Exchange cut = exchange;
        isAnswered = true;
        end();
        if (cut != null)
        {
            cut.onClosed();
        }
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext from, final Throwable cause)
    {
        from.close();
    }
}
