package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.junit.jupiter.api.AfterEach;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whole nodes whose logs are cut short: who lacks too much is sent the state. What tests of that share. */
abstract class TransferNodes extends ThreeNodes
{
    private static final int VALUE_LENGTH = 60 << 10;
    /** So many make the journal roll twice, and more than a ring has slots. */
    static final int PUTS = 250;

    /** Names of members whose disks answer no force. */
    final Set<String> stuck = ConcurrentHashMap.newKeySet();
    final byte[] value = new byte[VALUE_LENGTH];

    @Override
    void configure(final NodeConfig config) throws Exception
    {
        config
            .set(NodeOption.ELECTION_TIMEOUT, "2000")
            .set(NodeOption.HEARTBEAT_INTERVAL, "100")
            .set(NodeOption.SEGMENT_BYTES, "6m")
            .set(NodeOption.RING_SLOTS, "64")
            .set(NodeOption.CATCH_UP_BYTES, "0")
            .set(NodeOption.SNAPSHOT_RATE, "8m")
            .set(NodeOption.CHECKPOINT_SECONDS, "1")
            .set(NodeOption.CHECKPOINT_JOURNAL_BYTES, "2m")
            .forcer((channel) ->
            {
                while (stuck.contains(config.name()))
                {
                    LockSupport.parkNanos(1_000_000);
                }
                channel.force(false);
            });
    }

    @AfterEach
    void unstick()
    {
        stuck.clear();
    }

    void bringBackWhoWasAwayAndEndsAmidATransfer()
    {
        final int leader = leader();
        final int away = (leader + 1) % MEMBERS;
        final TourbillonAsyncClient writer = connect(leader);
        put(writer, 20);
        nodes[away].close();
        put(writer, PUTS);
        putUntilCut(writer, leader, away);
        nodes[away] = Node.launch(configs[away]);
        Await.until("something has come", () -> counters(away).snapshotBytesReceived.getAcquire() > 0);
        nodes[away].close();
        assertEquals(null, nodes[away].fatalMessage());
        nodes[away] = Node.launch(configs[away]);
        assertTrue(nodes[away].awaitReady(60_000), () -> "not ready: " + nodes[away].fatalMessage());
        Await.until("the state is installed", () -> counters(away).snapshotsReceived.getAcquire() == 1);
        final TourbillonAsyncClient back = connect(away);
        assertArrayEquals(value, Clients.await(back.get("k" + (PUTS - 1))).first().value());
        nodes[away].close();
        nodes[away] = Node.launch(configs[away]);
        assertTrue(nodes[away].awaitReady(60_000), () -> "not ready: " + nodes[away].fatalMessage());
        put(writer, 20);
        closeAllAndCompare();
    }

    List<Long> put(final TourbillonAsyncClient writer, final int count)
    {
        final List<CompletableFuture<PutResult>> results = new ArrayList<>();
        final List<Long> revisions = new ArrayList<>();
        for (int i = 0; i < count; i++)
        {
            results.add(writer.put(("k" + i).getBytes(UTF_8), value));
            if (results.size() == 8)
            {
                results.forEach((result) -> revisions.add(Clients.await(result).header().revision()));
                results.clear();
            }
        }
        results.forEach((result) -> revisions.add(Clients.await(result).header().revision()));
        return revisions;
    }

    /** Until the leader's log begins behind what the other has. */
    List<Long> putUntilCut(final TourbillonAsyncClient writer, final int leader, final int behind)
    {
        final List<Long> revisions = new ArrayList<>();
        Await.until("the log is cut", () ->
        {
            revisions.addAll(put(writer, 20));
            return counters(leader).firstIndex.getAcquire() > counters(behind).lastIndex.getAcquire() + 1;
        });
        return revisions;
    }

    PipelineCounters counters(final int member)
    {
        return nodes[member].pipelineCounters();
    }

    /** What they have in their files, when they have all applied the same. */
    void closeAllAndCompare()
    {
        final long last = Arrays.stream(nodes).mapToLong((node) -> node.pipelineCounters().lastIndex.getAcquire()).max().orElse(0);
        // At its end a node writes a checkpoint only if that is quick: the journal has the rest.
        Await.until("all have all in a checkpoint", () -> Arrays.stream(nodes).allMatch((node) ->
            node.pipelineCounters().checkpointIndex.getAcquire() >= last));
        final long[] hashes = new long[MEMBERS];
        for (int i = 0; i < MEMBERS; i++)
        {
            nodes[i].close();
            assertTrue(!Files.exists(configs[i].dataDir().resolve("store.incoming")), "an image was left");
        }
        for (int i = 0; i < MEMBERS; i++)
        {
            try (TreeStore store = TreeStore.open(TreeStoreContext.file(configs[i].dataDir().resolve("store")).poolBytes(64 << 20)))
            {
                store.verify();
                hashes[i] = store.userHeader().getLong(80);
            }
        }
        assertEquals(hashes[0], hashes[1]);
        assertEquals(hashes[0], hashes[2]);
    }
}
