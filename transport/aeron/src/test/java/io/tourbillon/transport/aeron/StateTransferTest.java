package io.tourbillon.transport.aeron;

import io.tourbillon.transport.client.async.Event;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** Whole nodes whose logs are cut short: who lacks too much is sent the state. */
@Timeout(240)
class StateTransferTest extends TransferNodes
{
    @Test
    void shouldKeepWatchesWhileTheStateIsReplacedTwiceInARow()
    {
        final int leader = leader();
        final int behind = (leader + 1) % MEMBERS;
        final TourbillonAsyncClient writer = connect(leader);
        final TourbillonAsyncClient reader = connect(behind);
        final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
        final List<Long> revisions = new ArrayList<>();
        Clients.await(reader.watch(WatchQuery.prefix("k".getBytes(UTF_8)), events::addAll).created());
        for (int round = 1; round <= 2; round++)
        {
            revisions.addAll(put(writer, 20));
            Await.until("the follower has it", () -> events.size() == revisions.size());
            stuck.add(configs[behind].name());
            revisions.addAll(put(writer, PUTS));
            revisions.addAll(putUntilCut(writer, leader, behind));
            stuck.clear();
            final int expected = round;
            Await.until("the state is installed", () -> counters(behind).snapshotsReceived.getAcquire() == expected);
            revisions.addAll(put(writer, 20));
            Await.until("all events have come: " + revisions.size(), () -> events.size() >= revisions.size());
            assertEquals(revisions, events.stream().map((event) -> event.kv().modRevision()).toList(), "gap, duplicate or disorder");
            assertArrayEquals(value, Clients.await(reader.get("k" + (PUTS - 1))).first().value());
        }
        Clients.await(reader.put("other", "v"));
        assertEquals("v", Clients.await(writer.get("other")).first().valueText());
        closeAllAndCompare();
    }

    @Test
    void shouldBringBackWhoWasAwayAndEndAmidATransfer()
    {
        bringBackWhoWasAwayAndEndsAmidATransfer();
    }
}
