package io.tourbillon.transport.etcd;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.tourbillon.transport.aeron.Await;
import io.tourbillon.transport.etcd.api.CompactionRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.api.RangeStreamResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Ranges that are answered page by page, against a whole node. */
@Timeout(180)
class RangeStreamTest
{
    @TempDir
    private static Path directory;
    private static FrontNode node;
    private static KVGrpc.KVBlockingStub kv;

    @BeforeAll
    static void launch() throws Exception
    {
        node = new FrontNode(directory);
        kv = KVGrpc.newBlockingStub(node.channel()).withMaxInboundMessageSize(Integer.MAX_VALUE);
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    @Test
    void shouldBeTheRangeCutInPieces()
    {
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 3_000; i++)
        {
            put("merge/" + i, i % 500 == 499 ? 1_400_000 : random.nextInt(100));
        }
        final RangeRequest.Builder all = prefix("merge/");
        final List<RangeResponse> pages = pages(all.build());
        assertTrue(pages.size() > 10, () -> pages.size() + " pages");
        pages.subList(0, pages.size() - 1).forEach(page ->
        {
            assertFalse(page.hasHeader());
            assertFalse(page.getMore());
            assertEquals(0, page.getCount());
            assertTrue(page.getSerializedSize() < 8 << 20, () -> "a page of " + page.getSerializedSize() + " bytes");
        });
        assertMerged(all);
        assertMerged(all.setLimit(10));
        assertMerged(all.setLimit(777));
        assertMerged(all.setLimit(3_000));
        assertMerged(all.setLimit(0).setKeysOnly(true));
        assertMerged(all.setKeysOnly(false).setSerializable(true));
        assertMerged(all.setRevision(1_500));
        assertMerged(all.setSortOrder(RangeRequest.SortOrder.ASCEND));
        assertMerged(RangeRequest.newBuilder().setKey(copyFromUtf8("merge/7")));
        assertMerged(RangeRequest.newBuilder().setKey(copyFromUtf8("merge/none")));
        assertMerged(RangeRequest.newBuilder().setKey(copyFromUtf8("merge/9")).setRangeEnd(ByteString.copyFrom(new byte[1])));
        assertEquals(1, pages(prefix("merge/").setCountOnly(true).build()).size());
        assertMerged(prefix("merge/").setCountOnly(true));
    }

    @Test
    void shouldGoOnBehindTheLongestKeys()
    {
        final byte[] key = new byte[8_192];
        key[0] = '~';
        for (int i = 0; i < 40; i++)
        {
            key[8_191] = (byte)(i < 20 ? i : 255 - i);
            key[8_190] = (byte)(i < 20 ? 255 : 7);
            kv.put(PutRequest.newBuilder().setKey(ByteString.copyFrom(key)).build());
        }
        key[8_191] = -1;
        key[8_190] = -1;
        kv.put(PutRequest.newBuilder().setKey(ByteString.copyFrom(key)).build());
        kv.put(PutRequest.newBuilder().setKey(copyFromUtf8("~~")).build());
        assertMerged(prefix("~"));
    }

    @Test
    void shouldStayAtItsRevisionAndHoldNoMoreThanAPageForASlowReader()
    {
        for (int i = 0; i < 100; i++)
        {
            put("slow/" + (100 + i), 1_000_000);
        }
        final long before = usedHeap();
        final SlowReader reader = new SlowReader(prefix("slow/").build());
        reader.read(1);
        Await.until("a page", () -> reader.pages.count() == 1);
        for (int i = 0; i < 100; i += 2)
        {
            put("slow/" + (100 + i), 10);
            put("slow/" + (100 + i) + "/new", 10);
        }
        final long held = usedHeap() - before - reader.pages.get(0).getSerializedSize();
        assertTrue(held < 32 << 20, () -> "of a hundred megabytes " + held + " bytes are held");
        reader.read(Integer.MAX_VALUE);
        Await.until("the end", reader.pages::isEnded);
        assertEquals(Status.Code.OK, reader.pages.status().getCode());
        final RangeResponse merged = merge(reader.pages.all());
        assertEquals(100, merged.getKvsCount());
        assertEquals(100, merged.getCount());
        merged.getKvsList().forEach(each -> assertEquals(1_000_000, each.getValue().size()));
    }

    @Test
    void shouldEndInAnErrorIfItsRevisionIsCompactedMeanwhile()
    {
        long revision = 0;
        for (int i = 0; i < 60; i++)
        {
            revision = put("zcompact/" + (100 + i), 1_000_000);
        }
        final SlowReader reader = new SlowReader(prefix("zcompact/").build());
        reader.read(1);
        Await.until("a page", () -> reader.pages.count() == 1);
        put("zcompact/100", 1);
        kv.compact(CompactionRequest.newBuilder().setRevision(revision + 1).setPhysical(true).build());
        reader.read(Integer.MAX_VALUE);
        Await.until("the end", reader.pages::isEnded);
        assertEquals(Status.Code.OUT_OF_RANGE, reader.pages.status().getCode());
        assertEquals("etcdserver: mvcc: required revision has been compacted", reader.pages.status().getDescription());
        assertTrue(reader.pages.all().stream().noneMatch(page -> page.getRangeResponse().hasHeader()), "not as if it were whole");
    }

    @Test
    void shouldRefuseWhatCannotBeAnsweredInKeyOrder()
    {
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: key is not provided", RangeRequest.newBuilder());
        assertRefused(Status.Code.INVALID_ARGUMENT, "etcdserver: invalid sort option", prefix("a").setSortOrderValue(9));
        assertRefused(Status.Code.UNIMPLEMENTED, "RangeStream does not support custom sort orders",
            prefix("a").setSortOrder(RangeRequest.SortOrder.DESCEND).setMinModRevision(1));
        assertRefused(Status.Code.UNIMPLEMENTED, "RangeStream does not support custom sort orders",
            prefix("a").setSortOrder(RangeRequest.SortOrder.ASCEND).setSortTarget(RangeRequest.SortTarget.MOD));
        assertRefused(Status.Code.UNIMPLEMENTED, "RangeStream does not support revision filters", prefix("a").setMaxCreateRevision(1));
        assertRefused(Status.Code.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision",
            prefix("a").setRevision(1_000_000));
    }

    private static void assertRefused(final Status.Code code, final String text, final RangeRequest.Builder request)
    {
        final Status status = assertThrows(StatusRuntimeException.class, () -> pages(request.build())).getStatus();
        assertEquals(code, status.getCode());
        assertEquals(text, status.getDescription());
    }

    private static void assertMerged(final RangeRequest.Builder request)
    {
        assertEquals(kv.range(request.build()), merge(stream(request.build())));
    }

    private static List<RangeStreamResponse> stream(final RangeRequest request)
    {
        final List<RangeStreamResponse> responses = new ArrayList<>();
        kv.rangeStream(request).forEachRemaining(responses::add);
        return responses;
    }

    private static List<RangeResponse> pages(final RangeRequest request)
    {
        return stream(request).stream().map(RangeStreamResponse::getRangeResponse).toList();
    }

    private static RangeResponse merge(final List<RangeStreamResponse> pages)
    {
        final RangeResponse.Builder merged = RangeResponse.newBuilder();
        pages.forEach(page -> merged.mergeFrom(page.getRangeResponse()));
        return merged.build();
    }

    private static RangeRequest.Builder prefix(final String prefix)
    {
        return RangeRequest.newBuilder().setKey(copyFromUtf8(prefix)).setRangeEnd(WatchClient.prefix(prefix).getRangeEnd());
    }

    private static long put(final String key, final int length)
    {
        return kv.put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).setValue(ByteString.copyFrom(new byte[length])).build())
            .getHeader().getRevision();
    }

    private static long usedHeap()
    {
        System.gc();
        final Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** Reads as many pages as it is told to. */
    private static final class SlowReader implements ClientResponseObserver<RangeRequest, RangeStreamResponse>
    {
        private final StreamRecorder<RangeStreamResponse> pages = new StreamRecorder<>();
        private ClientCallStreamObserver<RangeRequest> call;

        private SlowReader(final RangeRequest request)
        {
            KVGrpc.newStub(node.channel()).withMaxInboundMessageSize(Integer.MAX_VALUE).rangeStream(request, this);
        }

        private void read(final int count)
        {
            call.request(count);
        }

        @Override
        public void beforeStart(final ClientCallStreamObserver<RangeRequest> stream)
        {
            call = stream;
            stream.disableAutoRequestWithInitial(0);
        }

        @Override
        public void onNext(final RangeStreamResponse page)
        {
            pages.onNext(page);
        }

        @Override
        public void onError(final Throwable cause)
        {
            pages.onError(cause);
        }

        @Override
        public void onCompleted()
        {
            pages.onCompleted();
        }
    }
}
