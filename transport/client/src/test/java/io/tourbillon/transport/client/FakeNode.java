package io.tourbillon.transport.client;

import io.tourbillon.codecs.ConnectionKey;
import io.aeron.Aeron;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.tourbillon.codecs.Protocol;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NoOpLock;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Speaks the node's side of the protocol over a real media driver, on one thread, with a map for a store; and misbehaves when told to. */
final class FakeNode implements AutoCloseable
{
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** Looks at the requests of sessions first. */
    interface Extra
    {
        /** True if it has answered the request, or keeps it. */
        boolean takes(FakeConnection connection, int templateId, DirectBuffer buffer, int offset);
    }

    final int port;
    final Path directory;
    final FakeUsers users = new FakeUsers();
    final FakeStore store;
    /** Requests of sessions are taken, but not answered. */
    volatile boolean isMute;
    /** Requests of sessions are told that they have waited too long. */
    volatile boolean isLate;
    /** Nothing is taken. */
    volatile boolean isFrozen;
    /** Watches that resume are told that their revision is compacted. */
    volatile boolean isCompacted;
    volatile boolean refusesProgress;
    /** So many creations of watches are refused: the node ends. */
    volatile int watchRefusals;
    volatile Extra extra;
    /** What clients must prove to know; null = nothing. */
    volatile ConnectionKey connectionKey;
    volatile int keepAliveMs = 100;
    volatile long memberId = 2;
    /** Whom it calls the leader, and where that can be reached. */
    volatile long leaderId = 1;
    volatile String leaderUrl = "";
    volatile int timeoutMs = 2_000;
    volatile int requestsInFlightMax = 1_024;
    volatile Throwable failure;
    volatile long requestCount;

    private final MediaDriver driver;
    private final Aeron aeron;
    private final Subscription ipc;
    private final Subscription udp;
    private final List<FakeConnection> connections = new ArrayList<>();
    private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean isRunning = true;

    FakeNode(final int port, final FakeStore store)
    {
        this.port = port;
        this.store = store;
        directory = Path.of("/dev/shm").toFile().isDirectory() ?
            Path.of("/dev/shm", name()) : Path.of(System.getProperty("java.io.tmpdir"), name());
        driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(directory.toString())
            .threadingMode(ThreadingMode.INVOKER)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .mtuLength(8 << 10)
            .publicationTermBufferLength(256 << 10)
            .ipcTermBufferLength(256 << 10)
            .errorHandler(error -> { }));
        aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(directory.toString())
            .useConductorAgentInvoker(true)
            .clientLock(NoOpLock.INSTANCE)
            .driverAgentInvoker(driver.sharedAgentInvoker())
            .errorHandler(error -> { }));
        ipc = aeron.addSubscription("aeron:ipc", Protocol.REQUEST_STREAM_ID);
        udp = aeron.addSubscription("aeron:udp?endpoint=127.0.0.1:" + port, Protocol.REQUEST_STREAM_ID);
        thread = new Thread(this::run, "fake-node");
        thread.start();
    }

    static FakeNode start(final int port)
    {
        return new FakeNode(port, new FakeStore());
    }

    String ipcEndpoint()
    {
        return "ipc:" + directory;
    }

    String udpEndpoint()
    {
        return "127.0.0.1:" + port;
    }

    /** Closes the answering streams, as a node that drops its clients. */
    void dropConnections()
    {
        call(() -> connections.forEach(FakeConnection::drop));
    }

    /** Sends bytes as they are, on every connection. */
    void sendRaw(final byte[] bytes)
    {
        call(() -> connections.forEach(connection -> connection.offerRaw(bytes)));
    }

    /** Runs something on the node's thread and waits for it. */
    void call(final Runnable command)
    {
        final CountDownLatch done = new CountDownLatch(1);
        commands.add(() ->
        {
            command.run();
            done.countDown();
        });
        try
        {
            if (!done.await(10, TimeUnit.SECONDS))
            {
                throw new AssertionError("the fake node hangs", failure);
            }
        }
        catch (final InterruptedException ex)
        {
            throw new AssertionError(ex);
        }
    }

    /** On the node's thread alone. */
    Aeron aeron()
    {
        return aeron;
    }

    List<FakeConnection> connections()
    {
        return connections;
    }

    FakeConnection lastConnection()
    {
        return connections.get(connections.size() - 1);
    }

    @Override
    public void close()
    {
        isRunning = false;
        try
        {
            thread.join(10_000);
        }
        catch (final InterruptedException ex)
        {
            throw new AssertionError(ex);
        }
        CloseHelper.closeAll(aeron, driver);
    }

    private void run()
    {
        try
        {
            while (isRunning)
            {
                if (poll() == 0)
                {
                    Thread.yield();
                }
            }
        }
        catch (final Throwable ex)
        {
            failure = ex;
            ex.printStackTrace(System.err);
        }
    }

    private int poll()
    {
        int workCount = driver.sharedAgentInvoker().invoke() + aeron.conductorAgentInvoker().invoke();
        for (Runnable command = commands.poll(); null != command; command = commands.poll())
        {
            command.run();
        }
        if (isFrozen)
        {
            return workCount;
        }
        ipc.forEachImage(image -> accept(image, true));
        udp.forEachImage(image -> accept(image, false));
        for (final FakeConnection connection : connections)
        {
            workCount += connection.poll();
        }
        connections.removeIf(FakeConnection::isGone);
        return workCount;
    }

    private void accept(final Image image, final boolean isIpc)
    {
        for (final FakeConnection connection : connections)
        {
            if (connection.image() == image)
            {
                return;
            }
        }
        final String channel = (isIpc ? "aeron:ipc?" : "aeron:udp?control=127.0.0.1:" + (port + Protocol.RESPONSE_PORT_DISTANCE) + "|") +
            "control-mode=response|term-length=256k|mtu=8k|response-correlation-id=" + image.correlationId();
        connections.add(new FakeConnection(this, image, aeron.addPublication(channel, Protocol.RESPONSE_STREAM_ID)));
    }

    private static String name()
    {
        return "tourbillon-fake-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    }
}
