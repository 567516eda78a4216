package io.tourbillon.transport.etcd.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * A call through a WebSocket, as etcd's gateway takes it: each message from the client is one of the request, each to it one of the answer.
 * When the client closes, it has gone. Event loop.
 */
final class WebSocketTalk extends SimpleChannelInboundHandler<WebSocketFrame>
{
    /** Of the protocol: RFC 6455, 1.3. */
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final String VERSION = "13";
    private static final String BEARER = "Bearer";

    private final Exchange call;
    private ChannelHandlerContext context;

    WebSocketTalk(final Exchange call)
    {
        this.call = call;
    }

    static boolean isWanted(final HttpRequest request)
    {
        return request.method().equals(HttpMethod.GET) &&
            request.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true) &&
            request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    static boolean isSound(final HttpRequest request)
    {
        return VERSION.equals(request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION)) &&
            request.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    }

    /** Whether it says who asks by the only header that a browser's WebSocket can set: {@code Bearer, TOKEN}. */
    static boolean hasToken(final HttpRequest request)
    {
        return request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "").startsWith(BEARER);
    }

    /** What that says, as {@code Authorization} would. */
    static String authorization(final HttpRequest request)
    {
        return request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).replaceFirst(",\\s*", " ");
    }

    /** What proves that this is a server of WebSockets. */
    static String acceptance(final HttpRequest request)
    {
        try
        {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1")
                .digest((request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY).trim() + GUID).getBytes(US_ASCII)));
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new IllegalStateException(ex); // each JDK has it
        }
    }

    @Override
    public void handlerAdded(final ChannelHandlerContext added)
    {
        context = added;
    }

    /** Sends a message: a line of an answer, without its end. */
    void send(final ByteBuf line)
    {
        final int length = line.readableBytes();
        if (length > 0 && line.getByte(line.writerIndex() - 1) == '\n')
        {
            line.writerIndex(line.writerIndex() - 1);
        }
        context.writeAndFlush(new TextWebSocketFrame(line));
    }

    /** Closes, behind what was sent. */
    void end()
    {
        context.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    protected void channelRead0(final ChannelHandlerContext from, final WebSocketFrame frame)
    {
        if (frame instanceof CloseWebSocketFrame)
        {
            end();
        }
        else if (frame instanceof PingWebSocketFrame)
        {
            from.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
        }
        else if (!(frame instanceof PongWebSocketFrame))
        {
            call.onContent(frame.content());
        }
    }
}
