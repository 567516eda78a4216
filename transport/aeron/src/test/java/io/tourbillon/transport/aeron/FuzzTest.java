package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.SplittableRandom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Garbage of every kind ends neither the server nor the session of anyone else. {@code -Dseed=N} repeats a run. */
class FuzzTest
{
    private static final int MESSAGES = 6000;
    private static final int LENGTH_MAX = 2000;

    @TempDir
    Path directory;

    @Test
    void shouldOutliveGarbage()
    {
        final String given = System.getProperty("seed", "");
        final long seed = given.isEmpty() ? System.nanoTime() : Long.parseLong(given);
        final SplittableRandom random = new SplittableRandom(seed);
        try (EchoServer server = new EchoServer(TestConfig.in(directory));
            RawClient good = new RawClient(server.driver.directory().toString()).connect())
        {
            final long goodId = good.openSession();
            RawClient bad = new RawClient(server.driver.directory().toString()).connect();
            try
            {
                long badId = bad.openSession();
                for (int i = 0; i < MESSAGES; i++)
                {
                    if (!bad.publication.isConnected() || !bad.subscription.isConnected())
                    {
                        bad.close();
                        bad = new RawClient(server.driver.directory().toString()).connect();
                        badId = bad.openSession();
                    }
                    sendGarbage(random, bad, badId, i);
                    bad.poll();
                    if (i % 100 == 0)
                    {
                        good.put(goodId, i + 1, 100);
                        assertEquals(i + 1, RawClient.reply(good.await(PutReplyDecoder.TEMPLATE_ID)).correlationId());
                    }
                }
            }
            finally
            {
                bad.close();
            }
            assertNull(server.failure.get(), () -> "mvn -pl transport/aeron test -Dtest=FuzzTest -Dseed=" + seed);
            assertTrue(server.counters.malformed.getAcquire() > MESSAGES / 10, () -> "seed " + seed);
            assertTrue(server.counters.unknownTemplates.getAcquire() > 0, () -> "seed " + seed);
            assertTrue(server.counters.wrongVersions.getAcquire() > 0, () -> "seed " + seed);
        }
        catch (final AssertionError ex)
        {
            throw new AssertionError("mvn -pl transport/aeron test -Dtest=FuzzTest -Dseed=" + seed, ex);
        }
    }

    /** Sound messages with bytes changed, cut, prolonged; sound heads before nonsense; nonsense. Never a Disconnect that is one. */
    private static void sendGarbage(final SplittableRandom random, final RawClient bad, final long badId, final int number)
    {
        final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH_MAX]);
        int length = random.nextInt(1, LENGTH_MAX);
        switch (random.nextInt(6))
        {
            case 0 -> fill(random, message, 0, length);
            case 1 ->
            {
                fill(random, message, 0, length);
                header(message, random.nextInt(256), random.nextInt(200));
            }
            case 2 ->
            {
                fill(random, message, 0, length);
                header(message, TEMPLATES[random.nextInt(TEMPLATES.length)], 48 + random.nextInt(64));
                message.putLong(Protocol.SESSION_ID_OFFSET, badId);
                message.putLong(Protocol.CORRELATION_ID_OFFSET, number);
                message.putLong(Protocol.MEMBER_ID_OFFSET, 0);
            }
            case 3 ->
            {
                length = bad.encodePut(badId, number, random.nextInt(500));
                message.putBytes(0, bad.buffer, 0, length);
                length = random.nextInt(1, length);
            }
            case 4 ->
            {
                length = bad.encodePut(badId, number, random.nextInt(500));
                message.putBytes(0, bad.buffer, 0, length);
                message.putByte(random.nextInt(length), (byte)random.nextInt());
            }
            default ->
            {
                length = bad.encodePut(badId, number, random.nextInt(500));
                message.putBytes(0, bad.buffer, 0, length);
                message.putShort(6, (short)random.nextInt(3));
                length += random.nextInt(8);
            }
        }
        bad.send(message, length);
    }

    private static final int[] TEMPLATES = {
        1, 3, 4, 5, 8, 9, 11, 12, 13, 14, 14, 14, 101, 102, 103, 104, 104, 104, 105, 111, 112, 113, 121, 131, 132, 133, 134, 201, 214, 250};

    private static void header(final UnsafeBuffer message, final int templateId, final int blockLength)
    {
        message.putShort(0, (short)blockLength);
        message.putShort(2, (short)templateId);
        message.putShort(4, (short)MessageHeaderDecoder.SCHEMA_ID);
        message.putShort(6, (short)MessageHeaderDecoder.SCHEMA_VERSION);
    }

    private static void fill(final SplittableRandom random, final UnsafeBuffer message, final int from, final int to)
    {
        final boolean isSmall = random.nextBoolean(); // small numbers make plausible lengths and counts
        for (int i = from; i < to; i++)
        {
            message.putByte(i, (byte)(isSmall ? random.nextInt(4) == 0 ? random.nextInt(20) : 0 : random.nextInt()));
        }
    }
}
