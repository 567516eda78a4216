package io.tourbillon.transport.client;

import io.tourbillon.codecs.Action;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CreditEncoder;
import io.tourbillon.codecs.client.LoginChallengeDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpenSessionEncoder;
import io.tourbillon.codecs.client.SessionOpenedDecoder;
import io.tourbillon.codecs.client.WatchCanceledDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder;
import io.tourbillon.codecs.client.WatchEventsDecoder.EventsDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

import static io.tourbillon.transport.client.SessionState.CLOSED;
import static io.tourbillon.transport.client.SessionState.OPEN;
import static io.tourbillon.transport.client.SessionState.OPENING;
import static io.tourbillon.transport.client.SessionState.PREPARING;
import static io.tourbillon.transport.client.SessionState.WANTED;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/** Opens a session on each connection, sends what must be sent again, keeps its watches standing and its event credit flowing. */
final class SessionLife
{
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final long RETRY_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Pauses before a refused login is tried again: from the first, doubled up to the second. */
    private static final long LOGIN_PAUSE_MIN_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOGIN_PAUSE_MAX_NS = TimeUnit.SECONDS.toNanos(32);
    private static final byte[] NO_BYTES = new byte[0];

    private final ClientSession session;
    private final ClientConnection connection;
    private final long localId;
    private final Login login;
    private final long creditBytes;
    private final ClientOpening opening;
    private final WatchTable watches = new WatchTable();
    private final ArrayDeque<Watch> cancels = new ArrayDeque<>(); // refused for now
    private final WatchEvent event = new WatchEvent();
    private final UnsafeBuffer reason = new UnsafeBuffer(0, 0);
    private SessionState state = WANTED;
    private long nodeSessionId;
    private long notBeforeNs;
    private long openDeadlineNs;
    private long creditOwed;
    private long messageNumber;
    private boolean isPaused;
    /**
     * What it has logged in with is dead: it is opened again once what is in flight is answered, or waits to be sent again, and for now is
     * as good as closed.
     */
    private boolean isCredentialDead;
    private long loginPauseNs = LOGIN_PAUSE_MIN_NS;
    private boolean hasReopened;
    private long reopenedNs;

    SessionLife(final ClientSession session, final ClientConnection connection, final long localId, final UserPassword user)
    {
        this.session = session;
        this.connection = connection;
        this.localId = localId;
        this.login = new Login(user);
        this.creditBytes = connection.context().eventCreditBytes();
        this.opening = new ClientOpening(connection, session.retries);
    }

    boolean isOpen()
    {
        return state == OPEN && !isCredentialDead;
    }

    boolean isClosed()
    {
        return state == CLOSED;
    }

    long nodeSessionId()
    {
        return nodeSessionId;
    }

    long localId()
    {
        return localId;
    }

    /** @return true if {@link #poll} has something to do, now or later. */
    boolean needsPoll()
    {
        return switch (state)
        {
            case WANTED, OPENING, PREPARING -> true;
            case OPEN -> isCredentialDead ||
                watches.hasPending() || !cancels.isEmpty() || isCreditDue() || opening.isMissing() || !session.retries.isEmpty();
            case CLOSED -> false;
        };
    }

    /** Connected alone. */
    int poll(final long nowNs)
    {
        if (isPaused && nowNs - notBeforeNs < 0)
        {
            return 0;
        }
        isPaused = false;
        return switch (state)
        {
            case WANTED -> sendOpen(nowNs);
            case OPENING -> pollLogin(nowNs) + checkOpening(nowNs);
            case PREPARING -> isCredentialDead ? maybeReopen(nowNs) : prepare(nowNs);
            case OPEN -> isCredentialDead ? maybeReopen(nowNs) :
                session.retries.poll(nowNs) + opening.poll(nowNs, nodeSessionId) + sendCreates() + sendCancels() + sendCredit();
            case CLOSED -> 0;
        };
    }

    void onChallenge(final LoginChallengeDecoder challenge, final long nowNs)
    {
        if (state != OPENING || !login.onChallenge(challenge))
        {
            connection.counters().stray++;
            return;
        }
        openDeadlineNs = nowNs + connection.loginTimeoutNs();
        connection.attend();
    }

    private int pollLogin(final long nowNs)
    {
        final int result = login.poll(connection, localId);
        if (result == Login.FAILED)
        {
            onOpenRefused(ErrorCode.AUTH_FAILED.number(), nowNs);
            return 1;
        }
        return result;
    }

    /** Whether who has opened the session is who may: else it is as if it was refused. */
    boolean isNodeProven(final SessionOpenedDecoder opened, final long nowNs)
    {
        if (state != OPENING || login.isNodeProven(opened))
        {
            return true;
        }
        connection.context().errorHandler().onError(new IllegalStateException(
            "the node has not proven that it knows " + login.user() + ": its session is not taken"));
        onOpenRefused(ErrorCode.AUTH_FAILED.number(), nowNs);
        return false;
    }

    /** A request was refused because what the session has logged in with is not the user's any more: true if it will log in again. */
    boolean onCredentialDied()
    {
        if (login.user().isNobody() || state != OPEN && state != PREPARING)
        {
            return false;
        }
        isCredentialDead = true;
        connection.attend();
        return true;
    }

    private int maybeReopen(final long nowNs)
    {
        if (session.inFlight.size() > session.retries.waitingCount() || hasReopened && nowNs - reopenedNs < LOGIN_PAUSE_MIN_NS)
        {
            return 0; // the first time at once, then no more often than this: a member that is behind takes a password that is gone
        }
        hasReopened = true;
        reopenedNs = nowNs;
        final long dead = nodeSessionId;
        connection.onSessionClosed(session, ErrorCode.INVALID_AUTH_TOKEN.number());
        connection.abandon(dead);
        return 1;
    }

    void onOpened(final long newSessionId, final int requestsMax, final long clusterId)
    {
        if (state != OPENING)
        {
            connection.counters().stray++;
            return;
        }
        nodeSessionId = newSessionId;
        loginPauseNs = LOGIN_PAUSE_MIN_NS;
        creditOwed = 0;
        session.inFlight.begin(requestsMax);
        if (session.retries.isOtherCluster(clusterId))
        {
            session.retries.onForgotten();
            session.requests.giveUpAll();
        }
        if (state == OPENING) // else a listener has closed it
        {
            final long nowNs = connection.clockNs();
            opening.begin(nowNs);
            state(PREPARING);
            prepare(nowNs);
        }
    }

    private int prepare(final long nowNs)
    {
        final int workCount = opening.poll(nowNs, nodeSessionId) + (opening.isSettled() ? session.retries.poll(nowNs) : 0);
        if (opening.isSettled() && session.retries.isEmpty())
        {
            state(OPEN);
            session.listener.onSessionOpened(session);
        }
        return workCount;
    }

    void onClientOpened(final long correlationId, final long clientId, final long outcomesMax)
    {
        opening.onOpened(correlationId, clientId, outcomesMax);
        connection.attend();
    }

    void onClientRefused(final long correlationId, final ErrorCode code, final long nowNs)
    {
        if (code == ErrorCode.INVALID_AUTH_TOKEN)
        {
            onCredentialDied();
        }
        opening.onRefused(correlationId, code, nowNs);
        connection.attend();
    }

    /** The cluster remembers this client no more. */
    void onClientForgotten(final long nowNs)
    {
        opening.onForgotten(nowNs);
        connection.attend();
    }

    /** The node would not open it. */
    void onOpenRefused(final int errorCode, final long nowNs)
    {
        if (state == OPENING)
        {
            state(WANTED);
            pause(nowNs);
            if (errorCode == ErrorCode.AUTH_FAILED.number())
            {
                login.onRefused();
                notBeforeNs = nowNs + loginPauseNs;
                loginPauseNs = Math.min(2 * loginPauseNs, LOGIN_PAUSE_MAX_NS);
            }
            session.listener.onSessionClosed(session, errorCode);
        }
    }

    /** The connection is gone, or the node has closed the session. */
    void onLost(final int errorCode)
    {
        if (state == CLOSED)
        {
            return;
        }
        final boolean wasOpen = state == OPEN;
        state(WANTED);
        nodeSessionId = 0;
        isPaused = false;
        isCredentialDead = false;
        cancels.clear();
        session.requests.giveUpWhatIsNotKept();
        reason.wrap(NO_BYTES);
        for (final Long watchId : watches.onLost())
        {
            session.listener.onWatchCanceled(session, watchId, 0, 0, reason);
        }
        if (wasOpen)
        {
            session.listener.onSessionClosed(session, errorCode);
        }
    }

    void close()
    {
        if (state == CLOSED)
        {
            return;
        }
        if (nodeSessionId != 0)
        {
            connection.abandon(nodeSessionId);
        }
        state(CLOSED);
        connection.forget(session, nodeSessionId);
        nodeSessionId = 0;
        session.requests.giveUpAll();
        session.listener.onSessionClosed(session, 0);
    }

    long watch(final byte[] key, final byte[] rangeEnd, final long startRevision, final int flags)
    {
        return begin(watches.add(key, rangeEnd, startRevision, flags));
    }

    long watch(final WatchRanges ranges)
    {
        return begin(watches.add(ranges));
    }

    private long begin(final Watch watch)
    {
        if (isOpen() && !isPaused)
        {
            sendCreates(); // at once if there is room: what is put after this call is to be seen
        }
        connection.attend();
        return watch.id;
    }

    long cancelWatch(final long watchId)
    {
        final Watch watch = watches.get(watchId);
        if (null == watch || watch.state == Watch.State.CANCELING)
        {
            return 0;
        }
        if (watch.state == Watch.State.PENDING)
        {
            watches.remove(watch);
            endWatch(watchId, 0, 0);
            return 0;
        }
        final long refusal = session.sendWatchCancel(watch);
        if (refusal == 0)
        {
            watches.onCreateEnded(watch);
            watch.state = Watch.State.CANCELING;
        }
        return refusal;
    }

    boolean isWatchCreated(final long watchId)
    {
        final Watch watch = watches.get(watchId);
        return null != watch && watch.state == Watch.State.CREATED;
    }

    void onWatchCreated(final long watchId, final long revision)
    {
        final Watch watch = watches.get(watchId);
        if (null == watch || watch.state != Watch.State.CREATING)
        {
            connection.counters().stray++;
            return;
        }
        watches.onCreateEnded(watch);
        watch.onCreated(revision);
        connection.attend();
        session.listener.onWatchCreated(session, watchId, revision);
    }

    void onWatchCanceled(final long correlationId, final WatchCanceledDecoder message)
    {
        final long watchId = message.watchId() < 0 ? -correlationId : message.watchId();
        final Watch watch = watches.get(watchId);
        if (null == watch)
        {
            connection.counters().stray++;
            return;
        }
        final int code = message.code();
        if (code == ErrorCode.INVALID_AUTH_TOKEN.number() && onCredentialDied())
        {
            if (watch.state == Watch.State.CREATED)
            {
                watches.retry(watch); // it goes on once the session has logged in again; progress that is told until then is not of it
            }
            return;
        }
        watches.remove(watch);
        final long compactRevision = message.compactRevision();
        message.wrapReason(reason);
        session.listener.onWatchCanceled(session, watchId, code, compactRevision, reason);
        connection.attend();
    }

    /** An ErrorReply to a create or a cancel. */
    void onWatchRefused(final long watchId, final int errorCode, final long compactRevision, final long nowNs)
    {
        final Watch watch = watches.get(watchId);
        if (null == watch)
        {
            connection.counters().stray++;
            return;
        }
        final ErrorCode code = ErrorCode.of(errorCode);
        if (watch.state == Watch.State.CREATING && null != code && code.action() == Action.BACK_OFF)
        {
            watches.retry(watch);
            pause(nowNs);
            return;
        }
        final boolean isAsked = watch.state == Watch.State.CANCELING;
        if (code == ErrorCode.INVALID_AUTH_TOKEN && !isAsked && onCredentialDied())
        {
            return; // it is created once the session has logged in again
        }
        if (isAsked && null != code && code.action() == Action.BACK_OFF)
        {
            cancels.add(watch); // else the node would go on with it, unheard
            pause(nowNs);
            return;
        }
        watches.remove(watch);
        endWatch(watchId, isAsked ? 0 : errorCode, compactRevision);
    }

    void onWatchProgress(final long watchId, final long revision)
    {
        watches.onProgress(watchId, revision);
        session.listener.onWatchProgress(session, watchId, revision);
    }

    void onWatchEvents(final WatchEventsDecoder message, final int length)
    {
        messageNumber++;
        final boolean isFragment = message.flags().fragment();
        final long revision = message.reply().revision();
        final EventsDecoder events = message.events();
        while (events.hasNext())
        {
            deliver(message, events.next(), isFragment);
        }
        session.listener.onWatchEventsEnd(session, revision, isFragment);
        if (creditBytes != Long.MAX_VALUE)
        {
            creditOwed += length;
            if (isCreditDue())
            {
                connection.attend();
            }
        }
    }

    private void deliver(final WatchEventsDecoder message, final EventsDecoder next, final boolean isFragment)
    {
        final EventsDecoder.WatchersDecoder watchers = next.watchers();
        final int watcherCount = watchers.count();
        final int stride = watchers.actingBlockLength();
        final int idsOffset = message.limit();
        // Key and values lie behind the ids: pass over these, view those, then come back for the ids.
        message.limit(idsOffset + watcherCount * stride);
        event.wrap(next);
        final long revision = event.modRevision();
        final DirectBuffer buffer = message.buffer();
        for (int i = 0; i < watcherCount; i++)
        {
            final long watchId = buffer.getLong(idsOffset + i * stride, LITTLE_ENDIAN);
            final Watch watch = watches.get(watchId);
            if (null != watch && watch.onEvent(revision, messageNumber, isFragment))
            {
                session.listener.onWatchEvent(session, watchId, event);
            }
            else
            {
                connection.counters().duplicateEvents++;
            }
        }
    }

    private int sendOpen(final long nowNs)
    {
        final byte[] userName = login.user().nameBytes();
        final byte[] nonce = login.begin();
        final int length = HEADER_LENGTH + OpenSessionEncoder.BLOCK_LENGTH + 2 * Integer.BYTES + userName.length + nonce.length;
        final Outbound out = connection.outbound();
        if (out.claim(length) != Outbound.OK)
        {
            return 0;
        }
        final Encoders encoders = connection.encoders();
        final OpenSessionEncoder open = encoders.openSession.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        Encoders.head(open.request(), 0, localId);
        open.eventCredit(creditBytes).putUserName(userName, 0, userName.length).putProof(nonce, 0, nonce.length);
        out.commit();
        state(OPENING);
        openDeadlineNs = nowNs + TimeUnit.MILLISECONDS.toNanos(connection.context().connectTimeoutMs());
        return 1;
    }

    private int checkOpening(final long nowNs)
    {
        if (state == OPENING && openDeadlineNs - nowNs <= 0)
        {
            connection.lose("no answer to the opening of a session");
        }
        return 0;
    }

    private int sendCreates()
    {
        int sentCount = 0;
        for (Watch watch = watches.nextPending(); null != watch && sendCreate(watch); watch = watches.nextPending())
        {
            sentCount++;
        }
        return sentCount;
    }

    private int sendCancels()
    {
        int sentCount = 0;
        for (Watch watch = cancels.peek(); null != watch; watch = cancels.peek())
        {
            if (watches.get(watch.id) == watch && session.sendWatchCancel(watch) != 0)
            {
                return sentCount;
            }
            cancels.poll();
            sentCount++;
        }
        return sentCount;
    }

    private boolean sendCreate(final Watch watch)
    {
        final Outbound out = connection.outbound();
        final long claimed = out.claim(watch.createLength());
        if (claimed == ClientResult.TOO_LARGE)
        {
            watches.remove(watch);
            endWatch(watch.id, ErrorCode.REQUEST_TOO_LARGE.number(), 0);
            return true;
        }
        if (claimed != Outbound.OK)
        {
            return false;
        }
        watch.encodeCreate(connection.encoders(), out, nodeSessionId);
        out.commit();
        watches.onCreateSent(watch);
        return true;
    }

    private boolean isCreditDue()
    {
        return creditOwed > 0 && creditOwed >= creditBytes >> 1;
    }

    private int sendCredit()
    {
        final Outbound out = connection.outbound();
        if (!isCreditDue() || out.claim(HEADER_LENGTH + CreditEncoder.BLOCK_LENGTH) != Outbound.OK)
        {
            return 0;
        }
        final Encoders encoders = connection.encoders();
        final CreditEncoder credit = encoders.credit.wrapAndApplyHeader(out.buffer(), out.offset(), encoders.header);
        Encoders.head(credit.request(), nodeSessionId, 0);
        credit.eventBytes(creditOwed);
        out.commit();
        creditOwed = 0;
        return 1;
    }

    private void endWatch(final long watchId, final int errorCode, final long compactRevision)
    {
        final ErrorCode code = ErrorCode.of(errorCode);
        reason.wrap(null == code ? NO_BYTES : code.messageBytes());
        session.listener.onWatchCanceled(session, watchId, errorCode, compactRevision, reason);
    }

    private void pause(final long nowNs)
    {
        isPaused = true;
        notBeforeNs = nowNs + RETRY_PAUSE_NS;
        connection.attend();
    }

    private void state(final SessionState next)
    {
        assert state.canMoveTo(next) : state + " -> " + next;
        state = next;
        connection.attend();
    }
}
