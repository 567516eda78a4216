package io.tourbillon.transport.etcd.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Which path is whose. Event loops. */
final class Routes
{
    static final String TEXT = "text/plain; charset=utf-8";
    private static final String API = "/v3/";
    /** Names that the API had before it was finished. */
    private static final List<String> OLD_APIS = List.of("/v3beta/", "/v3alpha/");

    private final Gateway gateway;
    private final Executor pageThreads;
    private final Access access;
    private final int bytesMax;
    private volatile FrontPages pages = request -> new FrontPages.Page(
        HttpResponseStatus.SERVICE_UNAVAILABLE.code(), TEXT, Map.of(), "starting\n".getBytes(UTF_8));

    Routes(final Gateway gateway, final Executor pageThreads, final Access access, final int bytesMax)
    {
        this.bytesMax = bytesMax;
        this.gateway = gateway;
        this.pageThreads = pageThreads;
        this.access = access;
    }

    void pages(final FrontPages value)
    {
        pages = value;
    }

    Access access()
    {
        return access;
    }

    /** Begins an exchange. */
    Exchange begin(final HttpRequest request, final String path, final String rawQuery, final HttpConnection connection)
    {
        if (!connection.isSecure() && !access.isHostKnown(request))
        {
            return new Saying(connection, HttpResponseStatus.MISDIRECTED_REQUEST, TEXT,
                "this host is not known as " + Access.hostName(request) + ": name it in --host-whitelist, or use TLS " +
                "(this keeps out web pages that have their own name point here)\n");
        }
        if (request.method().equals(HttpMethod.OPTIONS))
        {
            return new Saying(connection, HttpResponseStatus.OK, null, "");
        }
        for (final String old : OLD_APIS)
        {
            if (path.startsWith(old))
            {
                return gateway.begin(API + path.substring(old.length()), request, connection);
            }
        }
        if (path.startsWith(API) && WebSocketTalk.isWanted(request))
        {
            return new Upgrade(request, path, connection);
        }
        return path.startsWith(API) ? gateway.begin(path, request, connection) : new PageExchange(request, path, rawQuery, connection);
    }

    private static FrontPages.Page notFound()
    {
        return new FrontPages.Page(HttpResponseStatus.NOT_FOUND.code(), TEXT, Map.of("X-Content-Type-Options", "nosniff"),
            "404 page not found\n".getBytes(UTF_8));
    }

    /** A call that is to go through a WebSocket. */
    private final class Upgrade implements Exchange
    {
        private final HttpRequest request;
        private final String path;
        private final HttpConnection connection;

        private Upgrade(final HttpRequest request, final String path, final HttpConnection connection)
        {
            this.request = request;
            this.path = path;
            this.connection = connection;
        }

        @Override
        public void onContent(final ByteBuf content)
        {
            // there should be none
        }

        @Override
        public void onEnd()
        {
            if (!WebSocketTalk.isSound(request) || !access.isOriginKnown(request))
            {
                connection.answer(access.isOriginKnown(request) ? HttpResponseStatus.BAD_REQUEST : HttpResponseStatus.FORBIDDEN, TEXT,
                    "no WebSocket for this\n");
                return;
            }
            final HttpRequest asked = new DefaultHttpRequest(request.protocolVersion(), HttpMethod.POST, request.uri(), request.headers());
            if (WebSocketTalk.hasToken(request))
            {
                asked.headers().set(HttpHeaderNames.AUTHORIZATION, WebSocketTalk.authorization(request));
            }
            final Exchange call = gateway.begin(path, asked, connection);
            if (call instanceof Saying)
            {
                call.onEnd();
            }
            else
            {
                connection.upgrade(call, bytesMax);
            }
        }
    }

    /** A page: what comes with the request is passed over. */
    private final class PageExchange implements Exchange
    {
        private final FrontPages.Request asked;
        private final HttpConnection connection;

        private PageExchange(final HttpRequest request, final String path, final String rawQuery, final HttpConnection connection)
        {
            asked = new FrontPages.Request(request.method().name(), path, rawQuery, request.headers().get("accept"));
            this.connection = connection;
        }

        @Override
        public void onContent(final ByteBuf content)
        {
            // no page looks at it
        }

        @Override
        public void onEnd()
        {
            try
            {
                pageThreads.execute(this::reply);
            }
            catch (final RejectedExecutionException ignore)
            {
                connection.answer(HttpResponseStatus.SERVICE_UNAVAILABLE, TEXT, "too many ask for pages\n");
            }
        }

        private void reply()
        {
            FrontPages.Page page;
            try
            {
                page = pages.reply(asked);
            }
            catch (final RuntimeException ex)
            {
                page = new FrontPages.Page(HttpResponseStatus.INTERNAL_SERVER_ERROR.code(), TEXT, Map.of(),
                    ("internal error: " + ex + "\n").getBytes(UTF_8));
            }
            final FrontPages.Page found = page == null ? notFound() : page;
            connection.execute(() -> connection.answer(found));
        }
    }
}
