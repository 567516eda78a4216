package io.tourbillon.transport.aeron;

import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.WatchListener;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Words of progress by a node's own setting. */
@Timeout(60)
class WatchProgressNodeTest
{
    @TempDir
    Path directory;

    private static List<Long> progressOf(final TourbillonAsyncClient client, final WatchQuery query)
    {
        final List<Long> heard = new CopyOnWriteArrayList<>();
        Clients.await(client.watch(query, new WatchListener()
        {
            @Override
            public void onEvents(final List<Event> events)
            {
                throw new AssertionError("nobody writes what is watched");
            }

            @Override
            public void onProgress(final long revision)
            {
                heard.add(revision);
            }
        }).created());
        return heard;
    }

    @Test
    void shouldTellAWatcherThatAsksForItAsOftenAsTheNodeIsSet()
    {
        final NodeConfig config = TestConfig.in(directory).set(NodeOption.WATCH_PROGRESS_NOTIFY_INTERVAL, "100ms");
        try (Node node = Node.launch(config))
        {
            assertTrue(node.awaitReady(10_000), () -> "not ready: " + node.fatalMessage());
            try (TourbillonAsyncClient client = Clients.connect(config, MediaKind.IPC))
            {
                final List<Long> silent = progressOf(client, WatchQuery.of("a"));
                final List<Long> heard = progressOf(client, WatchQuery.of("a").progressNotify());
                final long startNs = System.nanoTime();
                final long revision = Clients.await(client.put("b", "v")).header().revision();
                Await.until("three words of progress", () -> heard.stream().filter(told -> told == revision).count() >= 3);
                assertTrue(System.nanoTime() - startNs >= 200_000_000, "three words are two intervals apart");
                assertEquals(List.of(), silent, "who has not asked is told nothing");
            }
        }
    }
}
