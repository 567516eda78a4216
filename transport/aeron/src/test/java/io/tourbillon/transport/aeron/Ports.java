package io.tourbillon.transport.aeron;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

/** Free UDP ports for nodes of tests: below the range that the kernel hands out by itself, so that nobody takes one meanwhile. */
public final class Ports
{
    private static final int FIRST = 12_000 + (int)(ProcessHandle.current().pid() % 1000) * 16;
    private static int next = FIRST;

    private Ports()
    {
    }

    /** @return a port p such that p, p + 1 and p + 2 are free. */
    public static synchronized int free()
    {
        while (true)
        {
            final int port = next;
            next += 4;
            if (isFree(port) && isFree(port + 1) && isFree(port + 2))
            {
                return port;
            }
        }
    }

    /**
     * @param port of UDP.
     * @return whether it can be bound on loopback.
     */
    static boolean isFree(final int port)
    {
        try (DatagramChannel channel = DatagramChannel.open())
        {
            channel.bind(new InetSocketAddress("127.0.0.1", port));
            return true;
        }
        catch (final java.net.BindException ex)
        {
            return false;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
