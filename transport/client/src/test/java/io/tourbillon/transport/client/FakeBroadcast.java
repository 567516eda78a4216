package io.tourbillon.transport.client;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.tourbillon.codecs.BroadcastRanges;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.BroadcastEncoder;
import io.tourbillon.codecs.client.EventType;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.RangeRequestDecoder;
import io.tourbillon.codecs.client.WatchEventsEncoder;
import io.tourbillon.codecs.client.WatchRangesCreateDecoder;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

/** What members publish on a channel, message by message, by the fake node's driver; and the node's side of the watch that fills gaps. */
final class FakeBroadcast implements FakeNode.Extra
{
    static final byte[] PREFIX = "job/".getBytes(UTF_8);

    private static final byte[] NO_BYTES = {};
    private static final int ATTEMPTS_MAX = 1000;

    /** Watches are taken, but not answered. */
    volatile boolean isWithheld;
    volatile int watchCount;
    /** What becomes of the next ranges; the others go well. */
    final ConcurrentLinkedQueue<ErrorCode> refusals = new ConcurrentLinkedQueue<>();
    private final FakeNode node;
    private final ExpandableArrayBuffer inner = new ExpandableArrayBuffer();
    private final ExpandableArrayBuffer outer = new ExpandableArrayBuffer();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private ExclusivePublication publication;

    FakeBroadcast(final FakeNode node, final String channel)
    {
        this.node = node;
        node.call(() -> publication = node.aeron().addExclusivePublication(channel, Protocol.BROADCAST_STREAM_ID));
        node.extra = this;
    }

    boolean isConnected()
    {
        return publication.isConnected();
    }

    /** Puts so many revisions of one change each, of which nobody is told. */
    void put(final int count)
    {
        node.call(() ->
        {
            for (int i = 0; i < count; i++)
            {
                node.store.put("job/" + i, NO_BYTES);
            }
        });
    }

    /** One change more in the last revision. */
    void putAtSame()
    {
        node.call(() -> node.store.putAtSame("job/same", NO_BYTES));
    }

    @Override
    public boolean takes(final FakeConnection connection, final int templateId, final DirectBuffer buffer, final int offset)
    {
        final long sessionId = buffer.getLong(offset + Protocol.SESSION_ID_OFFSET, LITTLE_ENDIAN);
        final long correlationId = buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN);
        if (templateId == WatchRangesCreateDecoder.TEMPLATE_ID)
        {
            watchCount++;
            if (!isWithheld)
            {
                final WatchRangesCreateDecoder create =
                    new WatchRangesCreateDecoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
                final long watchId = create.watchId();
                final long startRevision = create.startRevision();
                final WatchRangesCreateDecoder.RangesDecoder range = create.ranges().next();
                final String from = FakeConnection.text(range.keyLength(), range::getKey);
                final String to = FakeConnection.text(range.rangeEndLength(), range::getRangeEnd);
                connection.watch(correlationId, startRevision, new FakeConnection.Watcher(sessionId, watchId, from, to));
                connection.onProgress(sessionId, 0); // a bookmark: that was all there is
            }
            return true;
        }
        final ErrorCode refusal = templateId == RangeRequestDecoder.TEMPLATE_ID ? refusals.poll() : null;
        if (refusal != null)
        {
            connection.error(sessionId, correlationId, refusal);
        }
        return refusal != null;
    }

    /** A member that publishes: the numbers are right by themselves. */
    final class Source
    {
        long clusterId = 1;
        long runId = 1;
        long rangesHash = BroadcastRanges.hash(List.<byte[][]>of(BroadcastRanges.ofPrefix(PREFIX)));
        long sequence;
        private final long memberId;
        private long previousRevision;

        /** It begins behind a revision. */
        Source(final long memberId, final long revision)
        {
            this.memberId = memberId;
            previousRevision = revision;
        }

        void heartbeat(final long revision)
        {
            send(0, revision, revision);
        }

        /** A message with one event of each of these revisions. */
        void events(final long... revisions)
        {
            final WatchEventsEncoder message = new WatchEventsEncoder().wrapAndApplyHeader(inner, 0, header);
            message.reply().sessionId(-1).correlationId(0).clusterId(clusterId).memberId(memberId).revision(0).raftTerm(1);
            message.flags().clear();
            final WatchEventsEncoder.EventsEncoder events = message.eventsCount(revisions.length);
            for (final long revision : revisions)
            {
                events.next().createRevision(revision).modRevision(revision).version(1).lease(0)
                    .prevCreateRevision(0).prevModRevision(0).prevVersion(0).prevLease(0).eventType(EventType.PUT).flags().clear();
                events.watchersCount(1).next().watchId(0);
                events.putKey(PREFIX, 0, PREFIX.length).putValue(NO_BYTES, 0, 0).putPrevValue(NO_BYTES, 0, 0);
            }
            sequence++;
            final long last = revisions[revisions.length - 1];
            send(message.limit(), revisions[0], last);
            previousRevision = last;
        }

        private void send(final int length, final long first, final long last)
        {
            final BroadcastEncoder message = new BroadcastEncoder().wrapAndApplyHeader(outer, 0, header);
            message.clusterId(clusterId).memberId(memberId).runId(runId).sequence(sequence).previousRevision(previousRevision)
                .firstRevision(first).lastRevision(last).rangesHash(rangesHash).fragment((short)0).putEvents(inner, 0, length);
            final long[] position = {Publication.ADMIN_ACTION};
            for (int i = 0; i < ATTEMPTS_MAX && (position[0] == Publication.ADMIN_ACTION || position[0] == Publication.BACK_PRESSURED); i++)
            {
                node.call(() -> position[0] = publication.offer(outer, 0, message.limit()));
            }
            if (position[0] < 0)
            {
                throw new AssertionError("not published: " + position[0]);
            }
        }
    }
}
