package io.tourbillon.transport.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Socket buffers as large as wanted and allowed. The kernel cuts a larger wish down in silence, Aeron then trusts a receiver window that
 * the socket
 * cannot hold and packets are lost; so the wish is cut here.
 */
final class SocketBuffers
{
    private static final Path RECEIVE_MAX = Path.of("/proc/sys/net/core/rmem_max");
    private static final Path SEND_MAX = Path.of("/proc/sys/net/core/wmem_max");
    /** What every system grants. */
    private static final int FALLBACK_LENGTH = 128 << 10;

    private SocketBuffers()
    {
    }

    static int receiveLength(final int wanted)
    {
        return Math.min(wanted, allowed(RECEIVE_MAX));
    }

    static int sendLength(final int wanted)
    {
        return Math.min(wanted, allowed(SEND_MAX));
    }

    static String sendParams(final int wanted)
    {
        return "|so-sndbuf=" + sendLength(wanted);
    }

    static String receiveParams(final int wanted)
    {
        final int length = receiveLength(wanted);
        return "|so-rcvbuf=" + length + "|rcv-wnd=" + length;
    }

    private static int allowed(final Path file)
    {
        if (!Files.isReadable(file))
        {
            return FALLBACK_LENGTH;
        }
        // In one read with room to spare: Files.readString asks such a file, whose length is 0, for one byte and gets one digit.
        try (BufferedReader reader = Files.newBufferedReader(file))
        {
            return Integer.parseInt(reader.readLine().trim());
        }
        catch (final IOException | NumberFormatException ex)
        {
            return FALLBACK_LENGTH;
        }
    }
}
