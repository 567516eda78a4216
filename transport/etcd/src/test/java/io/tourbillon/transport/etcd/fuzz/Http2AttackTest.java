package io.tourbillon.transport.etcd.fuzz;

import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Clients by HTTP/2 that mean ill: they are sent away or cost little, others are served meanwhile. */
@Timeout(120)
class Http2AttackTest
{
    private static final String RANGE = "etcdserverpb.KV/Range";
    private static final String WATCH = "etcdserverpb.Watch/Watch";
    private static final byte[] NOTHING = new byte[0];
    private static final int FLOOD = 100_000;
    private static final int SENT_AT_ONCE = 1 << 16;
    private static final int WAIT_MS = 20_000;
    private static final int HEADERS_LONG = 70_000;
    private static final int HEADERS_NEARLY_LONG = 60_000;
    /** A part of the heap is for answers, to Java's objects and beside it; a thousand times a megabyte is asked for. */
    private static final long UNREAD_BYTES_MAX = 600L << 20;
    /** What is held for a moment: some thousand watches that begin and end at the node. */
    private static final long FLOOD_BYTES_MAX = 128L << 20;

    @TempDir
    private static Path directory;
    private static FuzzFront front;

    @BeforeAll
    static void launch() throws Exception
    {
        front = new FuzzFront(directory);
    }

    @AfterAll
    static void close() throws Exception
    {
        front.closeAfterAttacks();
    }

    /** What is said again and again, without reading, until one is sent away. */
    private interface Wave
    {
        void add(Http2Rig rig, int number);
    }

    /** Floods that nobody with a use for them would begin. */
    enum Flood
    {
        RAPID_RESET(FLOOD, (rig, number) ->
        {
            final int stream = rig.call(RANGE);
            rig.frame(Http2Rig.DATA, Http2Rig.END_STREAM, stream, Http2Rig.message(new byte[]{0x0A, 1, 'k'}));
            rig.frame(Http2Rig.RST_STREAM, 0, stream, Http2Rig.number(Http2Rig.CANCEL));
        }),
        RAPID_RESET_OF_WATCHES(FLOOD, (rig, number) ->
        {
            final int stream = rig.call(WATCH);
            rig.frame(Http2Rig.DATA, 0, stream, Http2Rig.message(new byte[]{0x0A, 3, 0x0A, 1, 'k'}));
            rig.frame(Http2Rig.RST_STREAM, 0, stream, Http2Rig.number(Http2Rig.CANCEL));
        }),
        /** The server is brought to reset its streams itself. */
        MADE_TO_RESET(FLOOD, (rig, number) ->
        {
            final int stream = rig.call(RANGE);
            rig.frame(Http2Rig.WINDOW_UPDATE, 0, stream, Http2Rig.number(0));
        }),
        SETTINGS(20 * FLOOD, (rig, number) -> rig.frame(Http2Rig.SETTINGS, 0, 0, NOTHING)),
        PINGS(FLOOD, (rig, number) -> rig.frame(Http2Rig.PING, 0, 0, new byte[8])),
        CONTINUATIONS(FLOOD, (rig, number) -> rig.frame(
            number == 0 ? Http2Rig.HEADERS : Http2Rig.CONTINUATION, 0, 1, number == 0 ? Http2Rig.block(RANGE) : junk(number, 8_000))),
        EMPTY_CONTINUATIONS(FLOOD, (rig, number) -> rig.frame(
            number == 0 ? Http2Rig.HEADERS : Http2Rig.CONTINUATION, 0, 1, number == 0 ? Http2Rig.block(RANGE) : NOTHING)),
        /** Each block says a long header of the table many times by a byte. */
        HPACK_BOMB(FLOOD / 100, (rig, number) ->
        {
            final ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.writeBytes(Http2Rig.block(RANGE));
            if (number == 0)
            {
                block.write(0x40); // to be remembered
                Http2Rig.text(block, "x".getBytes(US_ASCII));
                Http2Rig.text(block, new byte[3_900]);
            }
            final byte[] again = new byte[10_000];
            Arrays.fill(again, (byte)(0x80 | 62)); // the newest that is remembered
            block.writeBytes(number == 0 ? NOTHING : again);
            rig.frame(Http2Rig.HEADERS, Http2Rig.END_HEADERS | Http2Rig.END_STREAM, rig.nextStreamId(), block.toByteArray());
        }),
        WINDOWS(FLOOD, (rig, number) -> rig.frame(Http2Rig.WINDOW_UPDATE, 0, 0, Http2Rig.number(Integer.MAX_VALUE))),
        OVERSIZE(FLOOD, (rig, number) -> rig.frame(Http2Rig.DATA, 0, 1, new byte[100_000]));

        private final int count;
        private final Wave wave;

        Flood(final int count, final Wave wave)
        {
            this.count = count;
            this.wave = wave;
        }

        private static byte[] junk(final int number, final int length)
        {
            final ByteArrayOutputStream block = new ByteArrayOutputStream();
            Http2Rig.header(block, ("x-" + number).getBytes(US_ASCII), new byte[length]);
            return block.toByteArray();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendAwayWhoFloods(final Flood flood) throws Exception
    {
        final Footprint before = Footprint.now();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        try (Http2Rig rig = Http2Rig.begun(front.address()))
        {
            int number = 0;
            try
            {
                for (; number < flood.count; number++)
                {
                    flood.wave.add(rig, number);
                    if (rig.unsentLength() > SENT_AT_ONCE)
                    {
                        rig.flush();
                    }
                }
                rig.flush();
            }
            catch (final IOException ignore)
            {
                rig.stopWriting(); // sent away
            }
            final Footprint now = Footprint.now();
            final long held = now.bytes() - before.bytes();
            final String told = flood + " after " + number + ": " + held + " bytes are held";
            assertTrue(held < FLOOD_BYTES_MAX, told);
            front.requireServing(told);
            assertTrue(flood == Flood.HPACK_BOMB || rig.awaitEnd(WAIT_MS) != null, () -> "it goes on: " + told);
        }
        finally
        {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        }
        front.requireSmall(flood);
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.DAYS)
    void shouldStandFramesThatAreNone() throws Exception
    {
        final FuzzRun run = new FuzzRun(getClass());
        for (Random random = run.next(); random != null; random = run.next())
        {
            try (Http2Rig rig = random.nextInt(8) == 0 ? new Http2Rig(front.address()) : Http2Rig.begun(front.address()))
            {
                for (int i = random.nextInt(20); i >= 0; i--)
                {
                    frame(rig, random);
                }
                rig.flush();
                if (random.nextInt(4) == 0)
                {
                    rig.seen(1);
                }
            }
            catch (final IOException ignore)
            {
                // sent away
            }
            front.requireQuiet(run);
            if (run.caseCount() % 500 == 0)
            {
                front.requireServing(run);
            }
        }
        front.requireServing(run);
        front.requireSmall(run);
    }

    private static void frame(final Http2Rig rig, final Random random)
    {
        final byte[] payload = new byte[random.nextInt(random.nextInt(8) == 0 ? 20_000 : 40)];
        random.nextBytes(payload);
        final int stream = new int[]{0, 1, 3, 5, 2, -1, Integer.MAX_VALUE, random.nextInt()}[random.nextInt(8)];
        switch (random.nextInt(6))
        {
            case 0 -> rig.put(payload);
            case 1 -> rig.frame(random.nextInt(12), random.nextInt(256), stream, payload, random.nextInt(1 << 24));
            case 2 -> rig.frame(random.nextInt(256), random.nextInt(256), stream, payload);
            case 3 -> rig.frame(Http2Rig.SETTINGS, 0, 0, ByteBuffer.allocate(12).putShort((short)random.nextInt(8)).putInt(random.nextInt())
                .putShort((short)random.nextInt(8)).putInt(random.nextInt(1 << 20)).array());
            case 4 ->
            {
                final byte[] block = Http2Rig.block(random.nextBoolean() ? RANGE : WATCH);
                if (random.nextBoolean())
                {
                    block[random.nextInt(block.length)] ^= (byte)(1 << random.nextInt(Byte.SIZE));
                }
                rig.frame(Http2Rig.HEADERS, random.nextInt(256) & ~0x28 | Http2Rig.END_HEADERS, rig.nextStreamId(), block);
            }
            default -> rig.frame(random.nextInt(10), random.nextInt(256), stream, payload);
        }
    }

    @Test
    void shouldRefuseWhatIsNoCall() throws Exception
    {
        for (final String[] header : new String[][] {{"grpc-timeout", "nonsense"}, {"grpc-timeout", "1n"}, {"grpc-encoding", "nonsense"},
            {"x-bin", "*"}, {"content-length", "7"}, {"te", "nonsense"}, {"x", "y".repeat(HEADERS_LONG)}, {"token", "\u0001"},
            {"token", "t".repeat(HEADERS_NEARLY_LONG)}, {"authorization", "Bearer " + "a.".repeat(HEADERS_NEARLY_LONG / 2)},
            {"client-api-version", "\u20ac"}, {"hasleader", "x"}})
        {
            try (Http2Rig rig = Http2Rig.begun(front.address()))
            {
                final int stream = rig.call(RANGE, header);
                rig.data(stream, Http2Rig.message(new byte[]{0x0A, 1, 'k'}), true);
                rig.flush();
                final Http2Rig.Outcome outcome = rig.await(stream);
                assertTrue(!FuzzFront.speaksOfJava(outcome.message()), () -> header[0] + ": " + outcome);
                assertTrue(outcome.status() >= 0 || outcome.message().matches("reset [128]|goaway 1 .*|without a status.*43[01].*"),
                    () -> header[0] + ": " + outcome);
            }
            front.requireServing(header[0]);
        }
    }

    @Test
    void shouldBoundWhatAnswersCostThatAreNotRead() throws Exception
    {
        final Footprint before = Footprint.now();
        try (Http2Rig rig = Http2Rig.begun(front.address()))
        {
            final byte[] value = new byte[1 << 20];
            final ByteArrayOutputStream put = new ByteArrayOutputStream();
            put.writeBytes(new byte[]{0x0A, 1, 'v', 0x12, (byte)0x80, (byte)0x80, 0x40});
            put.writeBytes(value);
            final int stream = rig.call("etcdserverpb.KV/Put");
            rig.data(stream, Http2Rig.message(put.toByteArray()), true);
            rig.flush();
            assertEquals(0, rig.await(stream).status());
        }
        try (Http2Rig rig = Http2Rig.begun(front.address()))
        {
            rig.frame(Http2Rig.SETTINGS, 0, 0, ByteBuffer.allocate(6).putShort((short)4).putInt(0).array());
            for (int i = 0; i < 1_000; i++)
            {
                rig.data(rig.call(RANGE), Http2Rig.message(new byte[]{0x0A, 1, 'v'}), true);
            }
            final int last = rig.call(RANGE);
            rig.flush();
            rig.seen(last);
            front.requireServing("while answers are not read");
            final Footprint now = Footprint.now();
            final long held = now.bytes() - before.bytes();
            assertTrue(held < UNREAD_BYTES_MAX, () -> held + " bytes are held");
        }
        front.requireSmall("answers that were not read");
    }
}
