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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Several ranges in one watch through the client, over a stop of the node: nothing is missing, nothing comes twice. */
@Timeout(60)
class WatchRangesNodeTest
{
    @TempDir
    Path directory;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<Long> bookmarks = new CopyOnWriteArrayList<>();

    private static byte[] bytes(final String text)
    {
        return text.getBytes(UTF_8);
    }

    private void watch(final TourbillonAsyncClient client)
    {
        final WatchQuery query = WatchQuery.of("a").range(bytes("m"), bytes("n")).range(bytes("a"), bytes("b"))
            .keysOnly().valuePrefix(bytes("yes")).bookmarks(20);
        Clients.await(client.watch(query, new WatchListener()
        {
            @Override
            public void onEvents(final List<Event> events)
            {
                events.forEach((event) -> heard.add(event.kv().keyText() + event.kv().valueText()));
            }

            @Override
            public void onProgress(final long revision)
            {
                bookmarks.add(revision);
            }
        }).created());
    }

    private void putAndHear(final TourbillonAsyncClient client, final String round, final List<String> expected)
    {
        for (final String key : List.of("a", "a1", "b", "m" + round, "n"))
        {
            Clients.await(client.put(bytes(key), bytes("yes")));
            Clients.await(client.put(bytes(key), bytes("no")));
            if (!key.equals("b") && !key.equals("n"))
            {
                expected.add(key);
            }
        }
        final long revision = Clients.await(client.get("a")).header().revision();
        Await.until("a bookmark at " + revision, () -> bookmarks.contains(revision));
        assertEquals(expected, heard);
    }

    @Test
    void shouldGoOnWithoutGapOrDuplicateWhenTheNodeComesBack()
    {
        final NodeConfig config = TestConfig.in(directory);
        final List<String> expected = new ArrayList<>();
        final Node first = Node.launch(config);
        assertTrue(first.awaitReady(10_000), () -> "not ready: " + first.fatalMessage());
        try (first; TourbillonAsyncClient client = Clients.connect(config, MediaKind.UDP))
        {
            watch(client);
            putAndHear(client, "0", expected);
            first.close();
            try (Node second = Node.launch(config))
            {
                assertTrue(second.awaitReady(10_000), () -> "not ready: " + second.fatalMessage());
                putAndHear(client, "1", expected);
            }
        }
    }
}
