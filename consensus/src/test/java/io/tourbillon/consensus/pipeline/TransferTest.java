package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.codecs.peer.SnapshotChunkDecoder;
import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.journal.Durability;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Members that were away while the log was cut are sent the state: whole pipelines, journals and files of their own. */
@Timeout(120)
class TransferTest
{
    private static final int MEMBERS = 3;
    private static final Configuration CONFIGURATION = Configuration.ofVoters(1, 2, 3);
    private static final byte[] PAYLOAD = new byte[2048];

    @TempDir
    private Path directory;
    private final MemoryNetwork network = new MemoryNetwork();
    private final Member[] members = new Member[MEMBERS + 1];
    private long bytesPerSecond = 1L << 30;
    private int written;
    private Durability durability = Durability.FSYNC;
    /** A member whose journal keeps all. */
    private int withoutCheckpoints;

    /** One run of a member. */
    private static final class Member implements AutoCloseable
    {
        final TestIngress ingress = new TestIngress();
        final PipelineCounters counters = new PipelineCounters();
        final List<String> failures = Collections.synchronizedList(new ArrayList<>());
        final TestStateMachine stateMachine = new TestStateMachine(0);
        final TestImages images;
        final Journal journal;
        final Pipeline pipeline;

        Member(final Path directory, final int id, final TransferTest test) throws IOException
        {
            final MemoryNetwork network = test.network;
            Files.createDirectories(directory);
            images = new TestImages(directory, stateMachine);
            final long installedTerm = images.loadAtStart();
            journal = Journal.open(new JournalContext().directory(directory.resolve("journal"))
                .segmentBytes(128 << 10).maxEntryLength(8 << 10).isRepairable(true).durability(test.durability)
                .checkpointIndex(stateMachine.appliedIndex()).installedTerm(installedTerm));
            pipeline = Pipeline.launch(new PipelineContext().memberId(id).journal(journal).stateMachine(stateMachine)
                .ingress(ingress).counters(counters).fatalHandler((name, cause) -> failures.add(name + ": " + cause))
                .configuration(CONFIGURATION).peerLinks(network.linksOf(id))
                .transfer(new TransferSettings(images, network.stateLinksOf(id), test.bytesPerSecond))
                .durability(test.durability).membership(new MembershipSettings(1, false, -1, true))
                .ringCapacity(256).requestLengthMax(4 << 10).arenaLength(1 << 20)
                .electionTimeoutNs(TimeUnit.MILLISECONDS.toNanos(300)).runId(id)
                .checkpointIntervalNs(TimeUnit.MILLISECONDS.toNanos(id == test.withoutCheckpoints ? 3_600_000 : 20)));
        }

        List<Long> writes()
        {
            synchronized (stateMachine.applied)
            {
                return stateMachine.applied.stream().filter((entry) -> entry.sessionId() != 0)
                    .map(TestStateMachine.Applied::correlationId).toList();
            }
        }

        @Override
        public void close()
        {
            pipeline.close();
        }

        @Override
        public String toString()
        {
            return "\nmember " + counters.leaderId.getAcquire() + " leads, log " + journal.firstIndex() + " to " + journal.lastIndex() +
                ", committed " + counters.committedIndex.getAcquire() + ", applied " + counters.appliedIndex.getAcquire() +
                "; states wanted " + counters.snapshotsWanted.getAcquire() + ", sent " + counters.snapshotsSent.getAcquire() +
                ", received " + counters.snapshotsReceived.getAcquire() + ", failed " + counters.snapshotsFailed.getAcquire() +
                ", bytes sent " + counters.snapshotBytesSent.getAcquire() + ", received " + counters.snapshotBytesReceived.getAcquire() +
                ", transfer cycles " + counters.transfer.dutyCycles.getAcquire() + ", failures " + failures;
        }
    }

    @AfterEach
    void close()
    {
        for (int id = 1; id <= MEMBERS; id++)
        {
            members[id].close();
            assertEquals(List.of(), members[id].failures);
        }
    }

    private void start(final int... ids) throws IOException
    {
        for (final int id : ids)
        {
            members[id] = new Member(directory.resolve("member-" + id), id, this);
        }
    }

    @Test
    void shouldBringBackWhoWasAwayWhileTheLogWasCutTwiceInARow() throws IOException
    {
        start(1, 2, 3);
        write(50, 1, 2, 3);
        bringBackAFollower();
        bringBackAFollower();
    }

    private void bringBackAFollower() throws IOException
    {
        final int away = followerOf(leader(1, 2, 3));
        members[away].close();
        cutBehind(away);
        start(away);
        awaitSame(1, 2, 3);
        awaitReceived(away, 1);
        write(50, 1, 2, 3);
        // What was installed is there after a start, too, and the log behind it.
        members[away].close();
        start(away);
        write(50, 1, 2, 3);
        assertEquals(0, members[away].counters.snapshotsReceived.getAcquire());
    }

    @Test
    void shouldBringBackWhoWasOnlyCutOffAndServeItsClients() throws IOException
    {
        start(1, 2, 3);
        write(50, 1, 2, 3);
        final int away = followerOf(leader(1, 2, 3));
        for (int round = 1; round <= 2; round++)
        {
            cutOff(away);
            cutBehind(away);
            network.heal();
            awaitSame(1, 2, 3);
            awaitReceived(away, round);
            assertEquals(Admission.FORWARDED, members[away].ingress.propose(++written));
            awaitSame(1, 2, 3);
            assertTrue(members[away].pipeline.isReady());
        }
    }

    @Test
    void shouldForgetWhatADeposedLeaderHadThatTheStateDoesNotCarry() throws IOException
    {
        start(1, 2, 3);
        write(50, 1, 2, 3);
        final int old = leader(1, 2, 3);
        cutOff(old);
        for (int i = 0; i < 20; i++)
        {
            members[old].ingress.propose(1_000_000 + i);
        }
        cutBehind(old);
        network.heal();
        awaitSame(1, 2, 3);
        awaitReceived(old, 1);
        Waiting.until("nobody waits for a write that is gone", () -> members[old].ingress.rejected.size() == 20);
        write(100, 1, 2, 3);
    }

    @Test
    void shouldArriveWhole() throws IOException
    {
        start(1, 2, 3);
        write(50, 1, 2, 3);
        final int away = followerOf(leader(1, 2, 3));
        members[away].close();
        cutBehind(away);
        final Random random = new Random(7);
        network.stateFate = (message) -> spoil(message, random);
        start(away);
        awaitSame(1, 2, 3);
        assertTrue(members[away].counters.snapshotPiecesSpoilt.getAcquire() > 0, "no piece was spoilt");
    }

    /** One message of twenty is lost, one of twenty arrives with another bit. */
    private static synchronized byte[] spoil(final byte[] message, final Random random)
    {
        final int fate = random.nextInt(20);
        if (fate == 1 && message[2] == SnapshotChunkDecoder.TEMPLATE_ID)
        {
            message[message.length - 1] ^= 1;
        }
        return fate == 0 ? null : message;
    }

    @Test
    void shouldGoOnWhenTheReceiverIsEndedAmidATransfer() throws IOException
    {
        bytesPerSecond = 4 << 20;
        start(1, 2, 3);
        write(50, 1, 2, 3);
        final int away = followerOf(leader(1, 2, 3));
        members[away].close();
        cutBehind(away);
        start(away);
        awaitReceiving(away);
        members[away].close();
        assertTrue(Files.exists(directory.resolve("member-" + away).resolve("state.incoming")));
        start(away);
        awaitSame(1, 2, 3);
        Waiting.until("nothing is left", () -> !Files.exists(directory.resolve("member-" + away).resolve("state.incoming")));
    }

    @Test
    void shouldGoOnWithTheNextLeaderWhenTheSenderIsEndedAmidATransfer() throws IOException
    {
        bytesPerSecond = 4 << 20;
        start(1, 2, 3);
        write(50, 1, 2, 3);
        final int first = leader(1, 2, 3);
        final int away = followerOf(first);
        members[away].close();
        cutBehind(away);
        start(away);
        awaitReceiving(away);
        members[first].close();
        awaitSame(othersOf(first));
        assertTrue(leader(othersOf(first)) != away || members[away].counters.snapshotsReceived.getAcquire() > 0);
        start(first);
        awaitSame(1, 2, 3);
    }

    @Test
    void shouldGoOnWhereItWasInterrupted() throws IOException
    {
        bytesPerSecond = 4 << 20;
        start(1, 2, 3);
        write(50, 1, 2, 3);
        final int leader = leader(1, 2, 3);
        final int away = followerOf(leader);
        members[away].close();
        cutBehind(away);
        start(away);
        awaitReceiving(away);
        network.stateFate = (message) -> null;
        final long before = members[away].counters.snapshotBytesReceived.getAcquire();
        Waiting.until("it is sent in vain", () -> members[leader].counters.snapshotBytesSent.getAcquire() > before + (256 << 10));
        network.stateFate = (message) -> message;
        awaitSame(1, 2, 3);
        final long length = Files.size(directory.resolve("member-" + leader).resolve("state.outgoing"));
        assertEquals(length, members[away].counters.snapshotBytesReceived.getAcquire(), "it did not go on, it began anew");
    }

    /** A start finds the old state or the new one, and the log that goes with it. */
    @ParameterizedTest
    @EnumSource(value = TestImages.Step.class, names = "NEVER", mode = EnumSource.Mode.EXCLUDE)
    void shouldHaveOneStateOrTheOtherWhereverTheSwitchIsCutOff(final TestImages.Step step) throws IOException
    {
        start(1, 2, 3);
        write(50, 1, 2, 3);
        final int away = followerOf(leader(1, 2, 3));
        members[away].close();
        cutBehind(away);
        start(away);
        members[away].images.failsAt = step;
        Waiting.until("the switch is cut off", () -> !members[away].failures.isEmpty());
        assertTrue(members[away].failures.get(0).contains("asked to fail"), members[away].failures.get(0));
        members[away].close();
        final int before = members[away].writes().size();
        assertTrue(before <= 50, "apply has seen a state that is not durable: " + before);
        start(away);
        final boolean isNew = members[away].writes().size() > 50;
        assertEquals(step == TestImages.Step.AFTER_RENAME, isNew, "found " + members[away].writes().size());
        awaitSame(1, 2, 3);
        write(50, 1, 2, 3);
        awaitReceived(away, isNew ? 0 : 1);
    }

    @Test
    void shouldBringBackWhoWasAwayWithoutDurability() throws IOException
    {
        durability = Durability.NONE;
        start(1, 2, 3);
        write(50, 1, 2, 3);
        bringBackAFollower();
    }

    /** The change is in the part of the log that is cut off: the state alone tells of it. */
    @Test
    void shouldBringTheMembersWithTheState() throws IOException
    {
        start(1, 2, 3);
        write(50, 1, 2, 3);
        final int away = followerOf(leader(1, 2, 3));
        members[away].close();
        final Member leader = members[leader(othersOf(away))];
        Waiting.until("the learner is added", () ->
        {
            leader.ingress.members(2_000_000, MemberOperation.ADD_LEARNER, 0, "127.0.0.1:20004");
            return leader.stateMachine.memberAnswers.containsKey(2_000_000L);
        });
        final long learner = leader.stateMachine.memberAnswers.get(2_000_000L);
        cutBehind(away);
        start(away);
        assertFalse(network.configurations.get((long)away).isMember(learner));
        awaitWrites(1, 2, 3);
        awaitReceived(away, 1);
        assertTrue(network.configurations.get((long)away).isMember(learner), "the state came without the members");
        members[away].close();
        network.configurations.clear();
        start(away);
        awaitWrites(1, 2, 3);
        Waiting.until("it acts by a configuration", () -> network.configurations.containsKey((long)away));
        assertTrue(network.configurations.get((long)away).isMember(learner), "a start has forgotten them");
        assertEquals(0, members[away].counters.snapshotsReceived.getAcquire());
    }

    /** It lacks what others have, which it asks for, and what nobody has any more. */
    @Test
    void shouldBringBackWhoseDiskHasLostEntriesThatOthersHaveCutOff() throws IOException
    {
        withoutCheckpoints = 3;
        start(1, 2, 3);
        write(300, 1, 2, 3);
        members[3].close();
        final long lastIndex = members[3].counters.lastIndex.getAcquire();
        final Path journal = directory.resolve("member-3").resolve("journal");
        for (final long index : new long[]{20, 21, 150, lastIndex})
        {
            DamagedDisk.flipBitOf(journal, index);
        }
        cutBehind(3);
        start(3);
        awaitSame(1, 2, 3);
        awaitReceived(3, 1);
        assertEquals(0, members[3].journal.damagedCount());
        write(50, 1, 2, 3);
        members[3].close();
        start(3);
        write(50, 1, 2, 3);
    }

    private void awaitWrites(final int... ids)
    {
        for (final int id : ids)
        {
            Waiting.until("member " + id + " has the last write", () -> members[id].writes().contains((long)written));
        }
    }

    private void awaitReceived(final int id, final int count)
    {
        Waiting.until("member " + id + " has installed " + count + " states", () ->
            members[id].counters.snapshotsReceived.getAcquire() == count);
    }

    private void awaitReceiving(final int id)
    {
        Waiting.until("a part of the state has come", () -> members[id].counters.snapshotBytesReceived.getAcquire() > 512 << 10);
        assertFalse(members[id].counters.snapshotsReceived.getAcquire() > 0, "too fast");
    }

    private void cutOff(final int id)
    {
        network.cut(id, Arrays.stream(othersOf(id)).asLongStream().toArray());
    }

    private int leader(final int... ids)
    {
        final int[] found = new int[1];
        Waiting.until("a leader serves", () ->
        {
            for (final int id : ids)
            {
                final PipelineCounters counters = members[id].counters;
                final boolean isLatest = Arrays.stream(ids).allMatch((other) ->
                    members[other].counters.term.getAcquire() <= counters.term.getAcquire());
                found[0] = counters.leaderId.getAcquire() == id && counters.termStartIndex.getAcquire() > 0 && isLatest ? id : found[0];
            }
            return found[0] != 0;
        });
        return found[0];
    }

    private void write(final int count, final int... ids)
    {
        for (int i = 0; i < count; i++)
        {
            written++;
            Waiting.until("write " + written + " is taken", () ->
                TestIngress.take(members[leader(ids)].ingress.offer(7, written, PAYLOAD)) > 0);
        }
        awaitSame(ids);
    }

    /**
     * Writes until the log of each other member begins behind what this one has; or until the leader wants to send the state already: as
     * long as it cannot, it keeps the log behind that.
     */
    private void cutBehind(final int away)
    {
        final int[] ids = othersOf(away);
        final long lastIndex = members[away].counters.lastIndex.getAcquire();
        write(300, ids);
        for (final int id : ids)
        {
            Waiting.until("the log of member " + id + " is cut", () ->
            {
                final boolean isCut = members[id].journal.firstIndex() > lastIndex + 1 ||
                    members[id].counters.snapshotsInProgress.getAcquire() > 0;
                if (!isCut)
                {
                    write(1, ids);
                }
                return isCut;
            });
        }
    }

    private void awaitSame(final int... ids)
    {
        for (final int id : ids)
        {
            try
            {
                Waiting.until("member " + id + " has what the others have", () -> members[id].failures.size() > 0 ||
                    members[id].writes().contains((long)written));
            }
            catch (final AssertionError ex)
            {
                throw new AssertionError(ex.getMessage() + Arrays.toString(members), ex);
            }
            assertEquals(List.of(), members[id].failures);
            assertEquals(members[ids[0]].writes(), members[id].writes(), "member " + id + " has another history");
        }
    }

    private int followerOf(final int leader)
    {
        return othersOf(leader)[0];
    }

    private static int[] othersOf(final int id)
    {
        return IntStream.rangeClosed(1, MEMBERS).filter((other) -> other != id).toArray();
    }
}
