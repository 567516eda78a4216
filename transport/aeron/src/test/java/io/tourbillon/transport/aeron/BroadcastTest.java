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
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A broadcast on shared memory: who stands still, who comes late, and a node that is started again. Every put here is a revision. */
@Timeout(120)
class BroadcastTest
{
    private static final byte[] PREFIX = "job/".getBytes(UTF_8);
    private static final int KEYS = 10;
    private static final int PUTS = 600;
    /** Half of it is the window, which the puts of a test fill several times over. */
    private static final int STREAM = 721;
    private static final String CHANNEL = "aeron:ipc?term-length=64k";

    @TempDir
    Path directory;

    private final Map<String, String> expected = new HashMap<>();
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
            client = TourbillonClient.launch(new ClientContext().mediaKind(MediaKind.UDP));
            broadcast = new Broadcast(driverDirectory, CHANNEL, streamId,
                client.connect("127.0.0.1:" + config.clientPort(),
                    (which, from, to, reason) ->
                    {
                    }),
                List.of(PREFIX), this);
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
        return TestConfig.in(directory).set(NodeOption.BROADCAST, "other=x/@aeron:ipc?term-length=64k; jobs=job/@" + CHANNEL);
    }

    private static Node launch(final NodeConfig config)
    {
        final Node node = Node.launch(config);
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
            final String value = "v".repeat(300) + putCount++;
            expected.put(key, value);
            puts.add(client.put(key, value));
        });
        return CompletableFuture.allOf(puts.toArray(new CompletableFuture<?>[0]));
    }

    private static long revision(final TourbillonAsyncClient client)
    {
        return Clients.await(client.get("job/0")).header().revision();
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
            try (Node second = launch(config))
            {
                assertTrue(second.awaitReady(0), "ready");
                put(client, 50);
                pollUntil("it follows again", () -> follower.revisions.size() == 100 && follower.isFollowing(), follower);
                put(client, 50);
                pollUntil("it heard the last", () -> follower.revisions.size() == 150, follower);
                follower.check(2, revision(client), expected);
            }
        }
    }
}
