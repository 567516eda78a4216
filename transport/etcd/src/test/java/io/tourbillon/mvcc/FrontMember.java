package io.tourbillon.mvcc;

import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.etcd.EtcdFront;
import io.tourbillon.transport.etcd.FrontConfig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A whole node, asked through its front by the very client that asks the etcd beside it. */
final class FrontMember implements Member
{
    private static final long READY_TIMEOUT_MS = 30_000;

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final NodeConfig config;
    private Node node;
    private EtcdFront front;
    private GrpcStore store;
    private long newestWatchId;

    FrontMember(final NodeConfig config)
    {
        this.config = config;
        launch();
    }

    private void launch()
    {
        node = Node.launch(config);
        if (!node.awaitReady(READY_TIMEOUT_MS))
        {
            throw new IllegalStateException("the node is not ready: " + node.fatalMessage());
        }
        try
        {
            front = EtcdFront.launch(new FrontConfig()
                .addresses(List.of(new InetSocketAddress("127.0.0.1", 0)))
                .endpoint("ipc:" + node.driverDirectory()), failure::set);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
        store = new GrpcStore("127.0.0.1", front.addresses().get(0).getPort());
    }

    @Override
    public String run(final Op op)
    {
        return store.run(op, List.of());
    }

    /** A client cannot ask for that. */
    @Override
    public String runLogged(final Op op)
    {
        return run(op);
    }

    @Override
    public String compact(final long revision, final boolean isPhysical)
    {
        return store.compact(revision, isPhysical);
    }

    @Override
    public String grant(final long id, final long ttlMs)
    {
        return store.grant(id, TimeUnit.MILLISECONDS.toSeconds(ttlMs));
    }

    @Override
    public String revoke(final long id)
    {
        return store.revoke(id);
    }

    @Override
    public String timeToLive(final long id, final boolean wantsKeys)
    {
        return store.timeToLive(id);
    }

    @Override
    public String watch(final long id, final String key, final String end, final long start, final int flags)
    {
        final String answer = store.watches().create(new Step.Watch(id, key, end, start, flags));
        newestWatchId = answer.startsWith("created") ? Long.parseLong(answer.split(" ")[1]) : -1;
        return answer;
    }

    @Override
    public String cancel(final long id)
    {
        return store.watches().cancel(id);
    }

    @Override
    public String endOfWatch()
    {
        return store.watches().awaitCancel(newestWatchId) + " ''";
    }

    @Override
    public List<String> events(final long watchId, final int count)
    {
        return store.watches().events(watchId, count);
    }

    @Override
    public void forget(final long watchId)
    {
        store.watches().forget(watchId);
    }

    /** The node's own clock does. */
    @Override
    public void tick(final int budget)
    {
        requireNoFailure();
    }

    /** The last thing that a node does that is stopped. */
    @Override
    public void checkpoint()
    {
        requireNoFailure();
    }

    @Override
    public void crash()
    {
        close();
        launch();
    }

    /** There is one member only; after a restart it answers from what journal and store have kept. */
    @Override
    public void checkEnd()
    {
        crash();
        requireNoFailure();
    }

    private void requireNoFailure()
    {
        if (failure.get() != null)
        {
            throw new IllegalStateException("on the front's threads", failure.get());
        }
    }

    @Override
    public void close()
    {
        store.close();
        front.close();
        node.close();
    }
}
