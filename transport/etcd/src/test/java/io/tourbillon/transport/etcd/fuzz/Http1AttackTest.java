package io.tourbillon.transport.etcd.fuzz;

import io.netty.util.ResourceLeakDetector;
import io.tourbillon.transport.etcd.http.HttpRig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Clients by HTTP/1 that mean ill: what they cost is bounded, others are served meanwhile. */
@Timeout(120)
class Http1AttackTest
{
    private static final int VALUE_LENGTH = 1 << 18;
    /** What a flood may make the front hold: some chunks of Netty's pool, and an answer on its way to be printed. */
    private static final long FLOOD_BYTES_MAX = 16L << 20;
    private static final int FLOOD_REQUESTS = 10_000;
    private static final int WAIT_MS = 2_000;

    @TempDir
    private static Path directory;
    private static FuzzFront front;

    @BeforeAll
    static void launch() throws Exception
    {
        front = new FuzzFront(directory);
        try (HttpRig rig = new HttpRig(front.address()))
        {
            final String value = Base64.getEncoder().encodeToString(new byte[VALUE_LENGTH]);
            assertEquals(200, rig.post("/v3/kv/put", "{\"key\":\"bGFyZ2U=\",\"value\":\"" + value + "\"}").status());
        }
    }

    @AfterAll
    static void close() throws Exception
    {
        front.closeAfterAttacks();
    }

    private static Socket connect() throws IOException
    {
        final Socket socket = new Socket(front.address().getAddress(), front.address().getPort());
        socket.setSoTimeout(WAIT_MS);
        return socket;
    }

    /** Says it again and again, reads nothing, until the other end takes no more, or has closed. */
    private static void flood(final Socket socket, final byte[] what, final int count)
    {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // who writes down each buffer's story is too slow for a flood
        final Thread writer = new Thread(() ->
        {
            try
            {
                final OutputStream out = socket.getOutputStream();
                for (int i = 0; i < count; i++)
                {
                    out.write(what);
                }
            }
            catch (final IOException ignore)
            {
                return; // it was closed, by them or by us
            }
        });
        writer.setDaemon(true);
        writer.start();
    }

    /** Holds for a time what a flood has brought: the most there was. */
    private static long mostHeld(final Footprint before)
    {
        long most = 0;
        final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(WAIT_MS);
        while (System.nanoTime() - endNs < 0)
        {
            final Footprint now = Footprint.now();
            most = Math.max(most, now.bytes());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        return most - before.bytes();
    }

    @Test
    void shouldNotCollectAnswersForWhoAsksAndDoesNotRead() throws Exception
    {
        final Footprint before = Footprint.now();
        try (Socket socket = connect())
        {
            flood(socket, HttpRig.request("POST", "/v3/kv/range", "{\"key\":\"bGFyZ2U=\"}").getBytes(UTF_8), FLOOD_REQUESTS);
            final long held = mostHeld(before);
            assertTrue(held < FLOOD_BYTES_MAX, () -> held + " bytes are held");
            front.requireServing("while answers wait");
        }
    }

    @Test
    void shouldNotCollectPongsForWhoDoesNotRead() throws Exception
    {
        final Footprint before = Footprint.now();
        try (Socket socket = connect())
        {
            upgrade(socket, "/v3/watch");
            final byte[] ping = new byte[6 + 125];
            ping[0] = (byte)0x89;
            ping[1] = (byte)(0x80 | 125);
            final ByteArrayOutputStream pings = new ByteArrayOutputStream();
            for (int i = 0; i < 1_000; i++)
            {
                pings.writeBytes(ping);
            }
            flood(socket, pings.toByteArray(), FLOOD_REQUESTS);
            final long held = mostHeld(before);
            assertTrue(held < FLOOD_BYTES_MAX, () -> held + " bytes are held");
            front.requireServing("while pongs wait");
        }
    }

    private static void upgrade(final Socket socket, final String path) throws IOException
    {
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").getBytes(US_ASCII));
        final InputStream in = socket.getInputStream();
        final StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0)
        {
            final int next = in.read();
            assertTrue(next >= 0, () -> "no WebSocket: " + head);
            head.append((char)next);
        }
        assertTrue(head.toString().startsWith("HTTP/1.1 101"), head::toString);
    }

    @Test
    void shouldEndAWebSocketThatSpeaksNonsense() throws Exception
    {
        final FuzzRun run = new FuzzRun(getClass());
        for (Random random = run.next(); random != null && run.caseCount() < 300; random = run.next())
        {
            try (Socket socket = connect())
            {
                upgrade(socket, random.nextBoolean() ? "/v3/watch" : "/v3/kv/range");
                final byte[] frames = new byte[1 + random.nextInt(300)];
                random.nextBytes(frames);
                if (random.nextBoolean())
                {
                    frames[0] = (byte)(random.nextInt(256) & 0x8F); // more of those that look sound
                }
                socket.getOutputStream().write(frames);
                socket.shutdownOutput();
                final byte[] answer = socket.getInputStream().readAllBytes();
                assertTrue(!FuzzFront.speaksOfJava(new String(answer, UTF_8)), () -> new String(answer, UTF_8) + "; " + run);
            }
            catch (final SocketTimeoutException ex)
            {
                throw new AssertionError("it is not ended: " + run, ex);
            }
            catch (final IOException ignore)
            {
                continue; // cut off: that is an end, too
            }
        }
        front.requireServing(run);
    }

    @Test
    void shouldAnswerWhatIsNoHttpAndEndTheConnection() throws Exception
    {
        for (final String text : List.of("\r\n\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n",
            "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n\r\n", "POST /v3/kv/range HTTP/1.1\r\nContent-Length: x\r\n\r\n{}",
            "POST /v3/kv/range HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            "POST /v3/kv/range HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
            "POST /v3/kv/range HTTP/1.1\r\nTransfer-Encoding: nonsense\r\nContent-Length: 2\r\n\r\n{}",
            "GET /health HTTP/1.1\r\nHost : localhost\r\n\r\n", "GET /health HTTP/1.1\r\n: nameless\r\n\r\n",
            "GET /health HTTP/1.1\r\n" + "X: y\r\n".repeat(20_000) + "\r\n", "\u0000".repeat(1_000), "PRI * HTTP/1.1\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "CONNECT localhost:1 HTTP/1.1\r\n\r\n"))
        {
            try (Socket socket = connect())
            {
                socket.getOutputStream().write(text.getBytes(US_ASCII));
                socket.shutdownOutput();
                final String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
                final String told = text.substring(0, Math.min(80, text.length())) + ": " + answer;
                assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1\\.1 (200|400|404|405|414|431|501|503|505) .*"), told);
                assertTrue(!FuzzFront.speaksOfJava(answer), told);
            }
            front.requireServing(text.substring(0, Math.min(80, text.length())));
        }
    }

    @Test
    void shouldForgetAWatchWhoseRequestBecomesNonsense() throws Exception
    {
        final Footprint before = Footprint.now();
        for (int i = 0; i < 50; i++)
        {
            try (HttpRig rig = new HttpRig(front.address()))
            {
                rig.say("POST /v3/watch HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" +
                    "25\r\n{\"create_request\":{\"key\":\"bGFyZ2U=\"}}\r\n");
                assertEquals(200, rig.readHead().status());
                rig.say("nonsense\r\n");
                while (!rig.isAtEnd())
                {
                    Thread.onSpinWait();
                }
            }
        }
        Footprint.awaitBack(before, "watches that were cut off");
        front.requireServing("after watches that were cut off");
    }

    @Test
    void shouldTellWhoSaysTooMuchThatItWasTooMuch() throws Exception
    {
        final byte[] head =
            "POST /v3/kv/range HTTP/1.1\r\nHost: localhost\r\nContent-Length: 33554432\r\n\r\n{\"key\":\"".getBytes(US_ASCII);
        for (int i = 0; i < 10; i++)
        {
            try (Socket socket = connect())
            {
                socket.getOutputStream().write(head);
                flood(socket, "A".repeat(1 << 16).getBytes(US_ASCII), 512);
                final byte[] begin = socket.getInputStream().readNBytes(12);
                assertEquals("HTTP/1.1 429", new String(begin, US_ASCII));
            }
        }
    }

    @Test
    void shouldServeOthersWhileManyAreHalfOpen() throws Exception
    {
        final List<Socket> half = new ArrayList<>();
        try
        {
            for (int i = 0; i < 300; i++)
            {
                final Socket socket = connect();
                half.add(socket);
                socket.getOutputStream().write(List.of("P", "PRI * HTTP/2.0\r\n", "POST /v3/kv/range HTTP/1.1\r\nHost: lo",
                    "POST /v3/kv/range HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{").get(i % 4).getBytes(US_ASCII));
            }
            front.requireServing("while many are half open");
        }
        finally
        {
            for (final Socket socket : half)
            {
                socket.close();
            }
        }
    }
}
