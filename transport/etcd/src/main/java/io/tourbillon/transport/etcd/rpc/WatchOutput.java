package io.tourbillon.transport.etcd.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.tourbillon.transport.etcd.api.ResponseHeader;
import io.tourbillon.transport.etcd.api.WatchResponse;
import io.tourbillon.transport.etcd.api.mvccpb.Event;

import java.util.ArrayDeque;
import java.util.List;

/**
 * The responses of a stream, in order. What the client does not take waits here, not yet serialized, so that the events of many watchers
 * are there once; whoever fills it looks at {@link #isClogged} and fills it no further. Link's thread.
 */
final class WatchOutput
{
    /** Of an event in a response: its tag and its length. */
    private static final int EVENT_OVERHEAD = 6;

    private final ServerCallStreamObserver<WatchResponse> answers;
    private final int fragmentBytesMax;
    private final ArrayDeque<WatchResponse> held = new ArrayDeque<>();

    WatchOutput(final ServerCallStreamObserver<WatchResponse> answers, final int fragmentBytesMax)
    {
        this.answers = answers;
        this.fragmentBytesMax = fragmentBytesMax;
    }

    void send(final WatchResponse response)
    {
        if (held.isEmpty() && answers.isReady())
        {
            answers.onNext(response);
        }
        else
        {
            held.add(response);
        }
    }

    void created(final ResponseHeader header, final long watchId)
    {
        send(WatchResponse.newBuilder().setHeader(header).setWatchId(watchId).setCreated(true).build());
    }

    /** It was never created. */
    void refused(final ResponseHeader header, final String reason)
    {
        send(WatchResponse.newBuilder()
            .setHeader(header).setWatchId(WatchStream.NO_ID).setCreated(true).setCanceled(true).setCancelReason(reason).build());
    }

    void canceled(final ResponseHeader header, final long watchId, final long compactRevision, final String reason)
    {
        send(WatchResponse.newBuilder().setHeader(header).setWatchId(watchId).setCanceled(true).setCompactRevision(compactRevision)
            .setCancelReason(reason).build());
    }

    void progress(final ResponseHeader header, final long watchId)
    {
        send(WatchResponse.newBuilder().setHeader(header).setWatchId(watchId).build());
    }

    /** One response, or fragments of it, one right behind the other. */
    void events(final ResponseHeader header, final StreamWatcher watcher)
    {
        final List<Event> events = watcher.events;
        int from = 0;
        while (from < events.size())
        {
            final int to = watcher.takesFragments ? fragmentEnd(events, from) : events.size();
            final WatchResponse.Builder response = WatchResponse.newBuilder().setHeader(header).setWatchId(watcher.id);
            send(response.addAllEvents(events.subList(from, to)).setFragment(to < events.size()).build());
            from = to;
        }
    }

    private int fragmentEnd(final List<Event> events, final int from)
    {
        int to = from;
        long bytes = 0;
        do
        {
            bytes += events.get(to).getSerializedSize() + EVENT_OVERHEAD;
            to++;
        }
        while (to < events.size() && bytes + events.get(to).getSerializedSize() + EVENT_OVERHEAD <= fragmentBytesMax);
        return to;
    }

    /** Whether the client has not taken all there is. */
    boolean isClogged()
    {
        return !held.isEmpty();
    }

    void drain()
    {
        while (!held.isEmpty() && answers.isReady())
        {
            answers.onNext(held.poll());
        }
    }

    void clear()
    {
        held.clear();
    }
}
