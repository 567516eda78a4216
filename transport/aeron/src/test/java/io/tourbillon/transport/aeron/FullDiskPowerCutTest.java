package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.journal.testing.PowerCut;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A node whose disk is full loses its power while clients write: nothing that was acknowledged is lost, what is missing is named, and it
 * serves again once there is room. In a process of its own, on a loop device; as root.
 */
@Timeout(120)
class FullDiskPowerCutTest
{
    private static final int ROUNDS = 2;
    private static final int DISK_MEBIBYTES = 160;
    private static final int WINDOW = 32;
    private static final int VALUE_LENGTH = 20_000;
    private static final int KEYS_MAX = 20_000;

    @TempDir
    private Path directory;
    private final ConcurrentMap<String, Long> acknowledged = new ConcurrentHashMap<>();
    private NodeConfig config;
    private int number;

    @AfterEach
    void deleteDriverDirectory()
    {
        if (config != null)
        {
            IoUtil.delete(DriverDirectory.of(config.clientPort()).toFile(), true);
        }
    }

    @Test
    void shouldLoseNothingThatWasAcknowledgedOnAFullDiskAndServeWhenThereIsRoom() throws Exception
    {
        final String reason = PowerCut.unavailableBecause();
        assumeTrue(reason == null, reason);
        try (PowerCut disk = PowerCut.mount(directory, DISK_MEBIBYTES))
        {
            config = TestConfig.in(disk.path()).set(NodeOption.SEGMENT_BYTES, "8m").set(NodeOption.CHECKPOINT_SECONDS, "1");
            for (int round = 1; round <= ROUNDS; round++)
            {
                try (NodeProcess node = NodeProcess.start(config, directory.resolve("out")))
                {
                    fillAndCut(disk);
                    node.kill();
                }
                disk.restore();
                startOnTheFullDisk();
                disk.free();
                try (NodeProcess node = NodeProcess.start(config, directory.resolve("out")))
                {
                    verifyAndGoOn();
                    assertTrue(node.isAlive());
                }
            }
        }
    }

    /** The power goes while writes are refused and others, which free room, are taken. */
    private void fillAndCut(final PowerCut disk) throws IOException
    {
        try (TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
        {
            Clients.await(client.put("before", "v"));
            disk.fill();
            final ArrayDeque<CompletableFuture<PutResult>> inFlight = new ArrayDeque<>();
            boolean isFull = false;
            for (int first = number; !isFull; isFull = isRefused(inFlight.poll()))
            {
                assertTrue(number < first + KEYS_MAX, "the disk never gets full");
                while (inFlight.size() < WINDOW)
                {
                    inFlight.add(put(client, ++number));
                }
            }
            for (int i = 0; i < WINDOW; i++)
            {
                put(client, ++number);
                client.delete("before".getBytes(UTF_8));
            }
            disk.cut();
        }
    }

    private CompletableFuture<PutResult> put(final TourbillonAsyncClient client, final int of)
    {
        final String key = "k" + of;
        return client.put(key.getBytes(UTF_8), value(of)).whenComplete((result, error) ->
        {
            if (error == null)
            {
                acknowledged.put(key, result.header().revision());
            }
        });
    }

    private static byte[] value(final int of)
    {
        final byte[] value = new byte[VALUE_LENGTH];
        Arrays.fill(value, (byte)of);
        return value;
    }

    private static boolean isRefused(final CompletableFuture<PutResult> put)
    {
        try
        {
            Clients.await(put);
            return false;
        }
        catch (final TourbillonException ex)
        {
            assertEquals(ErrorCode.NO_SPACE, ex.code(), ex.getMessage());
            return true;
        }
    }

    /** The disk is as full as before; a start counts itself in a file, and needs a segment. */
    private void startOnTheFullDisk() throws IOException
    {
        try (NodeProcess node = NodeProcess.launch(config, directory.resolve("out"), List.of(), List.of()))
        {
            Await.until(() -> "it serves or says what it lacks: " + node.output(),
                () -> node.isReady() || node.output().contains("No space left on device"));
        }
    }

    private void verifyAndGoOn()
    {
        try (TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
        {
            for (final Map.Entry<String, Long> entry : acknowledged.entrySet())
            {
                final KeyValue found = Clients.await(client.get(entry.getKey())).first();
                assertNotNull(found, () -> "acknowledged and lost: " + entry);
                assertEquals(entry.getValue(), found.modRevision(), entry::toString);
                assertEquals(VALUE_LENGTH, found.value().length);
            }
            for (int i = 0; i < WINDOW; i++)
            {
                Clients.await(put(client, ++number));
            }
        }
    }
}
