package io.tourbillon.tools.server;

import io.tourbillon.codecs.Doorbell;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeException;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.etcd.EtcdFront;
import io.tourbillon.transport.http.CallFigures;
import io.tourbillon.transport.http.Pages;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Serves etcd's clients in a node's process, from before the node starts until before it is closed; nothing at all if no address is given.
 * What it takes to load and to listen is done on a thread of its own, beside the node's start.
 */
final class ClientFront implements AutoCloseable
{
    private final FutureTask<EtcdFront> opening;
    /** By which the node takes the front's word for users; set before it connects. */
    private volatile byte[] ownToken;

    /**
     * Begins.
     *
     * @param config  of the node, without faults.
     * @param warning hears of what should not happen; any thread.
     */
    ClientFront(final NodeConfig config, final Consumer<String> warning)
    {
        if (config.listenClientUrls().isEmpty())
        {
            opening = null;
            return;
        }
        FrontSettings.warn(config, warning);
        opening = new FutureTask<>(
            () -> EtcdFront.listen(FrontSettings.of(config).frontSecret(() -> ownToken).endpoint("ipc:" + config.driverDirectory()),
                (thrown) -> warning.accept("the front for etcd's clients: " + thrown)));
        final Thread thread = new Thread(opening, "tourbillon-start-front");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * The node is there. Blocks until this listens.
     *
     * @param pages     of the node, to show.
     * @param nodeToken of the node: see {@link io.tourbillon.transport.aeron.Node#ownToken}.
     * @param doorbell  of the node.
     * @throws NodeException if it cannot: an address is taken.
     */
    void serve(final Supplier<Pages> pages, final byte[] nodeToken, final Doorbell doorbell)
    {
        if (opening != null)
        {
            final EtcdFront front = await();
            ownToken = nodeToken.clone();
            front.pages(new FrontPagesOfNode(pages));
            front.connect(doorbell);
        }
    }

    /** What clients have called so far; nothing if there is no front, or not yet. Any thread; does not block. */
    List<CallFigures> calls()
    {
        return opening == null || !opening.isDone() ? List.of() : await().calls().all().stream().map(FrontSettings::figures).toList();
    }

    private EtcdFront await()
    {
        try
        {
            return opening.get();
        }
        catch (final ExecutionException ex)
        {
            throw new NodeException(NodeOption.LISTEN_CLIENT_URLS.key() + ": " + ex.getCause().getMessage(), ex.getCause());
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted while it starts", ex);
        }
    }

    /** Ends: calls under way are cut off. Idempotent; blocks for seconds at most, a start that is under way among them. */
    @Override
    public void close()
    {
        if (opening == null)
        {
            return;
        }
        try
        {
            await().close();
        }
        catch (final NodeException ignore)
        {
            return; // it never listened, and that was told
        }
    }
}
