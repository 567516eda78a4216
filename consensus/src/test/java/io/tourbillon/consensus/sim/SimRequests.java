package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.client.CompactRequestEncoder;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.WatchCancelEncoder;
import io.tourbillon.codecs.client.WatchCreateEncoder;
import io.tourbillon.codecs.client.WatchProgressRequestEncoder;
import io.tourbillon.consensus.history.WatchHistory.Wish;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

import static java.nio.charset.StandardCharsets.UTF_8;

/** What clients ask of watches, leases and compaction, as the wire has it. */
final class SimRequests
{
    private SimRequests()
    {
    }

    private static UnsafeBuffer room()
    {
        return new UnsafeBuffer(new byte[256]);
    }

    private static byte[] cut(final UnsafeBuffer buffer, final int limit)
    {
        return Arrays.copyOf(buffer.byteArray(), limit);
    }

    static byte[] watch(final Wish wish, final long watchId, final long startRevision, final long correlationId)
    {
        final UnsafeBuffer buffer = room();
        final WatchCreateEncoder watch = new WatchCreateEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        Messages.header(watch.request(), correlationId);
        watch.watchId(watchId).startRevision(startRevision).flags().clear()
            .prevKv(wish.wantsPrevious()).noPut(wish.hasNoPut()).noDelete(wish.hasNoDelete()).fragment(true);
        final byte[] key = wish.key().getBytes(UTF_8);
        final byte[] end = wish.end().getBytes(UTF_8);
        watch.putKey(key, 0, key.length).putRangeEnd(end, 0, end.length);
        return cut(buffer, watch.limit());
    }

    static byte[] cancel(final long watchId, final long correlationId)
    {
        final UnsafeBuffer buffer = room();
        final WatchCancelEncoder cancel = new WatchCancelEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        Messages.header(cancel.request(), correlationId);
        cancel.watchId(watchId);
        return cut(buffer, cancel.limit());
    }

    static byte[] progress(final long correlationId)
    {
        final UnsafeBuffer buffer = room();
        final WatchProgressRequestEncoder progress =
            new WatchProgressRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        Messages.header(progress.request(), correlationId);
        return cut(buffer, progress.limit());
    }

    static byte[] compact(final long revision)
    {
        final UnsafeBuffer buffer = room();
        final CompactRequestEncoder compact = new CompactRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        Messages.header(compact.request(), 1);
        compact.revision(revision).flags().clear();
        return cut(buffer, compact.limit());
    }

    static byte[] lease(final LeaseOperation operation, final long leaseId, final long ttlMs, final long correlationId)
    {
        final UnsafeBuffer buffer = room();
        final LeaseRequestEncoder lease = new LeaseRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        Messages.header(lease.request(), correlationId);
        lease.leaseId(leaseId).ttlMs(ttlMs).operation(operation).keys((short)0);
        return cut(buffer, lease.limit());
    }
}
