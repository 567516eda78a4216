package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each wait is far longer than the test may take. */
@Timeout(20)
class SocketWaitTest
{
    private static final long LONG_NS = TimeUnit.MINUTES.toNanos(5);

    private final SocketWait socketWait = new SocketWait();
    @TempDir
    private Path directory;
    private MediaDriver driver;
    private Aeron aeron;

    @BeforeEach
    void launch()
    {
        final MediaDriver.Context context = new MediaDriver.Context()
            .aeronDirectoryName(directory.resolve("driver").toString())
            .threadingMode(ThreadingMode.INVOKER)
            .termBufferSparseFile(true)
            .publicationTermBufferLength(64 * 1024);
        socketWait.listenTo(context);
        driver = MediaDriver.launch(context);
        aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(context.aeronDirectoryName())
            .useConductorAgentInvoker(true)
            .driverAgentInvoker(driver.sharedAgentInvoker()));
    }

    @AfterEach
    void close()
    {
        aeron.close();
        driver.close();
        socketWait.close();
    }

    /** Nobody invokes the driver after the datagram has left, so it stays in the socket. */
    @Test
    void shouldWakeForADatagramToASubscription() throws IOException
    {
        try (DatagramSocket other = new DatagramSocket();
            Subscription subscription = aeron.addSubscription("aeron:udp?endpoint=127.0.0.1:0", 1))
        {
            shouldWakeForADatagram(other, subscription.localSocketAddresses().get(0));
        }
    }

    /** Where receivers' status messages return; it is connected, so only its receiver is heard. */
    @Test
    void shouldWakeForADatagramToAPublication() throws IOException
    {
        try (DatagramSocket receiver = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            Publication publication = aeron.addPublication("aeron:udp?endpoint=127.0.0.1:" + receiver.getLocalPort(), 1))
        {
            shouldWakeForADatagram(receiver, publication.localSocketAddresses().get(0));
        }
    }

    private void shouldWakeForADatagram(final DatagramSocket from, final String address) throws IOException
    {
        socketWait.isDeaf(() -> false);
        final int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        from.send(new DatagramPacket(new byte[64], 64, InetAddress.getLoopbackAddress(), port));
        assertTrue(socketWait.await(LONG_NS));
    }

    /** Nobody waits: a client through shared memory may keep the node from it for days. */
    @Test
    void shouldKeepNoSocketsOfStreamsThatWereClosed() throws IOException
    {
        openAndClose();
        final long before = socketCount();
        for (int i = 0; i < 20; i++)
        {
            openAndClose();
        }
        assertTrue(socketCount() <= before + 1, socketCount() + " sockets after " + before);
    }

    private void openAndClose()
    {
        aeron.addSubscription("aeron:udp?endpoint=127.0.0.1:0", 1).close();
        for (int i = 0; i < 100; i++)
        {
            driver.sharedAgentInvoker().invoke();
            aeron.conductorAgentInvoker().invoke();
        }
    }

    /** The answers of all clients by UDP leave from one port, whose socket is closed when the last of them has left. */
    @Test
    void shouldGiveBackThePortOfAPublicationThatWasClosed()
    {
        final int port = Ports.free();
        aeron.addPublication("aeron:udp?control-mode=dynamic|linger=0s|control=127.0.0.1:" + port, 1).close();
        shouldGiveBack(port);
    }

    @Test
    void shouldGiveBackThePortOfASubscriptionThatWasClosed()
    {
        final int port = Ports.free();
        aeron.addSubscription("aeron:udp?endpoint=127.0.0.1:" + port, 1).close();
        shouldGiveBack(port);
    }

    private void shouldGiveBack(final int port)
    {
        Await.until("port " + port + " is free", () ->
        {
            driver.sharedAgentInvoker().invoke();
            aeron.conductorAgentInvoker().invoke();
            return Ports.isFree(port);
        });
    }

    private static long socketCount() throws IOException
    {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd")))
        {
            return files.filter(SocketWaitTest::isSocket).count();
        }
    }

    private static boolean isSocket(final Path file)
    {
        try
        {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        }
        catch (final IOException ex)
        {
            return false; // closed meanwhile
        }
    }

    @Test
    void shouldBeWokenFromAnotherThreadBeforeAndWhileItWaits() throws InterruptedException
    {
        socketWait.isDeaf(() -> false);
        socketWait.wake();
        assertTrue(socketWait.await(LONG_NS));
        final CountDownLatch over = new CountDownLatch(1);
        final Thread waiter = new Thread(() ->
        {
            socketWait.await(LONG_NS);
            over.countDown();
        });
        waiter.start();
        Await.until("it waits", () -> waiter.getState() == Thread.State.RUNNABLE);
        socketWait.wake();
        assertTrue(over.await(10, TimeUnit.SECONDS));
    }

    @Test
    void shouldNotWaitWhereItCannotHearEverybody()
    {
        assertFalse(socketWait.await(LONG_NS), "not told yet");
        socketWait.isDeaf(() -> true);
        assertFalse(socketWait.await(LONG_NS));
    }
}
