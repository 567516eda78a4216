package io.tourbillon.transport.client;

import io.aeron.exceptions.RegistrationException;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whom a subscriber of a broadcast joins, whom it follows, and what its listener may do meanwhile: against a fake node. */
@Timeout(60)
class BroadcastFollowerTest implements Broadcast.Listener
{
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(10);
    /** A poll that waits for a driver takes longer. */
    private static final long POLL_MAX_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long HEARTBEAT_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final AtomicInteger PORTS = new AtomicInteger(29_000 + new Random().nextInt(2_000));
    private static final String IPC = "aeron:ipc?term-length=64k";

    @TempDir
    Path temp;

    private final int port = PORTS.addAndGet(10);
    private final List<Long> revisions = new ArrayList<>();
    private final List<Integer> lost = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final List<Throwable> thrown = new ArrayList<>();
    private final ClientContext context = new ClientContext().errorHandler(failures::add);
    private final FakeNode node = FakeNode.start(port);
    private FakeBroadcast published;
    private TourbillonClient client;
    private ClientConnection connection;
    private Broadcast broadcast;
    private long longestPollNs;
    private int snapshotCount;
    /** What the listener does besides when it hears an event, or a part of a snapshot. */
    private Runnable mischief = () -> { };

    @AfterEach
    void close()
    {
        broadcast.close();
        client.close();
        node.close();
        assertNull(node.failure);
    }

    @Override
    public void onEvent(final WatchEvent event)
    {
        revisions.add(event.modRevision());
        mischief.run();
    }

    @Override
    public void onSnapshotBegin(final long revision)
    {
        snapshotCount++;
    }

    @Override
    public void onSnapshot(final RangeReplyDecoder reply)
    {
        mischief.run();
    }

    @Override
    public void onLost(final int errorCode, final long compactRevision)
    {
        lost.add(errorCode);
    }

    private void open(final Path driver, final String channel)
    {
        client = TourbillonClient.launch(context);
        connection = client.connect(context.mediaKind() == MediaKind.UDP ? node.udpEndpoint() : node.ipcEndpoint(),
            (which, from, to, reason) ->
            {
            });
        broadcast = subscribe(driver, channel);
    }

    private Broadcast subscribe(final Path driver, final String channel)
    {
        return new Broadcast(driver, channel, Protocol.BROADCAST_STREAM_ID, connection, List.of(FakeBroadcast.PREFIX), this);
    }

    /** On shared memory, with so many revisions in the node's store, of which the last is to be followed; the watch is there. */
    private void openBehind(final int revision)
    {
        context.mediaKind(MediaKind.IPC);
        published = new FakeBroadcast(node, IPC);
        published.put(revision - 1);
        open(node.directory, "aeron:ipc");
        broadcast.followFrom(revision + 1);
        await(() -> published.isConnected() && published.watchCount == 1 && broadcast.revision() == revision);
    }

    /** The same, and it follows a member. */
    private FakeBroadcast.Source openFollowing(final int revision)
    {
        openBehind(revision);
        final FakeBroadcast.Source member = published.new Source(2, revision);
        member.heartbeat(revision);
        await(() -> broadcast.state() == Broadcast.State.FOLLOWING);
        return member;
    }

    private int poll()
    {
        int workCount = client.poll();
        final long beforeNs = System.nanoTime();
        try
        {
            workCount += broadcast.poll();
        }
        catch (final Planted ex)
        {
            thrown.add(ex);
        }
        longestPollNs = Math.max(longestPollNs, System.nanoTime() - beforeNs);
        return workCount;
    }

    private void await(final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean())
        {
            if (poll() == 0)
            {
                Thread.yield();
            }
            assertTrue(deadlineNs - System.nanoTime() > 0,
                () -> "waited in vain: " + broadcast.state() + " at " + broadcast.revision() + ", heard " + revisions + ", " + failures);
        }
    }

    private static List<Long> range(final long first, final long last)
    {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    /** What a listener throws. */
    private static final class Planted extends RuntimeException
    {
        private static final long serialVersionUID = 1;
    }

    @Test
    void shouldJoinNoStreamThatLacksWhatItHasNotHeardNorAnothers()
    {
        context.mediaKind(MediaKind.IPC);
        published = new FakeBroadcast(node, IPC);
        published.isWithheld = true;
        open(node.directory, "aeron:ipc");
        broadcast.followFrom(2);
        await(() -> published.isConnected() && published.watchCount == 1);
        published.new Source(3, 5).heartbeat(5);
        final FakeBroadcast.Source stranger = published.new Source(3, 1);
        stranger.clusterId = 9;
        stranger.heartbeat(5);
        final FakeBroadcast.Source other = published.new Source(3, 1);
        other.rangesHash++;
        other.heartbeat(5);
        final FakeBroadcast.Source member = published.new Source(2, 1);
        member.heartbeat(4);
        member.events(5);
        await(() -> !revisions.isEmpty());
        assertEquals(List.of(5L), revisions);
        assertEquals(0, broadcast.gapCount());
        assertEquals(Broadcast.State.FOLLOWING, broadcast.state());
    }

    @Test
    void shouldFollowOneOfSeveralMembersOfAChannel()
    {
        final FakeBroadcast.Source member = openFollowing(5);
        final FakeBroadcast.Source other = published.new Source(3, 1);
        other.sequence = 40;
        other.heartbeat(5);
        other.events(6);
        member.events(6);
        other.heartbeat(6);
        member.events(7);
        await(() -> broadcast.revision() == 7);
        assertEquals(List.of(6L, 7L), revisions);
        assertEquals(0, broadcast.gapCount());
        assertEquals(1, published.watchCount);

        published.put(4);
        final FakeBroadcast.Source again = published.new Source(2, 9); // the member was started again, on two revisions more
        again.runId = 2;
        again.sequence = member.sequence;
        again.heartbeat(9);
        await(() -> broadcast.gapCount() == 1 && published.watchCount == 2 && broadcast.revision() == 9);
        assertEquals(range(6, 9), revisions);
        again.heartbeat(9);
        await(() -> broadcast.state() == Broadcast.State.FOLLOWING);

        final long[] nextNs = {System.nanoTime()};
        await(() ->
        {
            if (System.nanoTime() - nextNs[0] >= 0)
            {
                nextNs[0] += HEARTBEAT_NS;
                other.heartbeat(9); // it keeps talking, while the member that is followed is dead
            }
            return broadcast.gapCount() == 2 && published.watchCount == 3;
        });
        published.put(1);
        other.heartbeat(9);
        await(() -> broadcast.state() == Broadcast.State.FOLLOWING);
        other.events(10);
        await(() -> broadcast.revision() == 10);
        assertEquals(range(6, 10), revisions);
    }

    @Test
    void shouldBeginWhereAListenerSaysAmidAMessage()
    {
        final FakeBroadcast.Source member = openFollowing(5);
        published.put(3);
        mischief = () ->
        {
            mischief = () -> { };
            broadcast.followFrom(2);
        };
        member.events(6, 7, 8);
        await(() -> revisions.size() == 8 && broadcast.revision() == 8);
        assertEquals(6, revisions.get(0));
        assertEquals(range(2, 8), revisions.subList(1, 8));
        member.heartbeat(8);
        await(() -> broadcast.state() == Broadcast.State.FOLLOWING);
        published.put(2);
        mischief = () ->
        {
            mischief = () -> { };
            broadcast.snapshotThenFollow();
        };
        member.events(9, 10);
        await(() -> broadcast.state() == Broadcast.State.CATCHING_UP && broadcast.revision() == 10);
        assertEquals(9, revisions.get(8));
        assertEquals(9, revisions.size(), "the other one is in the snapshot");
        assertEquals(1, snapshotCount);
    }

    @Test
    void shouldStayClosedOnceAListenerHasClosedItAmidAMessage()
    {
        final FakeBroadcast.Source member = openFollowing(5);
        mischief = broadcast::close;
        member.events(6, 7, 8);
        await(() -> !revisions.isEmpty());
        assertEquals(List.of(6L), revisions);
        assertEquals(Broadcast.State.IDLE, broadcast.state());
        await(() -> !published.isConnected());
        final long untilNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
        await(() -> System.nanoTime() - untilNs > 0);
        assertFalse(published.isConnected());
        assertThrows(IllegalStateException.class, () -> broadcast.followFrom(2));
    }

    @Test
    void shouldLoseNothingWhenAListenerThrows()
    {
        final FakeBroadcast.Source member = openFollowing(5);
        published.put(2);
        published.putAtSame();
        published.put(1);
        mischief = () ->
        {
            if (revisions.size() == 2 || revisions.size() == 3)
            {
                throw new Planted();
            }
        };
        member.events(6, 7, 7, 8);
        await(() -> !thrown.isEmpty());
        member.heartbeat(8);
        await(() -> broadcast.revision() == 8);
        assertEquals(List.of(6L, 7L, 7L, 8L), revisions);
        assertEquals(1, thrown.size(), "out of the poll of the broadcast");
        assertEquals(1, failures.size(), () -> "told to the client's handler: " + failures);
        assertEquals(1, broadcast.gapCount());
    }

    @Test
    void shouldSayWhyThereIsNoSnapshotUnlessItMayComeInAMoment()
    {
        openBehind(5);
        published.refusals.add(ErrorCode.TOO_MANY_REQUESTS);
        published.refusals.add(ErrorCode.COMPACTED);
        published.refusals.add(ErrorCode.PERMISSION_DENIED);
        broadcast.snapshotThenFollow();
        await(() -> !lost.isEmpty());
        assertEquals(List.of(ErrorCode.PERMISSION_DENIED.number()), lost);
        assertEquals(3, snapshotCount);
        assertEquals(Broadcast.State.LOST, broadcast.state());
        mischief = () ->
        {
            mischief = () -> { };
            throw new Planted();
        };
        broadcast.snapshotThenFollow();
        await(() -> broadcast.state() == Broadcast.State.CATCHING_UP);
        assertEquals(5, snapshotCount);
        assertEquals(1, lost.size());
        assertEquals(5, broadcast.revision());
    }

    @Test
    void shouldHearByTheClientsOwnDriver()
    {
        final String channel = "aeron:udp?endpoint=127.0.0.1:" + (port + 5);
        published = new FakeBroadcast(node, channel + "|term-length=64k");
        context.mediaKind(MediaKind.UDP).embeddedDriverDirectory(temp.resolve("driver"));
        open(temp.resolve("driver"), channel);
        broadcast.followFrom(2);
        await(() -> published.isConnected() && published.watchCount == 1);
        final FakeBroadcast.Source member = published.new Source(2, 1);
        member.events(2, 3);
        await(() -> revisions.size() == 2);
        assertEquals(Broadcast.State.FOLLOWING, broadcast.state());
        assertTrue(longestPollNs < POLL_MAX_NS, () -> "waited " + longestPollNs + " ns for a driver that it runs itself");
        assertEquals(List.of(), failures);
    }

    @Test
    void shouldTellThatTheDriverRefusesTheChannelAndHearByItsWatch()
    {
        context.mediaKind(MediaKind.IPC);
        published = new FakeBroadcast(node, IPC);
        published.put(3);
        open(node.directory, "aeron:udp?interface=127.0.0.1"); // to nowhere
        broadcast.followFrom(2);
        await(() -> broadcast.revision() == 4 && !failures.isEmpty());
        assertEquals(range(2, 4), revisions);
        assertInstanceOf(RegistrationException.class, failures.get(0));
        assertThrows(IllegalArgumentException.class, () -> subscribe(node.directory, "nonsense"));
    }
}
