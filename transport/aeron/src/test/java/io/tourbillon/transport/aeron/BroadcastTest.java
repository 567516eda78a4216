package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.transport.client.Broadcast;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.WatchEvent;
import io.tourbillon.transport.client.async.PutResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Broadcasts on shared memory and by UDP: who stands still, who comes late, a publication at its end, a node that is started again. Every
 * put here is a revision.
 */
@Timeout(120)
class BroadcastTest
{
    private static final byte[] PREFIX = "job/".getBytes(UTF_8);
    private static final int KEYS = 10;
    private static final int PUTS = 600;
    private static final int STREAM = 721;
    private static final int BRIEF_STREAM = 722;
    /** Half a term is the window, which the puts of a test fill several times over. */
    private static final String CHANNEL = "aeron:ipc?term-length=512k";
    private static final String VALUE = "v".repeat(2000);
    /** Each publication begins 256 KiB before the last position that there is. */
    private static final String BRIEF = CHANNEL + "|init-term-id=0|term-id=" + Integer.MAX_VALUE + "|term-offset=" + (256 << 10);

    @TempDir
    Path directory;

    private final Map<String, String> expected = new HashMap<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private int putCount;

    /** A subscriber with a client of its own, on the test's thread. */
    private static final class Follower implements Broadcast.Listener, AutoCloseable
    {
        private final TourbillonClient client;
        private final Broadcast broadcast;
        private final Map<String, String> keys = new HashMap<>();
        private final List<Long> revisions = new ArrayList<>();
        private long snapshotRevision;
        private boolean isLost;

        private Follower(final NodeConfig config, final Path driverDirectory, final int streamId)
        {
            this(config, driverDirectory, CHANNEL, streamId, PREFIX);
        }

        private Follower(
            final NodeConfig config, final Path driverDirectory, final String channel, final int streamId, final byte[] prefix)
        {
            client = TourbillonClient.launch(new ClientContext().mediaKind(MediaKind.UDP));
            broadcast = new Broadcast(driverDirectory, channel, streamId,
                client.connect("127.0.0.1:" + config.clientPort(),
                    (which, from, to, reason) ->
                    {
                    }),
                List.of(prefix), this);
        }

        private void poll()
        {
            if (client.poll() + broadcast.poll() == 0)
            {
                Thread.yield();
            }
        }

        @Override
        public void onSnapshotBegin(final long revision)
        {
            keys.clear();
            snapshotRevision = revision;
        }

        @Override
        public void onSnapshot(final RangeReplyDecoder reply)
        {
            for (final RangeReplyDecoder.KvsDecoder kv : reply.kvs())
            {
                final byte[] key = new byte[kv.keyLength()];
                kv.getKey(key, 0, key.length);
                final byte[] value = new byte[kv.valueLength()];
                kv.getValue(value, 0, value.length);
                keys.put(new String(key, UTF_8), new String(value, UTF_8));
            }
        }

        @Override
        public void onEvent(final WatchEvent event)
        {
            revisions.add(event.modRevision());
            keys.put(event.key().getStringWithoutLengthUtf8(0, event.key().capacity()),
                event.value().getStringWithoutLengthUtf8(0, event.value().capacity()));
        }

        @Override
        public void onLost(final int errorCode, final long compactRevision)
        {
            isLost = true;
        }

        private boolean isFollowing()
        {
            return broadcast.state() == Broadcast.State.FOLLOWING;
        }

        /** Every revision since a first one came once, in order, and the keys are as they were put. */
        private void check(final long first, final long last, final Map<String, String> expected)
        {
            assertEquals(LongStream.rangeClosed(first, last).boxed().toList(), revisions);
            assertEquals(expected, keys);
            assertTrue(!isLost, "told that it was compacted");
        }

        @Override
        public void close()
        {
            broadcast.close();
            client.close();
        }
    }

    private NodeConfig config()
    {
        return TestConfig.in(directory)
            .set(NodeOption.BROADCAST, "other=x/@" + CHANNEL + "; jobs=job/@" + CHANNEL + "; brief=job/@" + BRIEF);
    }

    private Node launch(final NodeConfig config)
    {
        final Node node = Node.launch(config,
            new NodeEvents()
            {
                @Override
                public void onWarning(final String message)
                {
                    warnings.add(message);
                }
            });
        assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
        return node;
    }

    private static void pollUntil(final String what, final BooleanSupplier isDone, final Follower... followers)
    {
        Await.until(what,
            () ->
            {
                List.of(followers).forEach(Follower::poll);
                return isDone.getAsBoolean();
            });
    }

    private CompletableFuture<?> put(final TourbillonAsyncClient client, final int count)
    {
        final List<CompletableFuture<PutResult>> puts = new ArrayList<>();
        IntStream.range(0, count).forEach((i) ->
        {
            final String key = "job/" + putCount % KEYS;
            final String value = VALUE + putCount++;
            expected.put(key, value);
            puts.add(client.put(key, value));
        });
        return CompletableFuture.allOf(puts.toArray(new CompletableFuture<?>[0]));
    }

    @Test
    void shouldLeaveAStalledSubscriberBehindAndLetItFillItsGap()
    {
        final NodeConfig config = config();
        try (Node node = launch(config);
            TourbillonAsyncClient client = Clients.connect(config, MediaKind.UDP);
            Follower awake = new Follower(config, Path.of(node.driverDirectory()), STREAM);
            Follower asleep = new Follower(config, Path.of(node.driverDirectory()), STREAM))
        {
            awake.broadcast.followFrom(2);
            asleep.broadcast.followFrom(2);
            pollUntil("both follow", () -> awake.isFollowing() && asleep.isFollowing(), awake, asleep);
            put(client, PUTS);
            pollUntil("one hears everything", () -> awake.revisions.size() == PUTS, awake);
            awake.check(2, PUTS + 1, expected);
            pollUntil("by the broadcast, not by its watch alone", awake::isFollowing, awake);
            pollUntil("the other, too", () -> asleep.revisions.size() == PUTS && asleep.isFollowing(), awake, asleep);
            asleep.check(2, PUTS + 1, expected);
            assertTrue(asleep.broadcast.gapCount() > 0, "it missed nothing, so nothing was tried");
        }
    }

    @Test
    void shouldGoOnOnAnotherPublicationWhenOneIsAtItsEnd()
    {
        final NodeConfig config = config();
        try (Node node = launch(config);
            TourbillonAsyncClient client = Clients.connect(config, MediaKind.UDP);
            Follower follower = new Follower(config, Path.of(node.driverDirectory()), BRIEF_STREAM))
        {
            follower.broadcast.followFrom(2);
            pollUntil("it follows", follower::isFollowing, follower);
            put(client, PUTS);
            pollUntil("it heard the last", () -> follower.revisions.size() == PUTS, follower);
            pollUntil("it follows again", follower::isFollowing, follower);
            follower.check(2, PUTS + 1, expected);
            assertTrue(warnings.stream().anyMatch((warning) -> warning.contains("brief") && warning.contains("at its end")),
                warnings::toString);
        }
    }

    /** By several destinations, that is; and all keys, which have no prefix. */
    @Test
    void shouldHearByUdpThroughEitherDriver()
    {
        final String channel = "aeron:udp?control=127.0.0.1:" + Ports.free() + "|control-mode=dynamic";
        final NodeConfig config = TestConfig.in(directory).set(NodeOption.BROADCAST, "all=@" + channel + "|term-length=512k");
        final String mine = channel + "|endpoint=127.0.0.1:0";
        try (Node node = launch(config);
            TourbillonAsyncClient client = Clients.connect(config, MediaKind.UDP);
            Follower near = new Follower(config, Path.of(node.driverDirectory()), mine, STREAM - 1, new byte[0]);
            Follower far = new Follower(config, null, mine, STREAM - 1, new byte[0]))
        {
            Clients.await(put(client, PUTS / 3));
            near.broadcast.followFrom(2);
            far.broadcast.snapshotThenFollow();
            pollUntil("both follow", () -> near.isFollowing() && far.isFollowing(), near, far);
            put(client, PUTS / 3);
            final int last = 2 * PUTS / 3 + 1;
            pollUntil("both heard the last", () -> near.broadcast.revision() == last && far.broadcast.revision() == last, near, far);
            near.check(2, last, expected);
            far.check(far.snapshotRevision + 1, last, expected);
        }
    }

    @Test
    void shouldGiveANewcomerAConsistentStartAmidWrites()
    {
        final NodeConfig config = config();
        try (Node node = launch(config);
            TourbillonAsyncClient client = Clients.connect(config, MediaKind.UDP);
            Follower newcomer = new Follower(config, Path.of(node.driverDirectory()), STREAM))
        {
            Clients.await(put(client, PUTS / 3));
            final CompletableFuture<?> rest = put(client, PUTS / 3);
            newcomer.broadcast.snapshotThenFollow();
            pollUntil("the puts are over", rest::isDone, newcomer);
            pollUntil("it follows", newcomer::isFollowing, newcomer);
            final CompletableFuture<?> further = put(client, PUTS / 3);
            pollUntil("it heard the last", () -> further.isDone() && newcomer.broadcast.revision() == PUTS + 1, newcomer);
            newcomer.check(newcomer.snapshotRevision + 1, PUTS + 1, expected);
        }
    }

    @Test
    void shouldNotTakeAnotherBroadcastForTheOneItWants()
    {
        final NodeConfig config = config();
        try (Node node = launch(config);
            TourbillonAsyncClient client = Clients.connect(config, MediaKind.UDP);
            Follower misled = new Follower(config, Path.of(node.driverDirectory()), STREAM - 1))
        {
            misled.broadcast.followFrom(2);
            put(client, PUTS);
            pollUntil("it heard the last", () -> misled.revisions.size() == PUTS, misled);
            misled.check(2, PUTS + 1, expected);
            assertEquals(Broadcast.State.CATCHING_UP, misled.broadcast.state());
        }
    }

    @Test
    void shouldGoOnWhenTheNodeIsStartedAgain()
    {
        final NodeConfig config = config();
        final Node first = launch(config);
        try (first; TourbillonAsyncClient client = Clients.connect(config, MediaKind.UDP);
            Follower follower = new Follower(config, Path.of(first.driverDirectory()), STREAM))
        {
            follower.broadcast.followFrom(2);
            put(client, 50);
            pollUntil("it follows", () -> follower.revisions.size() == 50 && follower.isFollowing(), follower);
            first.close();
            try (Node second = launch(config); Follower late = new Follower(config, Path.of(second.driverDirectory()), STREAM))
            {
                late.broadcast.followFrom(2); // most of which this run of the node never broadcasts
                put(client, 50);
                pollUntil("both follow", () -> follower.isFollowing() && late.isFollowing(), follower, late);
                put(client, 50);
                pollUntil("one heard the last", () -> follower.broadcast.revision() == 151, follower, late);
                pollUntil("the other, too", () -> late.broadcast.revision() == 151, late);
                follower.check(2, 151, expected);
                late.check(2, 151, expected);
            }
        }
    }
}
