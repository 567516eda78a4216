package io.tourbillon.tools.ctl;

import io.tourbillon.tools.ctl.output.Header;
import io.tourbillon.tools.ctl.output.KeyValue;
import io.tourbillon.tools.ctl.output.WatchBatch;
import io.tourbillon.transport.client.WatchEvent;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;

import java.util.ArrayList;
import java.util.List;

/** The watches of a session and the events of the message now being read, which are handed over at its end, by watch. */
final class WatchTable
{
    private static final byte[] NONE = {};

    private final Long2ObjectHashMap<WatchSink> sinks = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<List<WatchBatch.Event>> pending = new Long2ObjectHashMap<>();

    void add(final long watchId, final WatchSink sink)
    {
        sinks.put(watchId, sink);
        pending.put(watchId, new ArrayList<>());
    }

    boolean isEmpty()
    {
        return sinks.isEmpty();
    }

    void onEvent(final long watchId, final WatchEvent event)
    {
        final byte[] key = copy(event.key());
        final KeyValue kv = new KeyValue(
            key, copy(event.value()), event.createRevision(), event.modRevision(), event.version(), event.lease());
        final KeyValue prevKv = event.hasPrevKv() ? new KeyValue(
            key, copy(event.prevValue()), event.prevCreateRevision(), event.prevModRevision(), event.prevVersion(), event.prevLease()) :
            null;
        pending.get(watchId).add(new WatchBatch.Event(event.isDelete(), kv, prevKv));
    }

    private static byte[] copy(final DirectBuffer buffer)
    {
        if (buffer.capacity() == 0)
        {
            return NONE;
        }
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    void deliver(final Header header)
    {
        pending.forEach((watchId, events) ->
        {
            if (!events.isEmpty())
            {
                sinks.get(watchId).onBatch(new WatchBatch(header, List.copyOf(events)));
                events.clear();
            }
        });
    }

    void onProgress(final long watchId, final long revision)
    {
        final WatchSink sink = watchId < 0 && !sinks.isEmpty() ? sinks.values().iterator().next() : sinks.get(watchId);
        if (sink != null)
        {
            sink.onProgress(revision);
        }
    }

    void onCanceled(final long watchId, final String reason)
    {
        final WatchSink sink = sinks.remove(watchId);
        pending.remove(watchId);
        if (sink != null)
        {
            sink.onCanceled(reason);
        }
    }
}
