package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.journal.Durability;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Three whole pipelines with journals of their own, and a network that can be cut. */
final class TestCluster implements AutoCloseable
{
    static final int MEMBERS = 3;
    private static final Configuration CONFIGURATION = Configuration.ofVoters(1, 2, 3);

    final MemoryNetwork network = new MemoryNetwork();
    final TestNode[] nodes = new TestNode[MEMBERS + 1];
    private final Path directory;
    private final long electionTimeoutMs;
    /** Of members that are started from now on. */
    long backlogBytesMax = new PipelineContext().backlogBytesMax();

    TestCluster(final Path directory)
    {
        this(directory, 300);
    }

    /** With a time-out of seconds for tests that nobody but the first leader leads. */
    TestCluster(final Path directory, final long electionTimeoutMs)
    {
        this.directory = directory;
        this.electionTimeoutMs = electionTimeoutMs;
    }

    void startAll()
    {
        for (int id = 1; id <= MEMBERS; id++)
        {
            start(id, 0);
        }
    }

    void start(final int id, final long appliedIndex)
    {
        nodes[id] = new TestNode(directoryOf(id), appliedIndex, Durability.FSYNC, (journal) -> journal.isRepairable(true), (context) ->
            context
                .memberId(id)
                .configuration(CONFIGURATION)
                .peerLinks(network.linksOf(id))
                .ringCapacity(256)
                .backlogBytesMax(backlogBytesMax)
                .electionTimeoutNs(TimeUnit.MILLISECONDS.toNanos(electionTimeoutMs))
                .runId(id));
    }

    Path directoryOf(final int id)
    {
        return directory.resolve("member-" + id);
    }

    void stop(final int id)
    {
        nodes[id].close();
    }

    void stopAll()
    {
        for (int id = 1; id <= MEMBERS; id++)
        {
            stop(id);
        }
    }

    /** Nothing may have failed. */
    @Override
    public void close()
    {
        for (int id = 1; id <= MEMBERS; id++)
        {
            if (nodes[id] != null)
            {
                stop(id);
                assertEquals(List.of(), nodes[id].failures);
            }
        }
    }

    TestNode awaitLeader(final int... ids)
    {
        final TestNode[] found = new TestNode[1];
        Waiting.until("a leader serves", () ->
        {
            for (final int id : ids)
            {
                final PipelineCounters counters = nodes[id].counters;
                final boolean isServing = counters.leaderId.getAcquire() == id && counters.termStartIndex.getAcquire() > 0;
                if (isServing && isLatest(id, ids))
                {
                    found[0] = nodes[id];
                }
            }
            return found[0] != null;
        });
        return found[0];
    }

    private boolean isLatest(final int id, final int... ids)
    {
        return Arrays.stream(ids).allMatch((other) -> nodes[other].counters.term.getAcquire() <= nodes[id].counters.term.getAcquire());
    }

    void proposeUntilTaken(final TestNode node, final long correlationId)
    {
        Waiting.until("write " + correlationId + " is taken", () ->
        {
            final CompletableFuture<Long> result = node.ingress.offer(7, correlationId, new byte[]{1, 2, 3, (byte)correlationId});
            return TestIngress.take(result) != Admission.TOO_MANY_REQUESTS;
        });
    }

    void awaitSameLog(final int count, final int... ids)
    {
        for (final int id : ids)
        {
            Waiting.until(() -> "member " + id + " has applied " + count + " writes:" + this,
                () -> nodes[id].appliedOfClients().size() >= count);
            final List<Long> ofClients = nodes[id].appliedOfClients().stream().map(TestStateMachine.Applied::correlationId).toList();
            final List<Long> expected = nodes[ids[0]].appliedOfClients().stream().map(TestStateMachine.Applied::correlationId).toList();
            assertEquals(expected, ofClients, "member " + id + " has another history");
            assertEquals(count, ofClients.size());
        }
    }

    @Override
    public String toString()
    {
        return IntStream.rangeClosed(1, MEMBERS).mapToObj((id) -> "\n  member " + id + ": " + nodes[id]).collect(Collectors.joining());
    }

    TestNode other(final TestNode leader)
    {
        return nodes[othersOf(idOf(leader))[0]];
    }

    int idOf(final TestNode node)
    {
        return Arrays.asList(nodes).indexOf(node);
    }

    static int[] othersOf(final int id)
    {
        return IntStream.rangeClosed(1, MEMBERS).filter((other) -> other != id).toArray();
    }
}
