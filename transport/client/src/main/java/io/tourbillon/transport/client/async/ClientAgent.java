package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.AuthReplyDecoder;
import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.LeasesKeptAliveDecoder;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.codecs.client.MemberReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientResult;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.WatchEvent;
import io.tourbillon.transport.client.WatchRanges;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.ManyToOneConcurrentArrayQueue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** On the client's thread: takes queued requests, completes futures. One connection, one session. */
final class ClientAgent implements ReplyListener
{
    private static final int SEND_LIMIT = 256;
    /** After which a read whose connection was lost is made again, and what was refused for want of a leader. */
    private static final long AGAIN_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ClientOptions options;
    private final ClientConnection connection;
    private final ClientSession session;
    private final LeaderFollower follower;
    private final boolean isFollowing;
    private final ManyToOneConcurrentArrayQueue<Request<?>> requests;
    /** Refused for a credential that has died: they go again, before all others, once the session has logged in anew. */
    private final ArrayDeque<Request<?>> again = new ArrayDeque<>();
    private final ConcurrentLinkedQueue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Long2ObjectHashMap<Request<?>> pending = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<WatchHandle> watches = new Long2ObjectHashMap<>();
    private final List<WatchHandle> touched = new ArrayList<>();
    private final ClientTimers timers = new ClientTimers();
    private long newestRevision;
    /** Of which the last message of events left some for the next one; 0 = none. */
    private long openRevision;
    private final CompletableFuture<Void> opened = new CompletableFuture<>();
    private ErrorCode loginRefusal;
    private volatile boolean isIpc;

    ClientAgent(final ClientOptions options, final TourbillonClient client, final String endpoints, final boolean isFollowing)
    {
        this.options = options;
        this.isFollowing = isFollowing;
        requests = new ManyToOneConcurrentArrayQueue<>(options.queueCapacity());
        connection = client.connect(endpoints, (changed, from, to, why) -> isIpc = changed.isIpc());
        session = connection.openSession(this);
        follower = new LeaderFollower(this, client, connection, isFollowing, options.leaderlessMax().toNanos());
    }

    /** @return done when the session is open for the first time. */
    CompletableFuture<Void> opened()
    {
        return opened;
    }

    String reason()
    {
        return connection.reason();
    }

    boolean isIpc()
    {
        return isIpc;
    }

    /** Any thread. @return false if the queue is full. */
    boolean offer(final Request<?> request)
    {
        return requests.offer(request);
    }

    /** Any thread: to be run on the client's. */
    void execute(final Runnable command)
    {
        commands.add(command);
    }

    /** The client's thread: a request of its own. */
    <T> CompletableFuture<T> ask(final Request<T> request)
    {
        request.deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(options.context().requestTimeoutMs());
        if (!requests.offer(request))
        {
            request.future.completeExceptionally(
                new TourbillonException(ErrorCode.TOO_MANY_REQUESTS, "too many requests wait to be sent"));
        }
        return request.future;
    }

    /** Whether answers are awaited, so that the thread must not sleep long. */
    boolean isExpecting()
    {
        return !opened.isDone() || !pending.isEmpty() || !again.isEmpty() || !requests.isEmpty();
    }

    int doWork()
    {
        int workCount = runCommands();
        workCount += timers.poll();
        workCount += sendRequests();
        follower.poll();
        return workCount;
    }

    /** The connection is closed. */
    void onClose()
    {
        again.forEach(request -> request.future.completeExceptionally(
            new TourbillonException(ErrorCode.NOT_CONNECTED, "the client was closed")));
        again.clear();
        failQueued("the client was closed");
        runCommands();
        timers.close(new TourbillonException(ErrorCode.NOT_CONNECTED, "the client was closed"));
        new ArrayList<>(watches.values()).forEach(handle -> handle.onEnded(null, openRevision));
        watches.clear();
        opened.completeExceptionally(new TourbillonException(ErrorCode.NOT_CONNECTED, "the client was closed"));
    }

    /** Fails what is queued; after the thread has ended, any thread. */
    void failQueued(final String why)
    {
        for (Request<?> request = requests.poll(); null != request; request = requests.poll())
        {
            request.future.completeExceptionally(new TourbillonException(ErrorCode.NOT_CONNECTED, why));
        }
    }

    void startTimer(final long dueNs, final CompletableFuture<Void> due)
    {
        timers.add(dueNs, due);
    }

    void startWatch(final WatchHandle handle)
    {
        if (handle.hasEnded)
        {
            return;
        }
        final WatchQuery query = handle.query;
        final DirectBuffer key = new org.agrona.concurrent.UnsafeBuffer(query.key());
        final DirectBuffer end = new org.agrona.concurrent.UnsafeBuffer(query.rangeEnd());
        final WatchRanges ranges = query.ranges();
        handle.watchId = ranges != null ? session.watch(ranges) :
            session.watch(key, 0, key.capacity(), end, 0, end.capacity(), query.startRevision(), query.flags());
        if (handle.watchId < 0)
        {
            handle.onEnded(new TourbillonException(ErrorCode.NOT_CONNECTED, "the client was closed"), openRevision);
            return;
        }
        watches.put(handle.watchId, handle);
    }

    void cancelWatch(final WatchHandle handle)
    {
        if (handle.hasEnded || handle.watchId == 0)
        {
            return;
        }
        final long refusal = session.cancelWatch(handle.watchId);
        if (refusal != 0 && refusal != ClientResult.CLOSED)
        {
            execute(() -> cancelWatch(handle));
        }
    }

    /** No more than were there at first: a command may put itself back. */
    private int runCommands()
    {
        int workCount = 0;
        for (int i = commands.size(); i > 0; i--)
        {
            commands.poll().run();
            workCount++;
        }
        return workCount;
    }

    private int sendRequests()
    {
        int sentCount = 0;
        while (!again.isEmpty() && sentCount < SEND_LIMIT && trySend(again.peek()))
        {
            again.poll();
            sentCount++;
        }
        while (again.isEmpty() && sentCount < SEND_LIMIT)
        {
            final Request<?> request = requests.peek();
            if (null == request || !trySend(request))
            {
                return sentCount;
            }
            requests.poll();
            sentCount++;
        }
        return sentCount;
    }

    /** @return false if it must wait. */
    private boolean trySend(final Request<?> request)
    {
        final long result = request.isRestarted ? sendAgain(request) : request.send(session);
        if (result >= 0)
        {
            pending.put(result, request);
            return true;
        }
        if (result == ClientResult.TOO_LARGE)
        {
            request.future.completeExceptionally(
                new TourbillonException(ErrorCode.REQUEST_TOO_LARGE, ErrorCode.REQUEST_TOO_LARGE.message()));
            return true;
        }
        if ((result == ClientResult.NOT_CONNECTED || result == ClientResult.CLOSED) && loginRefusal != null)
        {
            request.future.completeExceptionally(new TourbillonException(loginRefusal, loginRefusal.message()));
            return true;
        }
        if (request.deadlineNs - System.nanoTime() > 0 && result != ClientResult.CLOSED)
        {
            return false;
        }
        // It never left, so nothing happened: not an unknown outcome.
        final ErrorCode code = result == ClientResult.NOT_CONNECTED || result == ClientResult.CLOSED ?
            ErrorCode.NOT_CONNECTED : ErrorCode.TOO_MANY_REQUESTS;
        request.future.completeExceptionally(new TourbillonException(
            code, "not sent to " + options.endpoint() + " (" + ClientResult.name(result) + "): " + connection.reason()));
        return true;
    }

    /** Within the time that is left of it. */
    private long sendAgain(final Request<?> request)
    {
        session.requestTimeoutMs(Math.max(1, TimeUnit.NANOSECONDS.toMillis(request.deadlineNs - System.nanoTime())));
        final long result = request.send(session);
        session.requestTimeoutMs(options.context().requestTimeoutMs());
        return result;
    }

    @Override
    public void onSessionOpened(final ClientSession openedSession)
    {
        loginRefusal = null;
        opened.complete(null);
    }

    @Override
    public void onSessionClosed(final ClientSession closedSession, final int errorCode)
    {
        final ErrorCode refusal = ErrorCode.of(errorCode);
        if (refusal == ErrorCode.AUTH_FAILED || refusal == ErrorCode.INVALID_AUTH_TOKEN && closedSession.isClosed())
        {
            loginRefusal = refusal;
            opened.completeExceptionally(new TourbillonException(refusal, refusal.message()));
        }
        if (closedSession.isClosed() && refusal != null) // else it is the client's own end
        {
            final TourbillonException why = new TourbillonException(refusal, refusal.message());
            new ArrayList<>(watches.values()).forEach(handle -> handle.onEnded(why, openRevision));
            watches.clear();
        }
    }

    @Override
    public void onPutReply(final ClientSession from, final long correlationId, final PutReplyDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onPut(reply));
    }

    @Override
    public void onRangeReply(final ClientSession from, final long correlationId, final RangeReplyDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onRange(reply));
    }

    @Override
    public void onDeleteRangeReply(final ClientSession from, final long correlationId, final DeleteRangeReplyDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onDeleteRange(reply));
    }

    @Override
    public void onTxnReply(final ClientSession from, final long correlationId, final TxnReplyDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onTxn(reply));
    }

    @Override
    public void onCompactReply(final ClientSession from, final long correlationId, final CompactReplyDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onCompact(reply));
    }

    @Override
    public void onLeaseReply(final ClientSession from, final long correlationId, final LeaseReplyDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onLease(reply));
    }

    @Override
    public void onLeasesKeptAlive(final ClientSession from, final long correlationId, final LeasesKeptAliveDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onLeasesKeptAlive(reply));
    }

    @Override
    public void onMemberReply(final ClientSession from, final long correlationId, final MemberReplyDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onMember(reply));
    }

    @Override
    public void onMaintenanceReply(final ClientSession from, final long correlationId, final MaintenanceReplyDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onMaintenance(reply));
    }

    @Override
    public void onAuthReply(final ClientSession from, final long correlationId, final AuthReplyDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onAuth(reply));
    }

    @Override
    public void onStatusReply(final ClientSession from, final long correlationId, final StatusReplyDecoder reply)
    {
        settle(correlationId, pending.get(correlationId).onStatus(reply));
    }

    @Override
    public void onError(final ClientSession from, final long correlationId, final ErrorReplyDecoder error)
    {
        final int number = error.code();
        final Request<?> request = pending.get(correlationId);
        if (number == ErrorCode.INVALID_AUTH_TOKEN.number() && null != request && !request.isAgain && !session.isOpen())
        {
            // Nothing of it was done: a write that may have been goes again below, with its number, or is an unknown outcome.
            request.isAgain = true;
            again.add(pending.remove(correlationId));
            return;
        }
        final boolean isForWantOfALeader = number == ErrorCode.NO_LEADER.number() || number == ErrorCode.STOPPED.number();
        if (isFollowing && isForWantOfALeader && null != request && hasTime(request)) // nothing was done
        {
            pending.remove(correlationId);
            sendAgainLater(request);
            return;
        }
        final long compactRevision = error.compactRevision();
        final String text = error.message();
        fail(correlationId, new TourbillonException(number, text(number, text), compactRevision));
    }

    @Override
    public void onUnknownOutcome(final ClientSession from, final long correlationId)
    {
        fail(correlationId, new UnknownOutcomeException("no answer came: nobody knows whether it happened"));
    }

    @Override
    public void onTimeout(final ClientSession from, final long correlationId)
    {
        final Request<?> request = pending.get(correlationId);
        if (null != request && request.isRead() && hasTime(request)) // its connection was lost
        {
            pending.remove(correlationId);
            sendAgainLater(request);
            return;
        }
        fail(correlationId, new TourbillonException(ErrorCode.TIMEOUT, ErrorCode.TIMEOUT.message()));
    }

    @Override
    public void onWatchCreated(final ClientSession from, final long watchId, final long revision)
    {
        final WatchHandle handle = watches.get(watchId);
        if (null != handle)
        {
            handle.onCreated(revision);
        }
    }

    @Override
    public void onWatchEvent(final ClientSession from, final long watchId, final WatchEvent event)
    {
        final WatchHandle handle = watches.get(watchId);
        if (null != handle && handle.onEvent(event))
        {
            touched.add(handle);
        }
        newestRevision = event.modRevision();
    }

    @Override
    public void onWatchEventsEnd(final ClientSession from, final long revision, final boolean isFragment)
    {
        openRevision = isFragment ? newestRevision : 0;
        if (!isFragment)
        {
            final List<WatchHandle> handles = new ArrayList<>(touched);
            touched.clear();
            handles.forEach(WatchHandle::flush);
        }
    }

    @Override
    public void onWatchProgress(final ClientSession from, final long watchId, final long revision)
    {
        if (watchId >= 0)
        {
            final WatchHandle handle = watches.get(watchId);
            if (null != handle)
            {
                handle.listener.onProgress(revision);
            }
            return;
        }
        new ArrayList<>(watches.values()).forEach(handle ->
        {
            if (session.isWatchCreated(handle.watchId))
            {
                handle.listener.onProgress(revision);
            }
        });
    }

    @Override
    public void onWatchCanceled(
        final ClientSession from, final long watchId, final int errorCode, final long compactRevision, final DirectBuffer why)
    {
        final WatchHandle handle = watches.remove(watchId);
        if (null != handle)
        {
            touched.remove(handle);
            final String text = why.getStringWithoutLengthUtf8(0, why.capacity());
            handle.onEnded(errorCode == 0 ? null : new TourbillonException(errorCode, text(errorCode, text), compactRevision),
                openRevision);
        }
    }

    private static boolean hasTime(final Request<?> request)
    {
        return request.deadlineNs - System.nanoTime() > AGAIN_PAUSE_NS << 1;
    }

    private void sendAgainLater(final Request<?> request)
    {
        request.restart();
        final CompletableFuture<Void> due = new CompletableFuture<>();
        due.whenComplete((nothing, closed) ->
        {
            if (null != closed || !requests.offer(request))
            {
                request.future.completeExceptionally(new TourbillonException(ErrorCode.NOT_CONNECTED, "could not be sent again"));
            }
        });
        timers.add(System.nanoTime() + AGAIN_PAUSE_NS, due);
    }

    private void settle(final long correlationId, final boolean isWhole)
    {
        if (isWhole)
        {
            pending.remove(correlationId);
        }
    }

    private void fail(final long correlationId, final TourbillonException error)
    {
        final Request<?> request = pending.remove(correlationId);
        if (null != request)
        {
            request.future.completeExceptionally(error);
        }
    }

    private static String text(final int number, final String text)
    {
        final ErrorCode code = ErrorCode.of(number);
        return !text.isEmpty() ? text : null != code ? code.message() : "error " + number;
    }
}
