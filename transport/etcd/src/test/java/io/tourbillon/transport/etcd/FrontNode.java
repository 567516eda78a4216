package io.tourbillon.transport.etcd;

import io.aeron.exceptions.DriverTimeoutException;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.TestConfig;
import io.tourbillon.transport.etcd.counts.CallCounters;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** A whole node with a front before it, and a channel to that. Closing it fails if something happened that should not. */
public final class FrontNode implements AutoCloseable
{
    private static final long READY_MS = 30_000;

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final NodeConfig config;
    private Node node;
    private volatile boolean isRestarted;
    private final EtcdFront front;
    private final ManagedChannel channel;
    private boolean isNodeGone;

    /**
     * Starts both.
     *
     * @param directory of the node's files.
     * @throws Exception if that fails.
     */
    public FrontNode(final Path directory) throws Exception
    {
        this(directory, config -> {}, config -> {});
    }

    FrontNode(final Path directory, final Consumer<NodeConfig> nodeSettings, final Consumer<FrontConfig> frontSettings) throws Exception
    {
        config = TestConfig.in(directory);
        nodeSettings.accept(config);
        node = Node.launch(config);
        assertTrue(node.awaitReady(READY_MS));
        final FrontConfig frontConfig = new FrontConfig()
            .addresses(List.of(new InetSocketAddress("127.0.0.1", 0)))
            .endpoint("ipc:" + node.driverDirectory());
        frontSettings.accept(frontConfig);
        front = EtcdFront.listen(frontConfig, this::onError);
        front.connect(node.doorbell());
        channel = NettyChannelBuilder.forAddress(address()).usePlaintext().build();
    }

    /** The node behind it. */
    Node node()
    {
        return node;
    }

    private void onError(final Throwable error)
    {
        if (!isRestarted || !(error instanceof DriverTimeoutException))
        {
            failure.set(error);
        }
    }

    /** Ends the node and starts it again; the front stays. */
    void restartNode()
    {
        isRestarted = true; // its media driver is the front's, too
        node.close();
        node = Node.launch(config);
        assertTrue(node.awaitReady(READY_MS));
    }

    /** @return where the front listens. */
    public InetSocketAddress address()
    {
        return front.addresses().get(0);
    }

    /** @return bytes that the front keeps for answers. */
    public long answerBytes()
    {
        return front.answerBytes();
    }

    /** What the front has counted. */
    CallCounters calls()
    {
        return front.calls();
    }

    /** @return a channel to the front. */
    public ManagedChannel channel()
    {
        return channel;
    }

    /** Ends the node alone; what the front says of that is not looked at. */
    void closeNode()
    {
        isNodeGone = true;
        node.close();
    }

    /** @return what happened on the front's threads that should not; null = nothing. */
    public Throwable failure()
    {
        return failure.get();
    }

    @Override
    public void close()
    {
        channel.shutdownNow();
        front.close();
        node.close();
        assertTrue(isNodeGone || failure.get() == null, () -> "on the front's threads: " + failure.get());
    }
}
