package io.tourbillon.perf.front;

import io.tourbillon.transport.etcd.api.WatchResponse;
import io.tourbillon.transport.etcd.api.mvccpb.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The least of gRPC's clients, at a server that says what it is told to. */
@Timeout(60)
class RawConnectionsTest
{
    private static final int SETTINGS = 4;
    private static final int DATA = 0;
    private static final int ACK = 1;
    private static final byte[] KEY = {'k'};
    private final ServerSocket listening;
    private Thread server;

    RawConnectionsTest() throws IOException
    {
        listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws Exception
    {
        listening.close();
        server.join();
    }

    private static byte[] frame(final int type, final int flags, final int stream, final byte[] payload) throws IOException
    {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(payload.length << 8 | type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
        return bytes.toByteArray();
    }

    private static byte[] message(final WatchResponse response) throws IOException
    {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(0);
        out.writeInt(response.getSerializedSize());
        response.writeTo(out);
        return bytes.toByteArray();
    }

    /** Settles, answers the first watch with these bytes, some at a time, and ends once the client does. */
    private RawConnections connect(final byte[] answer)
    {
        server = new Thread(() ->
        {
            try (Socket socket = listening.accept())
            {
                socket.getOutputStream().write(frame(SETTINGS, 0, 0, new byte[0]));
                socket.getOutputStream().write(frame(SETTINGS, ACK, 0, new byte[0]));
                final StringBuilder heard = new StringBuilder();
                boolean isAnswered = false;
                final byte[] in = new byte[1024];
                for (int length = socket.getInputStream().read(in); length > 0; length = socket.getInputStream().read(in))
                {
                    heard.append(new String(in, 0, length, StandardCharsets.ISO_8859_1));
                    if (!isAnswered && heard.indexOf("/etcdserverpb.Watch/Watch") > 0)
                    {
                        isAnswered = true;
                        for (int i = 0; i < answer.length; i += 3)
                        {
                            socket.getOutputStream().write(answer, i, Math.min(3, answer.length - i));
                            socket.getOutputStream().flush();
                        }
                    }
                }
            }
            catch (final IOException ignore)
            {
                return; // the client resets what it closes
            }
        });
        server.start();
        return new RawConnections("127.0.0.1", listening.getLocalPort());
    }

    private static WatchResponse events(final int count)
    {
        final WatchResponse.Builder response = WatchResponse.newBuilder();
        for (int i = 0; i < count; i++)
        {
            response.addEvents(Event.getDefaultInstance());
        }
        return response.build();
    }

    private static byte[] concat(final byte[]... parts) throws IOException
    {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (final byte[] part : parts)
        {
            all.write(part);
        }
        return all.toByteArray();
    }

    @Test
    void shouldHearOfAnEventHoweverItIsCut() throws Exception
    {
        final byte[] created = message(WatchResponse.newBuilder().setCreated(true).build());
        final byte[] event = message(events(1));
        final byte[] first = java.util.Arrays.copyOf(event, 4);
        final byte[] second = java.util.Arrays.copyOfRange(event, 4, event.length);
        try (RawConnections connections = connect(
            concat(frame(DATA, 0, 1, created), frame(DATA, 0, 1, first), frame(DATA, 0, 1, second))))
        {
            connections.open(1);
            connections.watch(KEY);
            connections.awaitEvents(1);
        }
    }

    @Test
    void shouldSeeAnEventThatCameTwice() throws Exception
    {
        final byte[] created = message(WatchResponse.newBuilder().setCreated(true).build());
        try (RawConnections connections = connect(frame(DATA, 0, 1, concat(created, message(events(2))))))
        {
            connections.open(1);
            connections.watch(KEY);
            assertEquals("2 events instead of 1",
                assertThrows(RawConnections.Lost.class, () -> connections.awaitEvents(1)).getMessage());
        }
    }

    @Test
    void shouldSeeAWatcherThatIsCancelled() throws Exception
    {
        try (RawConnections connections = connect(
            frame(DATA, 0, 1, message(WatchResponse.newBuilder().setCanceled(true).setCancelReason("planted").build()))))
        {
            connections.open(1);
            final RawConnections.Lost lost = assertThrows(RawConnections.Lost.class, () -> connections.watch(KEY));
            assertTrue(lost.getMessage().contains("planted"), lost.getMessage());
        }
    }

    @Test
    void shouldSeeAConnectionThatIsClosed() throws Exception
    {
        server = new Thread(() ->
        {
            try
            {
                listening.accept().close();
            }
            catch (final IOException ignore)
            {
                return; // the test is over
            }
        });
        server.start();
        try (RawConnections connections = new RawConnections("127.0.0.1", listening.getLocalPort()))
        {
            assertThrows(RawConnections.Lost.class, () -> connections.open(1));
        }
    }
}
