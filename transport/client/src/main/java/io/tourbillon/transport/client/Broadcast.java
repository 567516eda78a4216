package io.tourbillon.transport.client;

import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.Header;
import io.tourbillon.codecs.BroadcastRanges;
import io.tourbillon.codecs.MessageValidator;
import io.tourbillon.codecs.client.BroadcastDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.NoOpLock;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Follows a member's broadcast: each event of its prefixes once, in the order of revisions, whatever the stream loses. What is missing (a
 * gap in the numbers, silence, another run of the member) comes by an ordinary watch on a session of its own, from the revision behind the
 * last one that was delivered whole; as soon as the watch has brought everything that was broadcast before a message, the stream takes over
 * again. So nothing is kept, however long that takes. One thread, which also polls the {@link TourbillonClient}.
 * <pre>
 *   snapshotThenFollow --&gt; LOADING --&gt; CATCHING_UP &lt;--gap, silence-- FOLLOWING
 *   followFrom --------------------------^    |  '--caught up---------------^
 *                                             '--compacted--&gt; LOST
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
        /** What it needs is compacted: only a snapshot helps. */
        LOST
    }

    /** Hears everything, on the thread that polls. Must not poll. */
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
         * What comes next was compacted; {@link Broadcast#snapshotThenFollow} begins anew.
         *
         * @param errorCode       of the node.
         * @param compactRevision of the node.
         */
        void onLost(int errorCode, long compactRevision);
    }

    /** Ten heartbeats. */
    private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long RETRY_NS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long DRIVER_TIMEOUT_MS = 30_000;
    private static final int FRAGMENT_LIMIT = 256;
    private static final int FRAGMENT = 1;
    private static final int CONTINUATION = 2;

    private final Path aeronDirectory;
    private final String channel;
    private final int streamId;
    private final List<byte[][]> ranges;
    private final long rangesHash;
    private final Listener listener;
    private final ClientSession session;
    private final RangeOptions options = new RangeOptions();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final BroadcastDecoder message = new BroadcastDecoder();
    private final WatchEventsDecoder events = new WatchEventsDecoder();
    private final UnsafeBuffer body = new UnsafeBuffer(0, 0);
    private final WatchEvent event = new WatchEvent();
    private final FragmentAssembler assembler = new FragmentAssembler(this::onMessage);
    private Aeron aeron;
    private Subscription subscription;
    private State state = State.IDLE;
    private long wholeRevision;
    private long currentRevision;
    private int deliveredCount;
    private int seenCount;
    private final LongArrayList cancels = new LongArrayList();
    private long watchId;
    /** The node has the watch, so what it says of the session is said of it, too. */
    private boolean isWatchCreated;
    private boolean hasHeardWatch;
    private long correlationId;
    private int loadedRanges;
    private long snapshotRevision;
    private long memberId;
    private long runId;
    private long sequence;
    private long heardNs;
    private long retryNs = System.nanoTime();
    private long gapCount;

    /**
     * Makes it; nothing is delivered before {@link #snapshotThenFollow} or {@link #followFrom}.
     *
     * @param aeronDirectory of a running media driver: the node's own for {@code aeron:ipc}.
     * @param channel        as the node's option names it.
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
        this.aeronDirectory = aeronDirectory;
        this.channel = channel.startsWith("aeron:ipc") ? channel + (channel.contains("?") ? "|" : "?") + "tether=false" : channel;
        this.streamId = streamId;
        this.ranges = prefixes.stream().map(BroadcastRanges::ofPrefix).toList();
        this.rangesHash = BroadcastRanges.hash(ranges);
        this.listener = listener;
        this.session = connection.openSession(this);
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
        cancelWatch();
        state = State.LOADING;
        correlationId = 0;
        snapshotRevision = 0;
        loadedRanges = 0;
    }

    /**
     * Delivers every event from a revision on.
     *
     * @param revision first one wanted, above 0.
     */
    public void followFrom(final long revision)
    {
        cancelWatch();
        wholeRevision = revision - 1;
        currentRevision = 0;
        deliveredCount = 0;
        catchUp();
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
     * @return how much was done.
     */
    public int poll()
    {
        final long nowNs = System.nanoTime();
        int workCount = pollStream(nowNs);
        cancelSome();
        if (state == State.LOADING && correlationId <= 0 && session.isOpen() && nowNs - retryNs >= 0)
        {
            correlationId = load();
            retryNs = correlationId < 0 ? nowNs + RETRY_NS / 100 : nowNs;
            workCount++;
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

    private int pollStream(final long nowNs)
    {
        if (aeron != null && aeron.isClosed())
        {
            aeron = null;
            subscription = null;
        }
        if (aeron == null)
        {
            if (nowNs - retryNs < 0 || !Endpoint.isDriverAlive(aeronDirectory))
            {
                return 0;
            }
            retryNs = nowNs + RETRY_NS;
            connect();
        }
        return aeron == null ? 0 : aeron.conductorAgentInvoker().invoke() + subscription.poll(assembler, FRAGMENT_LIMIT);
    }

    private void connect()
    {
        try
        {
            aeron = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(aeronDirectory.toString())
                .useConductorAgentInvoker(true)
                .clientLock(NoOpLock.INSTANCE)
                .driverTimeoutMs(DRIVER_TIMEOUT_MS)
                .errorHandler((error) -> { }));
            subscription = aeron.addSubscription(channel, streamId);
        }
        catch (final AeronException ex)
        {
            CloseHelper.quietClose(aeron); // the driver ended meanwhile, or begins: the watch goes on, and this is tried again
            aeron = null;
        }
    }

    private long load()
    {
        if (snapshotRevision == 0)
        {
            return session.status();
        }
        final byte[][] range = ranges.get(loadedRanges);
        return session.range(new UnsafeBuffer(range[0]), 0, range[0].length, new UnsafeBuffer(range[1]), 0, range[1].length,
            options.reset().revision(snapshotRevision));
    }

    private void onMessage(final DirectBuffer buffer, final int offset, final int length, final Header frame)
    {
        if (MessageValidator.check(buffer, offset, length) != MessageValidator.SOUND ||
            header.wrap(buffer, offset).templateId() != BroadcastDecoder.TEMPLATE_ID)
        {
            return; // somebody else's stream
        }
        message.wrapAndApplyHeader(buffer, offset, header);
        if (message.rangesHash() != rangesHash)
        {
            return; // of other keys: what it leaves out says nothing of ours
        }
        message.wrapEvents(body);
        final boolean isHeartbeat = body.capacity() == 0;
        if (!isHeartbeat && (MessageValidator.check(body, 0, body.capacity()) != MessageValidator.SOUND ||
            header.wrap(body, 0).templateId() != WatchEventsDecoder.TEMPLATE_ID))
        {
            return;
        }
        heardNs = System.nanoTime();
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

    /** All that was broadcast before this message was delivered, and it begins a revision. */
    private boolean mayJoin()
    {
        final boolean isAmidRevision = currentRevision > wholeRevision || (message.fragment() & CONTINUATION) != 0;
        return watchId != 0 && !isAmidRevision && message.previousRevision() <= wholeRevision;
    }

    private void follow(final boolean isHeartbeat)
    {
        final long expected = isHeartbeat ? sequence : sequence + 1;
        if (message.sequence() != expected || message.runId() != runId || message.memberId() != memberId)
        {
            gapCount++;
            catchUp();
            return;
        }
        sequence = expected;
        if (!isHeartbeat)
        {
            deliverAll();
        }
        if ((message.fragment() & FRAGMENT) == 0)
        {
            onWhole(message.lastRevision());
        }
    }

    private void deliverAll()
    {
        events.wrapAndApplyHeader(body, 0, header);
        final WatchEventsDecoder.EventsDecoder group = events.events();
        while (group.hasNext())
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
            deliver(next);
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
            state = State.LOST;
            listener.onLost(errorCode, compactRevision);
        }
    }

    @Override
    public void onStatusReply(final ClientSession on, final long id, final StatusReplyDecoder reply)
    {
        if (id == correlationId && state == State.LOADING)
        {
            correlationId = 0;
            snapshotRevision = reply.reply().revision();
            listener.onSnapshotBegin(snapshotRevision);
        }
    }

    @Override
    public void onRangeReply(final ClientSession on, final long id, final RangeReplyDecoder reply)
    {
        if (id != correlationId || state != State.LOADING)
        {
            return;
        }
        final boolean isLast = reply.flags().last();
        listener.onSnapshot(reply);
        if (isLast)
        {
            correlationId = 0;
            loadedRanges++;
            if (loadedRanges == ranges.size())
            {
                listener.onRevision(snapshotRevision);
                followFrom(snapshotRevision + 1);
            }
        }
    }

    /** Of a snapshot: it begins anew. */
    private void onFailed(final long id)
    {
        if (id == correlationId && state == State.LOADING)
        {
            retryNs = System.nanoTime() + RETRY_NS;
            snapshotThenFollow();
        }
    }

    @Override
    public void onError(final ClientSession on, final long id, final ErrorReplyDecoder error)
    {
        onFailed(id);
    }

    @Override
    public void onUnknownOutcome(final ClientSession on, final long id)
    {
        onFailed(id);
    }

    @Override
    public void onTimeout(final ClientSession on, final long id)
    {
        onFailed(id);
    }

    @Override
    public void close()
    {
        state = State.IDLE;
        session.close();
        CloseHelper.quietCloseAll(subscription, aeron);
    }
}
