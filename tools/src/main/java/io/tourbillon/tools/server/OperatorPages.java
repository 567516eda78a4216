package io.tourbillon.tools.server;

import io.tourbillon.tools.Version;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeException;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.http.CallFigures;
import io.tourbillon.transport.http.FrontMetrics;
import io.tourbillon.transport.http.MetricsPage;
import io.tourbillon.transport.http.NodeMetrics;
import io.tourbillon.transport.http.NodeStatus;
import io.tourbillon.transport.http.NodeVitals;
import io.tourbillon.transport.http.PageServer;
import io.tourbillon.transport.http.Pages;
import io.tourbillon.transport.http.StatusPage;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a node's operators read over HTTP, from before it serves until before it is closed: at addresses of its own, if that was asked for,
 * and through the front for etcd's clients. Made when they are first asked for: a start need not wait for it.
 */
final class OperatorPages
{
    private final Node node;
    private final Supplier<List<CallFigures>> calls;
    private NodeVitals vitals;
    private Pages pages;
    private PageServer server;

    /**
     * @param urls as the option is given.
     * @throws IllegalArgumentException if one cannot be.
     */
    static List<InetSocketAddress> addresses(final String urls)
    {
        try
        {
            return urls.isEmpty() ? List.of() : PageServer.addresses(urls);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new IllegalArgumentException(NodeOption.LISTEN_METRICS_URLS.key() + ": " + ex.getMessage(), ex);
        }
    }

    /**
     * @param node      whose pages they are; to be closed after this.
     * @param calls     tells what clients have called by etcd's API.
     * @param addresses to show them at.
     * @throws NodeException if it cannot listen at one of them.
     */
    OperatorPages(final Node node, final Supplier<List<CallFigures>> calls, final List<InetSocketAddress> addresses)
    {
        this.node = node;
        this.calls = calls;
        if (addresses.isEmpty())
        {
            return;
        }
        try
        {
            server = PageServer.launch(pages(), addresses);
        }
        catch (final IOException ex)
        {
            throw new NodeException(ex.getMessage(), ex);
        }
    }

    /** The pages. Any thread. */
    synchronized Pages pages()
    {
        if (pages == null)
        {
            vitals = new NodeVitals(node);
            final String version = Version.text();
            pages = new Pages(vitals, new MetricsPage(
                new NodeMetrics(node, vitals::status, version), new FrontMetrics(calls)),
                new StatusPage(new NodeStatus(node, vitals, version)), version);
        }
        return pages;
    }

    synchronized void close()
    {
        if (server != null)
        {
            server.close();
        }
        if (vitals != null)
        {
            vitals.close();
        }
    }
}
