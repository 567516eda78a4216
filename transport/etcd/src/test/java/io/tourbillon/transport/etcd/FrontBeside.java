package io.tourbillon.transport.etcd;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tourbillon.transport.aeron.Node;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

import static org.junit.jupiter.api.Assertions.assertNull;

/** One more front before a node that others own. Closing it fails if something happened that should not. */
final class FrontBeside implements AutoCloseable
{
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final EtcdFront front;
    private final ManagedChannel channel;

    FrontBeside(final Node node) throws Exception
    {
        this(node, config -> {});
    }

    FrontBeside(final Node node, final Consumer<FrontConfig> settings) throws Exception
    {
        this(node, settings, address -> NettyChannelBuilder.forAddress(address).usePlaintext().build());
    }

    FrontBeside(
        final Node node, final Consumer<FrontConfig> settings, final Function<InetSocketAddress, ManagedChannel> channels) throws Exception
    {
        final FrontConfig config = new FrontConfig()
            .addresses(List.of(new InetSocketAddress("127.0.0.1", 0)))
            .endpoint("ipc:" + node.driverDirectory());
        settings.accept(config);
        front = EtcdFront.launch(config, failure::set);
        channel = channels.apply(address());
    }

    InetSocketAddress address()
    {
        return front.addresses().get(0);
    }

    ManagedChannel channel()
    {
        return channel;
    }

    @Override
    public void close()
    {
        channel.shutdownNow();
        front.close();
        assertNull(failure.get(), () -> "on the front's threads: " + failure.get());
    }
}
