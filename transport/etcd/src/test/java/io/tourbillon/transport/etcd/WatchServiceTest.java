package io.tourbillon.transport.etcd;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.etcd.api.CompactionRequest;
import io.tourbillon.transport.etcd.api.DeleteRangeRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RequestOp;
import io.tourbillon.transport.etcd.api.TxnRequest;
import io.tourbillon.transport.etcd.api.WatchCreateRequest;
import io.tourbillon.transport.etcd.api.WatchRequest;
import io.tourbillon.transport.etcd.api.WatchResponse;
import io.tourbillon.transport.etcd.api.mvccpb.Event;
import io.tourbillon.transport.etcd.api.mvccpb.KeyValue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.tourbillon.transport.etcd.WatchClient.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Watches by gRPC against a whole node: what is asked and what is answered. */
@Timeout(120)
class WatchServiceTest
{
    @TempDir
    private static Path directory;
    private static FrontNode node;
    private static KVGrpc.KVBlockingStub kv;

    @BeforeAll
    static void launch() throws Exception
    {
        node = new FrontNode(directory, config -> config.set(NodeOption.WATCH_PROGRESS_NOTIFY_INTERVAL, "100ms"), config -> {});
        kv = KVGrpc.newBlockingStub(node.channel());
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    @Test
    void shouldAnswerCreationsInTheirOrderWithIdsThatSkipThoseThatAreTaken()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            final long[] wanted = {0, 1, 0, 0, 7, 0};
            for (final long id : wanted)
            {
                watch.create(prefix("ids/").setWatchId(id));
            }
            final long revision = put("ids/a", "1");
            final long[] expected = {0, 1, 2, 3, 7, 4};
            for (final long id : expected)
            {
                final WatchResponse created = nextCreated(watch);
                assertEquals(id, created.getWatchId());
                assertFalse(created.getCanceled());
                assertEquals(node.node().memberId(), created.getHeader().getMemberId());
                assertEquals(node.node().clusterId(), created.getHeader().getClusterId());
                assertTrue(created.getHeader().getRaftTerm() > 0);
                assertTrue(created.getHeader().getRevision() >= revision - 1, "registered at " + created.getHeader());
            }
            watch.create(prefix("ids/").setWatchId(7));
            assertRefused(nextCreated(watch), "mvcc: duplicate watch ID provided on the WatchStream");
        }
    }

    @Test
    void shouldRefuseInEtcdsWordsAndGoOn()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            watch.request(WatchRequest.getDefaultInstance()); // of no known type
            watch.cancel(12);                                 // of nothing
            watch.create(WatchCreateRequest.newBuilder().setKey(copyFromUtf8("b")).setRangeEnd(copyFromUtf8("a")));
            assertRefused(watch.next(), "mvcc: watcher range is empty");
            watch.create(WatchCreateRequest.newBuilder().setKey(copyFromUtf8("b")).setRangeEnd(copyFromUtf8("b")));
            assertRefused(watch.next(), "mvcc: watcher range is empty");
            watch.create(WatchCreateRequest.newBuilder().setKey(copyFromUtf8("b")).setStartRevision(-1));
            assertRefused(watch.next(), "etcdserver: mvcc: required revision has been compacted");
            assertEquals(0, watch.createdBy(prefix("words/")).getWatchId(), "what was refused has taken no id");
        }
    }

    @Test
    void shouldTellPutsWholeAndDeletesByKeyAndRevisionAlone()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            watch.createdBy(prefix("shape/"));
            watch.createdBy(prefix("shape/").setPrevKv(true));
            final long created = put("shape/a", "1");
            put("shape/a", "2");
            final long deleted = delete("shape/a");
            watch.events(6);
            final List<Event> plain = eventsOf(watch, 0);
            final KeyValue second = KeyValue.newBuilder().setKey(copyFromUtf8("shape/a")).setValue(copyFromUtf8("2"))
                .setCreateRevision(created).setModRevision(created + 1).setVersion(2).build();
            assertEquals(Event.newBuilder().setKv(second).build(), plain.get(1));
            assertEquals(Event.newBuilder().setType(Event.EventType.DELETE)
                .setKv(KeyValue.newBuilder().setKey(copyFromUtf8("shape/a")).setModRevision(deleted)).build(), plain.get(2));
            final List<Event> withPrev = eventsOf(watch, 1);
            assertFalse(withPrev.get(0).hasPrevKv());
            assertEquals("1", withPrev.get(1).getPrevKv().getValue().toStringUtf8());
            assertEquals(second, withPrev.get(2).getPrevKv());
            watch.all().stream().filter(response -> response.getEventsCount() > 0).forEach(response ->
                assertEquals(response.getHeader().getRevision(), response.getEvents(0).getKv().getModRevision()));
        }
    }

    @Test
    void shouldFilterAndSayNothingOfWhatIsFilteredWhole()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            watch.createdBy(prefix("filter/").addFilters(WatchCreateRequest.FilterType.NOPUT));
            watch.createdBy(prefix("filter/").addFilters(WatchCreateRequest.FilterType.NODELETE));
            put("filter/a", "1");
            delete("filter/a");
            watch.events(2);
            assertEquals(Event.EventType.DELETE, eventsOf(watch, 0).get(0).getType());
            assertEquals(Event.EventType.PUT, eventsOf(watch, 1).get(0).getType());
            assertEquals(4, watch.all().size());
        }
    }

    @Test
    void shouldTellAllOfOneRevisionInOneResponseInItsOrder()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            watch.createdBy(prefix("txn/"));
            watch.createdBy(WatchCreateRequest.newBuilder().setKey(ByteString.EMPTY).setRangeEnd(ByteString.copyFrom(new byte[1])));
            final TxnRequest.Builder txn = TxnRequest.newBuilder();
            for (int i = 0; i < 100; i++)
            {
                txn.addSuccess(RequestOp.newBuilder().setRequestPut(
                    PutRequest.newBuilder().setKey(copyFromUtf8("txn/" + (200 - i))).setValue(ByteString.copyFrom(new byte[3_000]))));
            }
            final long revision = kv.txn(txn.build()).getHeader().getRevision();
            watch.events(200);
            for (int i = 0; i < 2; i++)
            {
                final WatchResponse response = watch.next();
                assertEquals(100, response.getEventsCount());
                assertEquals(revision, response.getHeader().getRevision());
                assertEquals("txn/200", response.getEvents(0).getKv().getKey().toStringUtf8());
                assertEquals("txn/101", response.getEvents(99).getKv().getKey().toStringUtf8());
            }
        }
    }

    @Test
    void shouldStaySilentUntilAFutureRevision()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            final long now = put("future/a", "0");
            watch.createdBy(prefix("future/").setStartRevision(now + 3));
            for (int i = 1; i <= 4; i++)
            {
                put("future/a", "" + i);
            }
            assertEquals(List.of("3", "4"), values(watch.events(2)));
        }
    }

    @Test
    void shouldTellOfACompactionAfterTheCreationAndBeginAtTheCompactedRevisionItself()
    {
        put("compact/a", "1");
        put("compact/a", "2");
        final long deleted = delete("compact/a");
        final long last = put("compact/a", "3");
        kv.compact(CompactionRequest.newBuilder().setRevision(deleted).setPhysical(true).build());
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            final WatchResponse created = watch.createdBy(prefix("compact/").setStartRevision(deleted - 1));
            assertFalse(created.getCanceled());
            final WatchResponse canceled = watch.next();
            assertTrue(canceled.getCanceled());
            assertFalse(canceled.getCreated());
            assertEquals(created.getWatchId(), canceled.getWatchId());
            assertEquals(deleted, canceled.getCompactRevision());
            assertEquals("", canceled.getCancelReason());
            watch.createdBy(prefix("compact/").setStartRevision(deleted));
            final List<Event> events = watch.events(2);
            assertEquals(deleted, events.get(0).getKv().getModRevision());
            assertEquals(Event.EventType.DELETE, events.get(0).getType());
            assertEquals(last, events.get(1).getKv().getModRevision());
        }
    }

    @Test
    void shouldTellNothingOfAWatcherAfterItsCancelIsAnswered()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            watch.createdBy(prefix("cancel/"));
            watch.createdBy(prefix("cancel/"));
            put("cancel/a", "1");
            watch.events(2);
            watch.next();
            watch.next();
            watch.cancel(0);
            final WatchResponse canceled = watch.next();
            assertTrue(canceled.getCanceled());
            assertEquals(0, canceled.getWatchId());
            assertEquals("", canceled.getCancelReason());
            assertEquals(0, canceled.getCompactRevision());
            put("cancel/a", "2");
            assertEquals(1, watch.next().getWatchId());
            assertEquals(2, watch.createdBy(prefix("cancel/")).getWatchId(), "ids are not given twice");
            assertEquals(5, watch.createdBy(prefix("cancel/").setWatchId(5)).getWatchId());
            put("cancel/a", "3");
            watch.events(6);
            assertEquals(1, eventsOf(watch, 0).size());
        }
    }

    @Test
    void shouldAnswerARequestForProgressBehindAllItsEvents()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            watch.askProgress();
            assertEquals(-1, watch.next().getWatchId());
            final long first = put("progress/a", "0");
            watch.createdBy(prefix("progress/").setStartRevision(first));
            for (int i = 1; i < 500; i++)
            {
                put("progress/a", "" + i);
            }
            watch.askProgress();
            final long now = first + 499;
            WatchResponse response = watch.next();
            int eventCount = 0;
            while (response.getEventsCount() > 0)
            {
                eventCount += response.getEventsCount();
                response = watch.next();
            }
            assertEquals(500, eventCount);
            assertEquals(-1, response.getWatchId());
            assertTrue(response.getHeader().getRevision() >= now);
        }
    }

    @Test
    void shouldAnswerARequestForProgressLaterIfAWatcherWaitsForTheFuture()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            final long now = put("later/a", "0");
            watch.createdBy(prefix("later/").setStartRevision(now + 3));
            watch.askProgress();
            put("later/a", "1");
            put("later/a", "2");
            put("later/a", "3");
            WatchResponse response = watch.next();
            while (response.getWatchId() != -1)
            {
                response = watch.next();
            }
            assertTrue(response.getHeader().getRevision() >= now + 2, () -> "no earlier than it is true: " + watch.all());
        }
    }

    @Test
    void shouldTellNowAndThenHowFarAWatcherIsThatAskedForIt()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            watch.createdBy(prefix("notify/"));
            watch.createdBy(prefix("notify/").setProgressNotify(true));
            final long revision = put("elsewhere", "1");
            WatchResponse response = watch.next();
            while (response.getHeader().getRevision() < revision)
            {
                response = watch.next();
            }
            watch.all().stream().filter(each -> !each.getCreated()).forEach(each ->
            {
                assertEquals(1, each.getWatchId());
                assertEquals(0, each.getEventsCount());
            });
        }
    }

    @Test
    void shouldGoOnAfterTheClientsHalfCloseAndEndWithItsCancel()
    {
        final WatchClient watch = WatchClient.open(node.channel());
        watch.createdBy(prefix("half/"));
        watch.halfClose();
        put("half/a", "1");
        put("half/a", "2");
        assertEquals(List.of("1", "2"), values(watch.events(2)));
        assertNull(watch.status());
        watch.close();
        Await.until("the end", () -> watch.status() != null);
        assertEquals(Status.Code.CANCELLED, watch.status().getCode());
    }

    @Test
    void shouldTellAHundredWatchersOfOneStreamEachEvent()
    {
        try (WatchClient watch = WatchClient.open(node.channel()))
        {
            for (int i = 0; i < 100; i++)
            {
                watch.create(prefix("many/"));
            }
            for (int i = 0; i < 100; i++)
            {
                assertEquals(i, watch.next().getWatchId());
            }
            for (int i = 0; i < 50; i++)
            {
                put("many/" + i, "value" + i);
            }
            watch.events(5_000);
            final List<Event> first = eventsOf(watch, 0);
            assertEquals(50, first.size());
            for (int i = 1; i < 100; i++)
            {
                assertEquals(first, eventsOf(watch, i));
            }
        }
    }

    private static WatchResponse nextCreated(final WatchClient watch)
    {
        WatchResponse response = watch.next();
        while (!response.getCreated())
        {
            response = watch.next();
        }
        return response;
    }

    private static void assertRefused(final WatchResponse response, final String reason)
    {
        assertTrue(response.getCreated());
        assertTrue(response.getCanceled());
        assertEquals(-1, response.getWatchId());
        assertEquals(reason, response.getCancelReason());
        assertTrue(response.hasHeader());
    }

    private static List<Event> eventsOf(final WatchClient watch, final long watchId)
    {
        return watch.all().stream().filter(response -> response.getWatchId() == watchId)
            .flatMap(response -> response.getEventsList().stream()).collect(Collectors.toList());
    }

    private static List<String> values(final List<Event> events)
    {
        return events.stream().map(event -> event.getKv().getValue().toStringUtf8()).collect(Collectors.toList());
    }

    private static long put(final String key, final String value)
    {
        return kv.put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).setValue(copyFromUtf8(value)).build()).getHeader().getRevision();
    }

    private static long delete(final String key)
    {
        return kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(copyFromUtf8(key)).build()).getHeader().getRevision();
    }
}
