package io.tourbillon.transport.aeron;

import io.tourbillon.mvcc.ApplyVersion;
import io.tourbillon.transport.client.async.StatusResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whole nodes that act as builds which know other versions of what entries do: upgraded one by one, and one that is too old. */
@Timeout(240)
class UpgradeNodeTest extends TransferNodes
{
    private static final int OLD = ApplyVersion.FIRST;
    private static final int NEW = ApplyVersion.LEASE_TTL_MIN;
    /** Of a build that is still to come. */
    private static final int COMING = ApplyVersion.NEWEST + 1;
    private static final long OLD_TTL_MS = 2000;
    /** Of an election time-out of two seconds. */
    private static final long NEW_TTL_MS = 3000;

    @Override
    void configure(final NodeConfig config) throws Exception
    {
        super.configure(config);
        config.applyVersion(OLD);
    }

    private void restart(final int member, final int version)
    {
        nodes[member].close();
        assertEquals(null, nodes[member].fatalMessage());
        start(member, version);
    }

    private void start(final int member, final int version)
    {
        configs[member].applyVersion(version);
        nodes[member] = Node.launch(configs[member]);
        assertTrue(nodes[member].awaitReady(60_000), () -> "not ready: " + nodes[member].fatalMessage());
    }

    private static long grant(final TourbillonAsyncClient client)
    {
        return Clients.await(client.grantLease(0, 1)).ttlMs();
    }

    private void awaitVersion(final int version)
    {
        Await.until("version " + version + " at all", () ->
        {
            for (final Node node : nodes)
            {
                if (node.stateCounters().clusterVersion.getAcquire() != version)
                {
                    return false;
                }
            }
            return true;
        });
    }

    @Test
    void shouldBeInOneStateThroughARollingUpgradeAndNotGoBackBehindIt()
    {
        for (int i = 0; i < MEMBERS; i++)
        {
            final TourbillonAsyncClient other = connect((i + 1) % MEMBERS);
            final StatusResult status = Clients.await(other.status());
            assertEquals(OLD, status.clusterVersion());
            assertEquals(OLD_TTL_MS, grant(other));
            restart(i, NEW);
            put(other, 20);
        }
        awaitVersion(NEW);
        for (int i = 0; i < MEMBERS; i++)
        {
            final TourbillonAsyncClient client = connect(i);
            Await.until("the leader's setting is in the log", () -> grant(client) == NEW_TTL_MS);
            final StatusResult status = Clients.await(client.status());
            assertEquals(NEW, status.clusterVersion());
            assertEquals(NEW, status.applyVersion());
        }
        nodes[1].close();
        configs[1].applyVersion(OLD);
        final String message = assertThrows(NodeException.class, () -> Node.launch(configs[1])).getMessage();
        assertTrue(message.contains("the store has cluster version 2, this build knows up to 1: start this member with a build as new"),
            message);
        start(1, NEW);
        put(connect(1), 20);
        closeAllAndCompare();
    }

    /** It has told of a newer build and has gone back to an older one, and the others have not waited for it. */
    @Test
    void shouldStopByNameWhenTheLogGoesBeyondItsBuild()
    {
        final int away = leaveWithAWordOfTheComingBuild();
        raiseWithout(away);
        assertStops(away, "the log raises the cluster to cluster version 3, this build knows up to 2");
        start(away, COMING);
        closeAllAndCompare();
    }

    @Test
    void shouldStopByNameWhenTheStateThatIsSentGoesBeyondItsBuild()
    {
        final int away = leaveWithAWordOfTheComingBuild();
        raiseWithout(away);
        final int leader = leaderOf(away);
        putUntilCut(connect(leader), leader, away);
        assertStops(away, "the store has cluster version 3, this build knows up to 2");
        start(away, COMING);
        closeAllAndCompare();
    }

    private int leaveWithAWordOfTheComingBuild()
    {
        for (int i = 0; i < MEMBERS; i++)
        {
            restart(i, NEW);
        }
        awaitVersion(NEW);
        final int away = (leader() + 1) % MEMBERS;
        restart(away, COMING);
        nodes[away].close();
        return away;
    }

    private void raiseWithout(final int away)
    {
        for (int i = 1; i < MEMBERS; i++)
        {
            restart((away + i) % MEMBERS, COMING);
        }
        Await.until("the others go on", () -> nodes[(away + 1) % MEMBERS].stateCounters().clusterVersion.getAcquire() == COMING);
    }

    private int leaderOf(final int away)
    {
        final Node one = nodes[(away + 1) % MEMBERS];
        Await.until("one leads", () -> leaderOf(one) != 0);
        return leaderOf(one) == one.memberId() ? (away + 1) % MEMBERS : (away + 2) % MEMBERS;
    }

    private void assertStops(final int member, final String message)
    {
        configs[member].applyVersion(NEW);
        nodes[member] = Node.launch(configs[member]);
        assertTrue(nodes[member].awaitStopped(60_000), "it goes on");
        assertEquals(message + ": start this member with a build as new as that of the others", nodes[member].fatalMessage());
        nodes[member].close();
    }
}
