package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.RegistrationException;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.WatchCanceledDecoder;
import io.tourbillon.codecs.client.WatchCreatedDecoder;
import io.tourbillon.codecs.client.WatchProgressDecoder;
import io.tourbillon.codecs.client.WatchRangesCreateEncoder;
import io.tourbillon.mvcc.Egress;
import io.tourbillon.mvcc.Mvcc;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The member's broadcasts. To the state machine each is a session with one watch of its prefixes, whose stream is a publication: so the
 * fan-out feeds it, and it catches up from history, like any other. Session ids below 0 are theirs, all others the clients'. Apply thread,
 * but for {@link #open}.
 */
final class Broadcasts implements Egress
{
    private static final long HEARTBEAT_MS = 100;
    private static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);
    private static final byte[] NO_BYTES = {};

    private final Egress clients;
    private final NodeEvents events;
    private final List<BroadcastStream> streams = new ArrayList<>();
    private final ExpandableArrayBuffer request = new ExpandableArrayBuffer();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final WatchCreatedDecoder created = new WatchCreatedDecoder();
    private final WatchProgressDecoder progress = new WatchProgressDecoder();
    private Aeron aeron;

    Broadcasts(final Egress clients, final NodeEvents events)
    {
        this.clients = clients;
        this.events = events;
    }

    /** Makes the publications. Blocks; before the agents start. */
    void open(final Aeron ofNode, final NodeConfig config, final Identity identity)
    {
        aeron = ofNode;
        for (final BroadcastPlan plan : config.broadcasts())
        {
            try
            {
                streams.add(new BroadcastStream(plan, aeron.addExclusivePublication(plan.channel(), plan.streamId()),
                    identity.clusterId(), identity.memberId(), identity.starts()));
            }
            catch (final RegistrationException | IllegalArgumentException ex)
            {
                throw new NodeException("cannot broadcast " + plan.name() + " on " + plan.channel() + ": " + ex.getMessage(), ex);
            }
        }
    }

    /** Lets those begin to watch that do not yet, or not any more; first of all they need a publication. */
    int doWork(final Mvcc mvcc, final long nowNs)
    {
        int workCount = 0;
        for (int i = 0; i < streams.size(); i++)
        {
            final BroadcastStream stream = streams.get(i);
            final boolean isDue = stream.retryNs() == 0 || nowNs - stream.retryNs() >= 0;
            if (stream.isGone())
            {
                workCount += isDue ? replacePublication(stream, nowNs) : 0;
            }
            else if (!stream.isWatching() && isDue)
            {
                stream.retryNs(nowNs + RETRY_NS);
                stream.isWatching(true); // unless it is refused, which is said at once
                final int length = encodeWatch(stream.plan(), sessionId(i));
                mvcc.onRead(sessionId(i), Mvcc.NODE_ITSELF, request, 0, length);
                workCount++;
            }
        }
        return workCount;
    }

    private int replacePublication(final BroadcastStream stream, final long nowNs)
    {
        try
        {
            if (stream.replacePublication(aeron))
            {
                stream.retryNs(nowNs);
                events.onWarning("broadcast " + stream.plan().name() + ": its publication was at its end, another one has taken its place");
            }
        }
        catch (final AeronException ex)
        {
            stream.retryNs(nowNs + RETRY_NS);
            events.onWarning("broadcast " + stream.plan().name() + ": nothing is published: " + ex.getMessage());
        }
        return 1;
    }

    private static long sessionId(final int index)
    {
        return -1 - index;
    }

    private int encodeWatch(final BroadcastPlan plan, final long sessionId)
    {
        final WatchRangesCreateEncoder watch = new WatchRangesCreateEncoder().wrapAndApplyHeader(request, 0, new MessageHeaderEncoder());
        watch.request().sessionId(sessionId).correlationId(0).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
        watch.watchId(0).startRevision(0).minVersion(0).bookmarkIntervalMs(HEARTBEAT_MS).flags().clear();
        watch.extras().clear().bookmark(true);
        final WatchRangesCreateEncoder.RangesEncoder ranges = watch.rangesCount(plan.prefixes().size());
        for (final byte[][] range : plan.ranges())
        {
            ranges.next().putKey(range[0], 0, range[0].length).putRangeEnd(range[1], 0, range[1].length);
        }
        watch.putValuePrefix(NO_BYTES, 0, 0);
        return watch.limit();
    }

    @Override
    public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        if (sessionId >= 0)
        {
            return clients.reply(sessionId, buffer, offset, length);
        }
        final BroadcastStream stream = streams.get((int)(-1 - sessionId));
        switch (header.wrap(buffer, offset).templateId())
        {
            case WatchProgressDecoder.TEMPLATE_ID ->
                stream.heartbeat(progress.wrapAndApplyHeader(buffer, offset, header).reply().revision());
            case WatchCreatedDecoder.TEMPLATE_ID ->
                stream.began(created.wrapAndApplyHeader(buffer, offset, header).reply().revision());
            case WatchCanceledDecoder.TEMPLATE_ID -> stream.isWatching(false); // what it needed was compacted, or it was refused
            default ->
            {
            }
        }
        return SENT;
    }

    @Override
    public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        return clients.scanPart(sessionId, buffer, offset, length);
    }

    @Override
    public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        return sessionId >= 0 ? clients.event(sessionId, buffer, offset, length) :
            streams.get((int)(-1 - sessionId)).event(buffer, offset, length);
    }
}
