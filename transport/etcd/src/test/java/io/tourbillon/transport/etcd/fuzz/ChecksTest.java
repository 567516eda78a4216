package io.tourbillon.transport.etcd.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the fuzz tests go by sees what it is there for. */
@Timeout(60)
class ChecksTest
{
    private static final int OF_EACH = 50;
    private static final int LEAKS_MAX = 10_000;

    @Test
    void shouldSeeWhatNoThreadHasCaught() throws Exception
    {
        try (Troubles troubles = new Troubles())
        {
            troubles.requireNone("before");
            final Thread thread = new Thread(() ->
            {
                throw new IllegalStateException("planted");
            });
            thread.start();
            thread.join();
            assertTrue(assertThrows(AssertionError.class, () -> troubles.requireNone("after")).getMessage().contains("planted"));
        }
    }

    @Test
    void shouldSeeWhatNettyAndGrpcWarnOfUnlessItIsOfClients()
    {
        try (Troubles troubles = new Troubles())
        {
            Logger.getLogger("io.grpc.netty.NettyServerHandler").log(Level.WARNING, "Stream Error", new IllegalStateException("its"));
            troubles.requireNone("of a client");
            Logger.getLogger("io.netty.util.concurrent.DefaultPromise").warning("planted");
            assertThrows(AssertionError.class, () -> troubles.requireNone("after"));
        }
    }

    @Test
    void shouldSeeABufferThatNobodyReleases()
    {
        try (Troubles troubles = new Troubles())
        {
            int count = 0;
            while (count++ < LEAKS_MAX && isQuiet(troubles))
            {
                leak();
                System.gc();
            }
            assertTrue(assertThrows(AssertionError.class, () -> troubles.requireNone("after")).getMessage().contains("LEAK"));
        }
    }

    private static boolean isQuiet(final Troubles troubles)
    {
        try
        {
            troubles.requireNone("meanwhile");
            return true;
        }
        catch (final AssertionError ignore)
        {
            return false; // it is what is waited for
        }
    }

    private static void leak()
    {
        final ByteBuf lost = UnpooledByteBufAllocator.DEFAULT.directBuffer(16);
        lost.writeByte(1);
    }

    @Test
    void shouldSeeWhatIsHeld() throws Exception
    {
        final Footprint before = Footprint.now();
        assertEquals(List.of(), Footprint.now().excess(before));
        final byte[] onHeap = new byte[2 * (int)Footprint.HEAP_MORE_MAX];
        assertEquals(List.of("heap"), Footprint.now().excess(before));
        final ByteBuffer direct = ByteBuffer.allocateDirect(2 * (int)Footprint.DIRECT_MORE_MAX);
        final CountDownLatch end = new CountDownLatch(1);
        final List<Thread> threads = new ArrayList<>();
        final List<ServerSocket> sockets = new ArrayList<>();
        try
        {
            for (int i = 0; i < OF_EACH; i++) // more than others' that end meanwhile
            {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
                final Thread thread = new Thread(() -> await(end));
                threads.add(thread);
                thread.start();
            }
            assertEquals(List.of("heap", "direct memory", "threads", "sockets"), Footprint.now().excess(before));
        }
        finally
        {
            Reference.reachabilityFence(onHeap);
            Reference.reachabilityFence(direct);
            end.countDown();
            for (final ServerSocket socket : sockets)
            {
                socket.close();
            }
            for (final Thread thread : threads)
            {
                thread.join();
            }
        }
    }

    private static void await(final CountDownLatch end)
    {
        try
        {
            end.await();
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }
}
