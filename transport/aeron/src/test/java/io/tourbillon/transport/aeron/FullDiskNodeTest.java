package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.journal.testing.SmallDisk;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A node whose disk gets full, as its clients see it. Needs root, to mount the disk. */
@Timeout(60)
class FullDiskNodeTest
{
    private static final byte[] LARGE = new byte[100_000];
    private static final String ALARM = "alarm:NOSPACE";

    @TempDir
    private Path directory;

    @Test
    void shouldRefuseWritesInEtcdsWordsAndGoOnWhenThereIsRoom() throws IOException
    {
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("data"), 192))
        {
            final NodeConfig config = TestConfig.in(directory).set(NodeOption.SEGMENT_BYTES, "8m");
            try (Node node = Node.launch(config))
            {
                assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
                try (TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
                {
                    fillAndFree(disk, client);
                }
            }
        }
    }

    private static void fillAndFree(final SmallDisk disk, final TourbillonAsyncClient client) throws IOException
    {
        Clients.await(client.put("first", "v"));
        disk.fill();
        int taken = 0;
        while (put(client, taken))
        {
            assertTrue(++taken < 2000, "the disk never gets full");
        }
        Await.until("the alarm", () -> Clients.await(client.status()).errors().contains(ALARM));
        Await.until("its entry in the log", () -> Clients.await(client.alarms()).alarms().size() == 1);
        assertEquals(AlarmType.NOSPACE, Clients.await(client.alarms()).alarms().get(0).type());
        assertEquals("v", Clients.await(client.get("first")).first().valueText(), "reads go on");
        Clients.await(client.delete("first".getBytes(UTF_8)));
        assertEquals(taken, countOfLarge(client));

        disk.free();
        final int next = taken;
        Await.until("room for a write", () -> put(client, next));
        Await.until("no alarm", () -> !Clients.await(client.status()).errors().contains(ALARM));
        assertEquals(taken + 1, countOfLarge(client));
        Await.until("the end of it in the log", () -> Clients.await(client.alarms()).alarms().isEmpty());
    }

    /** False if it was refused for want of room. */
    private static boolean put(final TourbillonAsyncClient client, final int number)
    {
        try
        {
            Clients.await(client.put(("large" + number).getBytes(UTF_8), LARGE));
            return true;
        }
        catch (final TourbillonException ex)
        {
            assertEquals(ErrorCode.NO_SPACE, ex.code(), ex.getMessage());
            assertTrue(ex.getMessage().contains("mvcc: database space exceeded"), ex.getMessage());
            return false;
        }
    }

    private static long countOfLarge(final TourbillonAsyncClient client)
    {
        return Clients.await(client.range(RangeQuery.prefix("large".getBytes(UTF_8)).countOnly())).keyCount();
    }
}
