package io.tourbillon.transport.etcd;

import com.google.protobuf.ByteString;
import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.etcd.api.DeleteRangeRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.PutResponse;
import io.tourbillon.transport.etcd.api.WatchResponse;
import io.tourbillon.transport.etcd.api.mvccpb.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static io.tourbillon.transport.etcd.WatchClient.prefix;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Watches by gRPC against a whole node: much at once, clients that do not read, a node that goes away. */
@Timeout(240)
class WatchFlowTest
{
    private static final int PUTS_AHEAD = 128;

    @TempDir
    private Path directory;
    private FrontNode node;
    private KVGrpc.KVBlockingStub kv;
    private KVGrpc.KVFutureStub pipeline;

    @BeforeEach
    void launch() throws Exception
    {
        node = new FrontNode(directory);
        kv = KVGrpc.newBlockingStub(node.channel());
        pipeline = KVGrpc.newFutureStub(node.channel());
    }

    @AfterEach
    void close()
    {
        node.close();
    }

    @Test
    void shouldHandOverFromHistoryToLiveWithoutGapOrDuplicate() throws Exception
    {
        final int count = 20_000;
        final long first = putMany("handover/", 0, 1, 10);
        final Thread writer = new Thread(() -> putMany("handover/", 1, count - 1, 10));
        writer.start();
        final List<WatchClient> watches = new ArrayList<>();
        for (int i = 0; i < 5; i++)
        {
            final WatchClient watch = WatchClient.open(node.channel());
            watch.createdBy(prefix("handover/").setStartRevision(first));
            watches.add(watch);
        }
        writer.join();
        for (final WatchClient watch : watches)
        {
            assertRevisions(first, watch.events(count));
            watch.close();
        }
    }

    @Test
    void shouldHoldBackAtTheNodeWhatASlowClientDoesNotTakeAndDisturbNobody()
    {
        final int count = 6_000;
        final int length = 16_000;
        final int watcherCount = 10;
        final WatchClient slow = WatchClient.open(node.channel(), watcherCount, WatchFlowTest::withoutValues);
        for (int i = 0; i < watcherCount; i++)
        {
            slow.createdBy(prefix("slow/"));
        }
        final WatchClient live = WatchClient.open(node.channel());
        live.createdBy(prefix("live/"));
        final long before = usedHeap();
        final long first = putMany("slow/", 0, count, length);
        putMany("live/", 0, 1, 10);
        live.events(1);
        final long held = usedHeap() - before;
        assertTrue(held < 24 << 20, () -> "of " + (long)count * length + " bytes of events " + held + " are held");
        assertEquals(watcherCount, slow.all().size());
        live.close();
        slow.read(Integer.MAX_VALUE);
        slow.events(count * watcherCount);
        for (int i = 0; i < watcherCount; i++)
        {
            final List<Event> events = eventsOf(slow.all(), i);
            assertEquals(count, events.size());
            assertRevisions(first, events);
        }
        slow.close();
    }

    /** So that many can be kept. */
    private static WatchResponse withoutValues(final WatchResponse response)
    {
        final WatchResponse.Builder stripped = response.toBuilder();
        stripped.getEventsBuilderList().forEach(event -> event.getKvBuilder().clearValue());
        return stripped.build();
    }

    @Test
    void shouldSplitAResponseForWhoTakesFragmentsAlone() throws Exception
    {
        putMany("fragment/", 0, 500, 10_000);
        final WatchClient watch = WatchClient.open(node.channel());
        watch.createdBy(prefix("fragment/").setPrevKv(true).setFragment(true));
        watch.createdBy(prefix("fragment/").setPrevKv(true));
        watch.createdBy(prefix("fragment/").setPrevKv(true).setFragment(true));
        final long deleted = deleteAll("fragment/");
        watch.events(1_500);
        final List<WatchResponse> responses = watch.all().subList(3, watch.all().size());
        final List<Long> order = responses.stream().map(WatchResponse::getWatchId).distinct().collect(Collectors.toList());
        assertEquals(3, order.size());
        int index = 0;
        for (final long watchId : order)
        {
            int eventCount = 0;
            int responseCount = 0;
            boolean isMore = true;
            while (isMore)
            {
                final WatchResponse response = responses.get(index++);
                assertEquals(watchId, response.getWatchId(), "nothing comes between fragments");
                assertEquals(deleted, response.getHeader().getRevision());
                eventCount += response.getEventsCount();
                responseCount++;
                isMore = response.getFragment();
                assertTrue(watchId == 1 || response.getSerializedSize() <= 2 << 20, "longer than it may be");
            }
            assertEquals(500, eventCount);
            assertEquals(watchId == 1 ? 1 : 3, responseCount);
        }
        assertEquals(responses.size(), index);
        watch.close();
    }

    @Test
    void shouldServeMoreStreamsThanAConnectionOfTheNodeHasSessions()
    {
        final List<WatchClient> watches = new ArrayList<>();
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 1_300; i++)
            {
                final WatchClient watch = WatchClient.open(node.channel());
                watch.create(prefix("streams/"));
                watches.add(watch);
            }
            watches.forEach(watch -> assertTrue(watch.next().getCreated()));
            putMany("streams/", round, 1, 10);
            watches.forEach(watch -> watch.events(1));
            watches.forEach(WatchClient::close);
            watches.clear();
        }
    }

    @Test
    void shouldGoOnWhereItWasWhenTheNodeComesBack() throws Exception
    {
        final WatchClient watch = WatchClient.open(node.channel());
        final long first = putMany("back/", 0, 1_000, 100);
        watch.createdBy(prefix("back/").setStartRevision(first + 1_000));
        watch.createdBy(prefix("back/").setStartRevision(first));
        watch.events(1_000);
        node.restartNode();
        Await.until("a put", () -> isPut("back/again"));
        putMany("back/", 1_000, 1_000, 100);
        watch.askProgress();
        Await.until("progress", () -> watch.all().stream().anyMatch(response -> response.getWatchId() == -1));
        final List<WatchResponse> responses = watch.all();
        assertEquals(2, responses.stream().filter(WatchResponse::getCreated).count(), "a watch that stands again is not created again");
        final List<Event> all = eventsOf(responses, 1);
        assertRevisions(first, all);
        assertTrue(all.size() >= 2_001);
        assertEquals(all.subList(1_000, all.size()), eventsOf(responses, 0));
        assertTrue(responses.get(responses.size() - 1).getHeader().getRevision() >= all.get(all.size() - 1).getKv().getModRevision());
        watch.close();
    }

    @Test
    void shouldTellARevisionThatWasCutOffOnceAndWhole() throws Exception
    {
        final int count = 20_000;
        putMany("cut/", 0, count, 100);
        final WatchClient watch = WatchClient.open(node.channel(), 2, WatchFlowTest::withoutValues);
        watch.createdBy(prefix("cut/").setPrevKv(true));
        watch.createdBy(prefix("cut/"));
        final long clogging = putMany("cut/clog", 0, 300, 20_000); // more than is under way to who does not read
        final long deleted = deleteAll("cut/");
        node.restartNode();
        Await.until("a put", () -> isPut("back/again"));
        watch.read(Integer.MAX_VALUE);
        watch.events(2 * (count + 600));
        for (int watchId = 0; watchId < 2; watchId++)
        {
            final int id = watchId;
            final List<WatchResponse> responses = watch.all().stream()
                .filter(response -> response.getWatchId() == id && response.getEventsCount() > 0).collect(Collectors.toList());
            final List<Event> puts = eventsOf(responses, id).subList(0, 300);
            assertRevisions(clogging, puts);
            final List<Event> deletes = eventsOf(responses, id).subList(300, eventsOf(responses, id).size());
            assertEquals(count + 300, deletes.size());
            assertEquals(count + 300, deletes.stream().map(event -> event.getKv().getKey()).distinct().count());
            assertTrue(deletes.stream().allMatch(event -> event.getKv().getModRevision() == deleted));
            assertFalse(responses.stream().anyMatch(response -> response.getEventsList().stream()
                .anyMatch(event -> event.getKv().getModRevision() == deleted) && response.getEventsCount() < count + 300), "apart");
        }
        watch.close();
    }

    /** Puts keys of their own, many at a time. The first one's revision. */
    private long putMany(final String prefix, final int from, final int count, final int length)
    {
        final ByteString value = ByteString.copyFrom(new byte[length]);
        final List<Future<PutResponse>> puts = new ArrayList<>();
        long first = 0;
        try
        {
            for (int i = 0; i < count; i++)
            {
                puts.add(pipeline.put(PutRequest.newBuilder().setKey(copyFromUtf8(prefix + (from + i))).setValue(value).build()));
                if (puts.size() == PUTS_AHEAD || i == count - 1)
                {
                    for (final Future<PutResponse> put : puts)
                    {
                        final long revision = put.get(60, TimeUnit.SECONDS).getHeader().getRevision();
                        first = first == 0 ? revision : Math.min(first, revision);
                    }
                    puts.clear();
                }
            }
        }
        catch (final Exception ex)
        {
            throw new AssertionError("a put failed", ex);
        }
        return first;
    }

    private boolean isPut(final String key)
    {
        try
        {
            kv.put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).build());
            return true;
        }
        catch (final io.grpc.StatusRuntimeException ex)
        {
            return false;
        }
    }

    private long deleteAll(final String prefix)
    {
        return kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(copyFromUtf8(prefix))
            .setRangeEnd(prefix(prefix).getRangeEnd()).build()).getHeader().getRevision();
    }

    private static List<Event> eventsOf(final List<WatchResponse> responses, final long watchId)
    {
        return responses.stream().filter(response -> response.getWatchId() == watchId)
            .flatMap(response -> response.getEventsList().stream()).collect(Collectors.toList());
    }

    private static void assertRevisions(final long first, final List<Event> events)
    {
        for (int i = 0; i < events.size(); i++)
        {
            assertEquals(first + i, events.get(i).getKv().getModRevision());
        }
    }

    private static long usedHeap()
    {
        System.gc();
        final Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
