package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.journal.testing.SmallDisk;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** One of three members has a full disk: all know it, and go on without it. Needs root, to mount the disk. */
@Timeout(120)
class FullDiskClusterTest extends ThreeNodes
{
    private static final byte[] LARGE = new byte[100_000];
    private static final int FULL = 2;
    private static final int PUTS_MAX = 2000;

    private SmallDisk disk;

    @Override
    void configure(final NodeConfig config) throws IOException
    {
        config.set(NodeOption.SEGMENT_BYTES, "8m");
        if (config.name().equals("m" + FULL))
        {
            disk = SmallDisk.mount(directory.resolve("m" + FULL), 192);
        }
    }

    /** Before the directory is removed, after the nodes have ended. */
    @Override
    @AfterEach
    void close() throws Exception
    {
        if (disk != null) // else there was none to be mounted, and the test was skipped
        {
            super.close();
            disk.close();
        }
    }

    /** An election of a busy machine may refuse it; so may nothing else. */
    private static void put(final TourbillonAsyncClient client, final String key)
    {
        try
        {
            Clients.await(client.put(key.getBytes(UTF_8), LARGE));
        }
        catch (final TourbillonException ex)
        {
            assertNotEquals(ErrorCode.NO_SPACE, ex.code(), "the others have room");
        }
    }

    private String stateOf(final int member)
    {
        final PipelineCounters counters = nodes[member].pipelineCounters();
        return "m" + member + " disk full " + counters.diskFull.getAcquire() + ", no space " + counters.noSpace.getAcquire() +
            ", last index " + counters.lastIndex.getAcquire() + ", applied " + counters.appliedIndex.getAcquire() +
            ", leader " + Long.toHexString(counters.leaderId.getAcquire()) + ", alarms " + nodes[member].alarms();
    }

    @Test
    void shouldTellAllOfAFullDiskAndGoOn() throws IOException
    {
        if (leader() == FULL)
        {
            Clients.await(connect(FULL).moveLeader(nodes[0].memberId()));
            Await.until("another leads", () -> leader() != FULL);
        }
        final TourbillonAsyncClient client = connect(0);
        disk.fill();
        int putCount = 0;
        while (nodes[0].alarms().isEmpty())
        {
            assertTrue(++putCount < PUTS_MAX, () -> "the disk never gets full: " + stateOf(FULL) + ", " + stateOf(0));
            put(client, "large" + putCount % 10);
        }
        final List<Alarm> expected = List.of(new Alarm(AlarmType.NOSPACE, nodes[FULL].memberId(), false));
        Await.until("all that have room know it", () -> nodes[0].alarms().equals(expected) && nodes[1].alarms().equals(expected));
        Clients.await(client.put("small", "v"));
        assertEquals("memberID:" + Long.toUnsignedString(nodes[FULL].memberId()) + " alarm:NOSPACE ",
            Clients.await(client.status()).errors());
        disk.free();
        Await.until("it is over for all", () -> nodes[0].alarms().isEmpty() && nodes[1].alarms().isEmpty() &&
            nodes[FULL].alarms().isEmpty());
    }
}
