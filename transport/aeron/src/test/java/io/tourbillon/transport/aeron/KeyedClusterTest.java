package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.peer.AppendRequestEncoder;
import io.tourbillon.codecs.peer.HeartbeatEncoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.peer.PeerHeaderEncoder;
import io.tourbillon.codecs.peer.VoteRequestEncoder;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three nodes with a cluster key, and others who reach their ports: they neither vote nor append, and the cluster goes on. */
@Timeout(180)
class KeyedClusterTest extends ThreeNodes
{
    private static final long FAR_TERM = 1L << 40;

    @Override
    void configure(final NodeConfig config) throws Exception
    {
        config.set(NodeOption.CLUSTER_KEY_FILE, keyFile("key", 'k').toString());
    }

    /** Somebody with a media driver of their own. */
    private final class Stranger implements AutoCloseable
    {
        private final MediaDriver driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(directory.resolve("stranger").toString())
            .threadingMode(ThreadingMode.SHARED)
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true)
            .mtuLength(EmbeddedDriver.UDP_MTU_LENGTH));
        private final Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
        private final ExclusivePublication publication;

        private Stranger(final int victim, final int streamId)
        {
            publication = aeron.addExclusivePublication(
                "aeron:udp?term-length=64k|endpoint=" + configs[victim].text(NodeOption.LISTEN_PEER), streamId);
            Await.until("the stranger is connected", publication::isConnected);
        }

        private void say(final DirectBuffer message, final int length)
        {
            Await.until("room", () -> publication.offer(message, 0, length) > 0);
        }

        @Override
        public void close()
        {
            aeron.close();
            driver.close();
        }
    }

    /** Whoever saw an election, or entries, would show it here. */
    private void assertGoesOnWhile(final int victim, final LongSupplier refused, final Runnable attack)
    {
        final int leader = leader();
        final long term = nodes[leader].pipelineCounters().term.getAcquire();
        final long refusedBefore = refused.getAsLong();
        final TourbillonAsyncClient client = connect(victim);
        final long revision = Clients.await(client.put("before", "v")).header().revision();
        attack.run();
        Await.until("something was refused", () -> refused.getAsLong() > refusedBefore);
        for (int i = 1; i <= 50; i++)
        {
            assertEquals(revision + i, Clients.await(client.put("after", "v")).header().revision());
        }
        for (final Node node : nodes)
        {
            assertEquals(term, node.pipelineCounters().term.getAcquire(), "an election");
        }
    }

    private void address(final PeerHeaderEncoder peer, final int from, final int to, final long term)
    {
        peer.clusterId(nodes[to].clusterId()).fromId(nodes[from].memberId()).toId(nodes[to].memberId()).term(term);
    }

    /** Such a vote, heartbeat and entries as the member that it pretends to be would send, with any trailer. */
    @Test
    void shouldNotBelieveWhoPretendsToBeAMember()
    {
        final int victim = (leader() + 1) % MEMBERS;
        final int pretended = (leader() + 2) % MEMBERS;
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
        final MessageHeaderEncoder header = new MessageHeaderEncoder();
        assertGoesOnWhile(victim, nodes[victim].ingressCounters().peerMacsWrong::getAcquire, () ->
        {
            try (Stranger stranger = new Stranger(victim, Protocol.PEER_URGENT_STREAM_ID))
            {
                for (final int trailerLength : new int[]{0, FrameMac.TRAILER_LENGTH})
                {
                    final VoteRequestEncoder vote = new VoteRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
                    address(vote.peer(), pretended, victim, FAR_TERM);
                    vote.lastLogIndex(FAR_TERM).lastLogTerm(FAR_TERM).preVote((short)0).transfer((short)1);
                    stranger.say(sequenced(buffer, vote.limit()), vote.limit() + trailerLength);
                    final HeartbeatEncoder heartbeat = new HeartbeatEncoder().wrapAndApplyHeader(buffer, 0, header);
                    address(heartbeat.peer(), pretended, victim, FAR_TERM);
                    stranger.say(sequenced(buffer, heartbeat.limit()), heartbeat.limit() + trailerLength);
                    final AppendRequestEncoder append = new AppendRequestEncoder().wrapAndApplyHeader(buffer, 0, header);
                    address(append.peer(), pretended, victim, FAR_TERM);
                    append.prevLogIndex(0).prevLogTerm(0).leaderCommit(FAR_TERM).putFrames(new byte[100], 0, 100);
                    stranger.say(sequenced(buffer, append.limit()), append.limit() + trailerLength);
                }
            }
        });
    }

    private static UnsafeBuffer sequenced(final UnsafeBuffer buffer, final int length)
    {
        buffer.putLong(length, FAR_TERM);
        return buffer;
    }

    @Test
    void shouldPassOverGarbage()
    {
        final int victim = (leader() + 1) % MEMBERS;
        final Random random = new Random(7);
        assertGoesOnWhile(victim, nodes[victim].ingressCounters().peerMessagesUnsound::getAcquire, () ->
        {
            try (Stranger stranger = new Stranger(victim, Protocol.PEER_STREAM_ID))
            {
                for (int i = 0; i < 2000; i++)
                {
                    final byte[] garbage = new byte[random.nextInt(2000)];
                    random.nextBytes(garbage);
                    stranger.say(new UnsafeBuffer(garbage), garbage.length);
                }
            }
        });
    }

    /** What one member sent another, taken down, comes again to the one and, with a byte changed, too. */
    @Test
    void shouldNotBelieveACapture()
    {
        final int leader = leader();
        final int victim = (leader + 1) % MEMBERS;
        final List<UnsafeBuffer> capture = capture(leader, victim);
        final IngressCounters counters = nodes[victim].ingressCounters();
        assertGoesOnWhile(victim, () -> Math.min(counters.peerReplays.getAcquire(), counters.peerMacsWrong.getAcquire()), () ->
        {
            try (Stranger stranger = new Stranger(victim, Protocol.PEER_STREAM_ID))
            {
                for (final UnsafeBuffer frame : capture)
                {
                    stranger.say(frame, frame.capacity());
                    frame.putLong(frame.capacity() - FrameMac.TRAILER_LENGTH, FAR_TERM);
                    stranger.say(frame, frame.capacity());
                }
            }
        });
    }

    /** Taken down on the way: a spy in the sender's own media driver sees what goes to the network. */
    private List<UnsafeBuffer> capture(final int from, final int to)
    {
        final List<UnsafeBuffer> capture = new ArrayList<>();
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(nodes[from].driverDirectory()));
            Subscription spy = aeron.addSubscription(
                "aeron-spy:aeron:udp?endpoint=" + configs[to].text(NodeOption.LISTEN_PEER), Protocol.PEER_STREAM_ID))
        {
            Await.until("the spy is there", spy::isConnected);
            final TourbillonAsyncClient client = connect(from);
            Await.until("some frames", () ->
            {
                Clients.await(client.put("k", "v"));
                spy.poll((buffer, offset, length, header) ->
                {
                    final byte[] bytes = new byte[length];
                    buffer.getBytes(offset, bytes);
                    capture.add(new UnsafeBuffer(bytes));
                }, 100);
                return capture.size() >= 20;
            });
        }
        return capture;
    }

    @Test
    void shouldNotTakeBackAMemberWithAnotherKeyOrNoneUntilItHasTheRightOne() throws Exception
    {
        final int leader = leader();
        final int other = (leader + 1) % MEMBERS;
        final String rightKey = configs[other].text(NodeOption.CLUSTER_KEY_FILE);
        nodes[other].close();
        final IngressCounters counters = nodes[leader].ingressCounters();
        configs[other].set(NodeOption.CLUSTER_KEY_FILE, keyFile("other", 'o').toString());
        final TourbillonAsyncClient client = connect(leader);
        assertStaysOut(client, leader, other, counters.peerMacsWrong::getAcquire);
        configs[other].set(NodeOption.CLUSTER_KEY_FILE, "");
        assertStaysOut(client, leader, other, () -> nodes[other].ingressCounters().peerMessagesUnsound.getAcquire());
        configs[other].set(NodeOption.CLUSTER_KEY_FILE, rightKey);
        nodes[other] = Node.launch(configs[other]);
        assertTrue(nodes[other].awaitReady(20_000), () -> "not ready: " + nodes[other].fatalMessage());
        assertEquals("v", Clients.await(connect(other).get("other")).first().valueText());
    }

    private void assertStaysOut(final TourbillonAsyncClient client, final int leader, final int other, final LongSupplier refused)
    {
        nodes[other] = Node.launch(configs[other]);
        final long before = refused.getAsLong();
        Await.until("it was refused", () -> refused.getAsLong() > before);
        Clients.await(client.put("other", "v"));
        // Twice as long as a member waits before it campaigns.
        assertFalse(nodes[other].awaitReady(2000), "it was let in");
        assertEquals(nodes[leader].memberId(), leaderOf(nodes[leader]));
        nodes[other].close();
    }

    @Test
    void shouldCarryLargeValuesInSignedPieces()
    {
        final int leader = leader();
        final byte[] large = new byte[1 << 20];
        new Random(3).nextBytes(large);
        Clients.await(connect((leader + 1) % MEMBERS).put("large".getBytes(), large));
        assertArrayEquals(large, Clients.await(connect((leader + 2) % MEMBERS).get("large")).first().value());
    }
}
