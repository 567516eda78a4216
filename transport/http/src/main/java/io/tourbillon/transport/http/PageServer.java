package io.tourbillon.transport.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Shows pages at some addresses, by the JDK's own HTTP server. Threads of its own, as many as {@link #THREADS}; who finds them all
 * at work and {@link #QUEUE_LENGTH} others waiting is sent away. Connections that say nothing are closed.
 */
public final class PageServer implements AutoCloseable
{
    /** Requests that are answered at once. */
    static final int THREADS = 16;
    /** Requests that wait for a thread. */
    static final int QUEUE_LENGTH = 64;
    private static final System.Logger LOGGER = System.getLogger(PageServer.class.getName());
    private static final int PORT_MAX = 65_535;
    private static final int BACKLOG = 64;

    static
    {
        // In seconds. The JDK's server has no limit by itself: a client that never ends its request would keep a thread for ever.
        setUnlessSet("sun.net.httpserver.maxReqTime", "10");
        setUnlessSet("sun.net.httpserver.maxRspTime", "30");
        setUnlessSet("sun.net.httpserver.idleInterval", "30");
        setUnlessSet("jdk.httpserver.maxConnections", "256");
    }

    private final PageSource pages;
    private final ThreadPoolExecutor executor;
    private final List<HttpServer> servers = new ArrayList<>();

    private PageServer(final PageSource pages)
    {
        this.pages = pages;
        executor = new ThreadPoolExecutor(
            THREADS, THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(QUEUE_LENGTH), PageServer::thread);
    }

    private static void setUnlessSet(final String name, final String value)
    {
        if (System.getProperty(name) == null)
        {
            System.setProperty(name, value);
        }
    }

    private static Thread thread(final Runnable work)
    {
        final Thread thread = new Thread(work, "tourbillon-pages");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Reads a list of addresses.
     *
     * @param urls {@code http://host:port}, separated by commas; an empty text is an empty list.
     * @return the addresses.
     * @throws IllegalArgumentException naming what is wrong with which of them.
     */
    public static List<InetSocketAddress> addresses(final String urls)
    {
        final List<InetSocketAddress> addresses = new ArrayList<>();
        for (final String url : urls.isBlank() ? new String[0] : urls.split(",", -1))
        {
            addresses.add(address(url.trim()));
        }
        return addresses;
    }

    private static InetSocketAddress address(final String url)
    {
        final URI uri;
        try
        {
            uri = new URI(url);
        }
        catch (final URISyntaxException ex)
        {
            throw new IllegalArgumentException("'" + url + "' is no URL: " + ex.getReason());
        }
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 1 || uri.getPort() > PORT_MAX ||
            !List.of("", "/").contains(uri.getPath()))
        {
            throw new IllegalArgumentException("'" + url + "' must be http://host:port with a port in [1, " + PORT_MAX + "]");
        }
        final String host = uri.getHost().startsWith("[") ? uri.getHost().substring(1, uri.getHost().length() - 1) : uri.getHost();
        final InetSocketAddress address = new InetSocketAddress(host, uri.getPort());
        if (address.isUnresolved())
        {
            throw new IllegalArgumentException("'" + url + "': there is no host " + host);
        }
        return address;
    }

    /**
     * Listens and answers, until {@link #close()}.
     *
     * @param pages     to show.
     * @param addresses to listen at.
     * @return the server.
     * @throws IOException if it cannot listen at one of them; it names it, and listens at none.
     */
    public static PageServer launch(final PageSource pages, final List<InetSocketAddress> addresses) throws IOException
    {
        final PageServer server = new PageServer(pages);
        for (final InetSocketAddress address : addresses)
        {
            try
            {
                server.listen(address);
            }
            catch (final IOException ex)
            {
                server.close();
                throw new IOException("cannot listen on " + address + ": " + ex.getMessage(), ex);
            }
        }
        return server;
    }

    /** @return where it listens, in the order in which that was asked for; with the port that it got where 0 was asked for. */
    public List<InetSocketAddress> listening()
    {
        return servers.stream().map(HttpServer::getAddress).toList();
    }

    private void listen(final InetSocketAddress address) throws IOException
    {
        final HttpServer server = HttpServer.create(address, BACKLOG);
        servers.add(server);
        server.setExecutor(executor);
        server.createContext("/", this::onExchange);
        server.start();
    }

    private void onExchange(final HttpExchange exchange) throws IOException
    {
        try (exchange)
        {
            final URI uri = exchange.getRequestURI();
            final PageReply reply = replyTo(new PageRequest(
                exchange.getRequestMethod(), uri.getPath(), uri.getRawQuery(), exchange.getRequestHeaders().getFirst("Accept")));
            exchange.getResponseHeaders().set("Content-Type", reply.contentType());
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            if (reply.status() == PageReply.METHOD_NOT_ALLOWED)
            {
                exchange.getResponseHeaders().set("Allow", "GET");
            }
            final boolean isHead = "HEAD".equals(exchange.getRequestMethod());
            exchange.sendResponseHeaders(reply.status(), isHead ? -1 : reply.body().length);
            if (!isHead)
            {
                try (OutputStream out = exchange.getResponseBody())
                {
                    out.write(reply.body());
                }
            }
        }
    }

    /** A page that fails is a bug: who asked is told so, the others go on. */
    private PageReply replyTo(final PageRequest request)
    {
        try
        {
            return pages.reply(request);
        }
        catch (final RuntimeException ex)
        {
            LOGGER.log(System.Logger.Level.ERROR, "page " + request.path() + " failed", ex);
            return PageReply.text(PageReply.INTERNAL_ERROR, "internal error: " + ex + "\n");
        }
    }

    /** Stops listening; what is being answered is cut off. Idempotent. */
    @Override
    public void close()
    {
        servers.forEach((server) -> server.stop(0));
        servers.clear();
        executor.shutdownNow();
    }
}
