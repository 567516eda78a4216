package io.tourbillon.transport.client;

import io.aeron.logbuffer.Header;
import io.tourbillon.codecs.BroadcastRanges;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.MessageValidator;
import io.tourbillon.codecs.client.BroadcastDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Follows a member's broadcast: each event of its prefixes once, in the order of revisions, whatever the stream loses. What is missing (a
 * gap in the numbers, silence, another run of the member) comes by an ordinary watch on a session of its own, from the revision behind the
 * last one that was delivered whole; as soon as the watch has brought everything that was broadcast before a message, the stream takes over
 * again. So nothing is kept, however long that takes. Of several members that publish on one channel it follows one. One thread, which also
 * polls the {@link TourbillonClient}; nothing waits.
 * <pre>
 *   snapshotThenFollow --&gt; LOADING --&gt; CATCHING_UP &lt;--gap, silence-- FOLLOWING
 *   followFrom --------------------------^    |  '--caught up---------------^
 *            '--refused--&gt; LOST &lt;--compacted--'
 * </pre>
 */
public final class Broadcast implements ReplyListener, AutoCloseable
{
    /** How it gets what it delivers. */
    public enum State
    {
        /** Was not told from where. */
        IDLE,
        /** Reads the keys as they were at one revision. */
        LOADING,
        /** Hears by a watch. */
        CATCHING_UP,
        /** Hears by the broadcast. */
        FOLLOWING,
        /** Hears nothing: what it needs was compacted, or refused, as {@link Listener#onLost} was told. It must be told anew from where. */
        LOST
    }

    /**
     * Hears everything, on the thread that polls. Must not poll; may close the broadcast, or tell it anew from where. What it throws comes
     * out of {@link Broadcast#poll} where the broadcast brought the event, else the client's error handler hears it; the rest of what came
     * with that event comes later, the event itself not again. A snapshot is begun anew.
     */
    public interface Listener
    {
        /**
         * A part of the snapshot.
         *
         * @param reply with key-values; valid during the call.
         */
        default void onSnapshot(final RangeReplyDecoder reply)
        {
        }

        /**
         * A snapshot begins, the first one or another in its place: forget what came before.
         *
         * @param revision it is of.
         */
        default void onSnapshotBegin(final long revision)
        {
        }

        /**
         * An event.
         *
         * @param event valid during the call.
         */
        void onEvent(WatchEvent event);

        /**
         * All events up to a revision were delivered.
         *
         * @param revision of the member.
         */
        default void onRevision(final long revision)
        {
        }

        /**
         * What comes next was compacted ({@link Broadcast#snapshotThenFollow} begins anew), or the node refused it for good: the user may
         * not read it, for one. What only fails for now is tried again, and not told.
         *
         * @param errorCode       number of an {@link ErrorCode}.
         * @param compactRevision of the node; 0 unless it was compacted.
         */
        void onLost(int errorCode, long compactRevision);
    }

    /** Ten heartbeats. */
    private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int FRAGMENT = 1;
    private static final int CONTINUATION = 2;

    private final List<byte[][]> ranges;
    private final long rangesHash;
    private final Listener listener;
    private final ClientSession session;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final BroadcastDecoder message = new BroadcastDecoder();
    private final WatchEventsDecoder events = new WatchEventsDecoder();
    private final UnsafeBuffer body = new UnsafeBuffer(0, 0);
    private final WatchEvent event = new WatchEvent();
    private final BroadcastLink link;
    private final BroadcastSnapshot snapshot;
    private State state = State.IDLE;
    /** Grows whenever it is told anew from where, or closed: what was under way, with the listener called amid it, is over then. */
    private int epoch;
    private boolean isPolling;
    private boolean isClosed;
    private long wholeRevision;
    private long currentRevision;
    private int deliveredCount;
    private int seenCount;
    private final LongArrayList cancels = new LongArrayList();
    private long watchId;
    /** The node has the watch, so what it says of the session is said of it, too. */
    private boolean isWatchCreated;
    private boolean hasHeardWatch;
    private long memberId;
    private long runId;
    private long sequence;
    private long heardNs;
    private long gapCount;

    /**
     * Makes it; nothing is delivered before {@link #snapshotThenFollow} or {@link #followFrom}.
     *
     * @param aeronDirectory of a media driver that somebody else runs: the node's own for {@code aeron:ipc}. Null = the client's embedded
     *                       one, for UDP; it is started if need be, and {@link TourbillonClient#poll} runs it.
     * @param channel        as the node's option names it; with {@code control-mode=dynamic} it needs an endpoint of its own besides, as
     *                       {@code endpoint=127.0.0.1:0}.
     * @param streamId       720 for the first that the option names, and so on.
     * @param connection     to a member, for what is missing.
     * @param prefixes       that are broadcast, all of them, in the option's order; what is broadcast of others is not listened to.
     * @param listener       hears everything.
     */
    public Broadcast(
        final Path aeronDirectory,
        final String channel,
        final int streamId,
        final ClientConnection connection,
        final List<byte[]> prefixes,
        final Listener listener)
    {
        this.link = new BroadcastLink(connection, aeronDirectory, channel, streamId, this::onMessage);
        this.ranges = prefixes.stream().map(BroadcastRanges::ofPrefix).toList();
        this.rangesHash = BroadcastRanges.hash(ranges);
        this.listener = listener;
        this.session = connection.openSession(this);
        this.snapshot = new BroadcastSnapshot(session, ranges);
    }

    /** @return how it gets what it delivers. */
    public State state()
    {
        return state;
    }

    /** @return all events up to this one were delivered. */
    public long revision()
    {
        return wholeRevision;
    }

    /** @return how often something was missing. */
    public long gapCount()
    {
        return gapCount;
    }

    /** Reads the keys as they are, then delivers every event from the next revision on: a consistent start, also amid writes. */
    public void snapshotThenFollow()
    {
        begin();
        state = State.LOADING;
        snapshot.begin();
    }

    /**
     * Delivers every event from a revision on.
     *
     * @param revision first one wanted, above 0.
     */
    public void followFrom(final long revision)
    {
        if (revision < 1)
        {
            throw new IllegalArgumentException("revision=" + revision + ": must be above 0");
        }
        begin();
        wholeRevision = revision - 1;
        currentRevision = 0;
        deliveredCount = 0;
        catchUp();
    }

    private void begin()
    {
        if (isClosed)
        {
            throw new IllegalStateException("the broadcast is closed");
        }
        epoch++;
        cancelWatch();
    }

    private void catchUp()
    {
        state = State.CATCHING_UP;
        seenCount = 0;
        watchId = 0;
        isWatchCreated = false;
        hasHeardWatch = false;
    }

    private void cancelWatch()
    {
        if (watchId > 0)
        {
            cancels.addLong(watchId);
            watchId = 0; // first: what is said of its end is not of a watch that is wanted
            cancelSome();
        }
    }

    /** What the session does not take now it takes later. */
    private void cancelSome()
    {
        while (!cancels.isEmpty() && session.cancelWatch(cancels.getLong(cancels.size() - 1)) >= 0)
        {
            cancels.popLong();
        }
    }

    /**
     * One duty cycle, beside the client's own.
     *
     * @return how much was done; 0 once it is closed.
     */
    public int poll()
    {
        if (isClosed)
        {
            return 0;
        }
        final long nowNs = System.nanoTime();
        isPolling = true;
        try
        {
            return link.poll(nowNs) + work(nowNs);
        }
        finally
        {
            isPolling = false;
            if (isClosed)
            {
                link.close();
            }
        }
    }

    private int work(final long nowNs)
    {
        int workCount = 0;
        cancelSome();
        if (state == State.LOADING)
        {
            workCount += snapshot.poll(nowNs);
        }
        if (state == State.CATCHING_UP && watchId == 0)
        {
            final WatchRanges watch = new WatchRanges().startRevision(wholeRevision + 1).bookmarks(50);
            ranges.forEach((range) -> watch.range(range[0], range[1]));
            watchId = session.watch(watch);
            workCount++;
        }
        if (state == State.FOLLOWING && nowNs - heardNs > SILENCE_NS)
        {
            gapCount++;
            catchUp();
        }
        return workCount;
    }

    private void onMessage(final DirectBuffer buffer, final int offset, final int length, final Header frame)
    {
        if (!isOfMine(buffer, offset, length) || state == State.FOLLOWING && message.memberId() != memberId)
        {
            return; // while it follows a member, what others publish on the same channel says nothing
        }
        heardNs = System.nanoTime();
        final boolean isHeartbeat = body.capacity() == 0;
        if (state == State.CATCHING_UP && mayJoin())
        {
            cancelWatch();
            state = State.FOLLOWING;
            seenCount = 0;
            memberId = message.memberId();
            runId = message.runId();
            sequence = isHeartbeat ? message.sequence() : message.sequence() - 1;
        }
        if (state == State.FOLLOWING)
        {
            follow(isHeartbeat);
        }
    }

    /** Whether it is a sound message of the session's cluster about these keys, which is then in {@link #message} and {@link #body}. */
    private boolean isOfMine(final DirectBuffer buffer, final int offset, final int length)
    {
        if (MessageValidator.check(buffer, offset, length) != MessageValidator.SOUND ||
            header.wrap(buffer, offset).templateId() != BroadcastDecoder.TEMPLATE_ID)
        {
            return false; // somebody else's stream
        }
        message.wrapAndApplyHeader(buffer, offset, header);
        if (message.rangesHash() != rangesHash || message.clusterId() != session.clusterId())
        {
            return false; // of other keys: what it leaves out says nothing of ours
        }
        message.wrapEvents(body);
        return body.capacity() == 0 || MessageValidator.check(body, 0, body.capacity()) == MessageValidator.SOUND &&
            header.wrap(body, 0).templateId() == WatchEventsDecoder.TEMPLATE_ID;
    }

    /** All that was broadcast before this message was delivered, and it begins a revision. */
    private boolean mayJoin()
    {
        final boolean isAmidRevision = currentRevision > wholeRevision || (message.fragment() & CONTINUATION) != 0;
        return watchId != 0 && !isAmidRevision && message.previousRevision() <= wholeRevision;
    }

    private void follow(final boolean isHeartbeat)
    {
        final long expected = isHeartbeat ? sequence : sequence + 1;
        if (message.sequence() != expected || message.runId() != runId)
        {
            gapCount++;
            catchUp();
            return;
        }
        final int epochBefore = epoch;
        if (!isHeartbeat)
        {
            deliverAll();
        }
        if (epoch != epochBefore)
        {
            return;
        }
        sequence = expected; // not before: what a listener that throws has not heard is missing, and asked for
        if ((message.fragment() & FRAGMENT) == 0)
        {
            onWhole(message.lastRevision());
        }
    }

    private void deliverAll()
    {
        events.wrapAndApplyHeader(body, 0, header);
        final WatchEventsDecoder.EventsDecoder group = events.events();
        final int epochBefore = epoch;
        while (group.hasNext() && epoch == epochBefore)
        {
            group.next();
            final WatchEventsDecoder.EventsDecoder.WatchersDecoder watchers = group.watchers();
            events.limit(events.limit() + watchers.count() * watchers.actingBlockLength());
            event.wrap(group);
            deliver(event);
        }
    }

    /** The events of one revision come in the same order by either way: so many of them as were delivered are passed over. */
    private void deliver(final WatchEvent next)
    {
        final long revision = next.modRevision();
        if (revision <= wholeRevision)
        {
            return;
        }
        if (revision != currentRevision)
        {
            wholeRevision = Math.max(wholeRevision, currentRevision); // of that one nothing more comes
            currentRevision = revision;
            deliveredCount = 0;
            seenCount = 0;
        }
        if (++seenCount > deliveredCount)
        {
            deliveredCount++;
            listener.onEvent(next);
        }
    }

    private void onWhole(final long revision)
    {
        if (revision > wholeRevision)
        {
            wholeRevision = revision;
            listener.onRevision(revision);
        }
    }

    @Override
    public void onWatchCreated(final ClientSession on, final long id, final long revision)
    {
        isWatchCreated |= id == watchId;
    }

    @Override
    public void onWatchEvent(final ClientSession on, final long id, final WatchEvent next)
    {
        if (id == watchId && state == State.CATCHING_UP)
        {
            hasHeardWatch = true;
            deliverOfWatch(next);
        }
    }

    private void deliverOfWatch(final WatchEvent next)
    {
        final int epochBefore = epoch;
        try
        {
            deliver(next);
        }
        catch (final RuntimeException | Error ex)
        {
            if (epoch == epochBefore)
            {
                cancelWatch(); // which takes the whole message for heard: another one begins with the rest
                catchUp();
            }
            throw ex;
        }
    }

    @Override
    public void onWatchEventsEnd(final ClientSession on, final long revision, final boolean isFragment)
    {
        if (state == State.CATCHING_UP && hasHeardWatch && !isFragment)
        {
            hasHeardWatch = false;
            onWhole(currentRevision);
        }
    }

    @Override
    public void onWatchProgress(final ClientSession on, final long id, final long revision)
    {
        if (state == State.CATCHING_UP && isWatchCreated)
        {
            onWhole(revision);
        }
    }

    @Override
    public void onWatchCanceled(
        final ClientSession on, final long id, final int errorCode, final long compactRevision, final DirectBuffer reason)
    {
        if (id == watchId && state == State.CATCHING_UP)
        {
            watchId = 0;
            lose(errorCode, compactRevision);
        }
    }

    private void lose(final int errorCode, final long compactRevision)
    {
        state = State.LOST;
        listener.onLost(errorCode, compactRevision);
    }

    private boolean isLoading(final long id)
    {
        return state == State.LOADING && snapshot.isAwaited(id);
    }

    @Override
    public void onStatusReply(final ClientSession on, final long id, final StatusReplyDecoder reply)
    {
        if (isLoading(id))
        {
            snapshot.onRevision(reply.reply().revision());
            listener.onSnapshotBegin(snapshot.revision());
        }
    }

    @Override
    public void onRangeReply(final ClientSession on, final long id, final RangeReplyDecoder reply)
    {
        if (!isLoading(id))
        {
            return;
        }
        final boolean isLast = reply.flags().last();
        final int epochBefore = epoch;
        try
        {
            listener.onSnapshot(reply);
        }
        catch (final RuntimeException | Error ex)
        {
            if (epoch == epochBefore)
            {
                snapshot.beginAgain();
            }
            throw ex;
        }
        if (isLast && epoch == epochBefore && snapshot.onRangeRead())
        {
            final long revision = snapshot.revision();
            followFrom(revision + 1);
            listener.onRevision(revision);
        }
    }

    @Override
    public void onError(final ClientSession on, final long id, final ErrorReplyDecoder error)
    {
        if (isLoading(id) && BroadcastSnapshot.isWorthAnother(ErrorCode.of(error.code())))
        {
            snapshot.beginAgain();
        }
        else if (isLoading(id))
        {
            lose(error.code(), error.compactRevision());
        }
    }

    @Override
    public void onUnknownOutcome(final ClientSession on, final long id)
    {
        onTimeout(on, id);
    }

    @Override
    public void onTimeout(final ClientSession on, final long id)
    {
        if (isLoading(id))
        {
            snapshot.beginAgain();
        }
    }

    /** Ends it, at once or, when a listener calls this, with the poll under way: no listener is called any more. */
    @Override
    public void close()
    {
        if (!isClosed)
        {
            isClosed = true;
            epoch++;
            state = State.IDLE;
            session.close();
            if (!isPolling)
            {
                link.close();
            }
        }
    }
}
