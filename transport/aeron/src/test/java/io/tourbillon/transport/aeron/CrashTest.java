package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.journal.testing.PowerCut;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Keys are imported into a node in another process, which ends at some moment; started again, it has every acknowledged key, whole, at the
 * revision that was
 * acknowledged, and revisions go on rising.
 */
class CrashTest
{
    private static final int WINDOW = 256;
    private static final int ROUNDS = 2;
    private static final int DISK_MEBIBYTES = 512;

    /** What was acknowledged of a key: the number its value is made from, and the revision. */
    private record Acknowledged(int number, long revision)
    {
    }

    private final ConcurrentMap<String, Acknowledged> acknowledged = new ConcurrentHashMap<>();
    private NodeConfig config;
    private long highestRevision;
    private int number;
    @TempDir
    Path directory;

    /** A killed driver leaves its files; the next start takes them away, here nobody starts any more. */
    @AfterEach
    void deleteDriverDirectory()
    {
        if (config != null)
        {
            IoUtil.delete(DriverDirectory.of(config.clientPort()).toFile(), true);
        }
    }

    @Test
    void shouldKeepWhatWasAcknowledgedWhenKilled() throws Exception
    {
        config(directory);
        for (int round = 0; round < ROUNDS; round++)
        {
            try (NodeProcess node = NodeProcess.start(config, directory.resolve("out")))
            {
                verify(config);
                importUntil(config, 3000 + 4000 * round, node::kill);
            }
        }
        try (NodeProcess node = NodeProcess.start(config, directory.resolve("out")))
        {
            verify(config);
            assertTrue(node.isAlive());
        }
    }

    @Test
    void shouldKeepWhatWasAcknowledgedWhenThePowerIsCut() throws Exception
    {
        final String reason = PowerCut.unavailableBecause();
        Assumptions.assumeTrue(reason == null, reason);
        try (PowerCut disk = PowerCut.mount(directory, DISK_MEBIBYTES))
        {
            config(disk.path());
            for (int round = 0; round < ROUNDS; round++)
            {
                try (NodeProcess node = NodeProcess.start(config, directory.resolve("out")))
                {
                    verify(config);
                    importUntil(config, 3000 + 4000 * round, () -> cut(disk));
                    node.kill();
                }
                disk.restore();
            }
            try (NodeProcess node = NodeProcess.start(config, directory.resolve("out")))
            {
                verify(config);
                assertTrue(node.isAlive());
            }
        }
    }

    private static void cut(final PowerCut disk)
    {
        try
        {
            disk.cut();
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
    }

    /** Checkpoints come often, so that the crash also meets them. */
    private NodeConfig config(final Path parent) throws IOException
    {
        Files.createDirectories(parent);
        config = TestConfig.in(parent)
            .set(NodeOption.CHECKPOINT_JOURNAL_BYTES, "1m")
            .set(NodeOption.CHECKPOINT_SECONDS, "1")
            .set(NodeOption.SEGMENT_BYTES, "8m");
        return config;
    }

    /** Puts, a window of them in flight, until so many are acknowledged; the crash comes while others are on their way. */
    private void importUntil(final NodeConfig config, final int count, final Runnable crash)
    {
        final int before = acknowledged.size();
        try (TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
        {
            final ArrayDeque<CompletableFuture<PutResult>> inFlight = new ArrayDeque<>();
            while (acknowledged.size() < before + count)
            {
                while (inFlight.size() < WINDOW)
                {
                    inFlight.add(put(client, ++number));
                }
                Clients.await(inFlight.poll());
            }
            for (int i = 0; i < WINDOW; i++)
            {
                put(client, ++number);
            }
            crash.run();
        }
        for (final Acknowledged entry : acknowledged.values())
        {
            highestRevision = Math.max(highestRevision, entry.revision());
        }
    }

    private CompletableFuture<PutResult> put(final TourbillonAsyncClient client, final int putNumber)
    {
        return client.put(key(putNumber), value(putNumber)).whenComplete(
            (result, error) ->
            {
                if (error == null)
                {
                    acknowledged.put(new String(key(putNumber)), new Acknowledged(putNumber, result.header().revision()));
                }
            });
    }

    private void verify(final NodeConfig config)
    {
        try (TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
        {
            for (final Map.Entry<String, Acknowledged> entry : acknowledged.entrySet())
            {
                final KeyValue found = Clients.await(client.get(entry.getKey())).first();
                assertNotNull(found, () -> "acknowledged and lost: " + entry);
                assertEquals(entry.getValue().revision(), found.modRevision(), entry::toString);
                assertArrayEquals(value(entry.getValue().number()), found.value(), () -> "torn: " + entry);
            }
            final long revision = Clients.await(client.put("round", "next")).header().revision();
            assertTrue(revision > highestRevision, () -> revision + " is not above " + highestRevision);
            highestRevision = revision;
        }
    }

    private static byte[] key(final int number)
    {
        return String.format("/zoneinfo/%08d", number).getBytes();
    }

    /** Of a length and content that the number tells; now and then longer than a frame. */
    private static byte[] value(final int number)
    {
        final Random random = new Random(number);
        final byte[] value = new byte[number % 500 == 0 ? 40_000 : 1 + random.nextInt(1500)];
        random.nextBytes(value);
        value[0] = (byte)number;
        Arrays.fill(value, value.length / 2, value.length, (byte)(number >>> 8));
        return value;
    }
}
