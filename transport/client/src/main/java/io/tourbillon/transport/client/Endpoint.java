package io.tourbillon.transport.client;

import io.aeron.CommonContext;
import io.aeron.exceptions.AeronException;
import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.codecs.Protocol;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a node is: {@code host:port}, {@code [v6]:port}, {@code host} alone, or {@code ipc:/directory/of/its/media/driver}.
 *
 * @param host          name or address; null for ipc.
 * @param port          UDP port for requests; 0 for ipc.
 * @param aeronDirectory of the node's media driver, as given; null = by the rule of {@link DriverDirectory}.
 */
record Endpoint(String host, int port, Path aeronDirectory)
{
    private static final String IPC_PREFIX = "ipc:";
    /** A driver shows itself once a second; one that paused for several is not worth waiting for. */
    private static final long DRIVER_ALIVE_MS = 4_000;

    /** Those of several members, separated by commas. */
    static List<Endpoint> parseAll(final String text)
    {
        final List<Endpoint> all = new ArrayList<>();
        for (final String each : text.split(",", -1))
        {
            all.add(parse(each.trim()));
        }
        return all;
    }

    static Endpoint parse(final String text)
    {
        if (text.startsWith(IPC_PREFIX))
        {
            return new Endpoint(null, 0, Path.of(text.substring(IPC_PREFIX.length())));
        }
        final int colonIndex = text.lastIndexOf(':');
        final boolean hasPort = colonIndex > text.lastIndexOf(']') && text.indexOf(':') == colonIndex || text.contains("]:");
        final String host = hasPort ? text.substring(0, colonIndex) : text;
        final int port = hasPort ? port(text, text.substring(colonIndex + 1)) : Protocol.CLIENT_PORT;
        if (host.isEmpty())
        {
            throw new IllegalArgumentException("endpoint '" + text + "' has no host");
        }
        return new Endpoint(host, port, null);
    }

    /**
     * The media driver to go through.
     *
     * @param kind as set.
     * @return directory of the node's driver for IPC; null = UDP.
     */
    Path ipcDirectory(final MediaKind kind)
    {
        if (null != aeronDirectory)
        {
            return aeronDirectory;
        }
        if (MediaKind.UDP == kind || MediaKind.AUTO == kind && !isLoopback())
        {
            return null;
        }
        final Path directory = DriverDirectory.of(port);
        return MediaKind.IPC == kind || isDriverAlive(directory) ? directory : null;
    }

    String requestChannel(final ClientContext context, final long responseCorrelationId)
    {
        return "aeron:udp?endpoint=" + host + ':' + port + "|term-length=" + context.termLength() + "|mtu=" + context.mtuLength() +
            "|response-correlation-id=" + responseCorrelationId + SocketBuffers.sendParams(context.socketBufferLength());
    }

    String responseChannel(final ClientContext context)
    {
        return "aeron:udp?control-mode=response|control=" + host + ':' + (port + Protocol.RESPONSE_PORT_DISTANCE) +
            SocketBuffers.receiveParams(context.socketBufferLength());
    }

    static String ipcRequestChannel(final ClientContext context, final long responseCorrelationId)
    {
        return "aeron:ipc?term-length=" + context.termLength() + "|mtu=" + context.mtuLength() +
            "|response-correlation-id=" + responseCorrelationId;
    }

    static String ipcResponseChannel()
    {
        return "aeron:ipc?control-mode=response";
    }

    static boolean isDriverAlive(final Path directory)
    {
        try
        {
            return Files.isDirectory(directory) && CommonContext.isDriverActive(directory.toFile(), DRIVER_ALIVE_MS, line -> { });
        }
        catch (final AeronException | IllegalStateException ex)
        {
            return false; // half made, being deleted, or of another version: then it cannot be used
        }
    }

    private boolean isLoopback()
    {
        return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
    }

    private static int port(final String text, final String digits)
    {
        try
        {
            final int port = Integer.parseInt(digits);
            if (port > 0 && port + Protocol.RESPONSE_PORT_DISTANCE <= 0xFFFF)
            {
                return port;
            }
        }
        catch (final NumberFormatException ex)
        {
            throw new IllegalArgumentException("endpoint '" + text + "': the port is not a number", ex);
        }
        throw new IllegalArgumentException("endpoint '" + text + "': the port is out of range");
    }

    @Override
    public String toString()
    {
        return null != aeronDirectory ? IPC_PREFIX + aeronDirectory : host + ':' + port;
    }
}
