package io.tourbillon.transport.client;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.LoginChallengeDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.OpenSessionEncoder;
import io.tourbillon.codecs.client.SessionOpenedDecoder;

import java.util.concurrent.TimeUnit;

import static io.tourbillon.transport.client.SessionState.CLOSED;
import static io.tourbillon.transport.client.SessionState.OPEN;
import static io.tourbillon.transport.client.SessionState.OPENING;
import static io.tourbillon.transport.client.SessionState.PREPARING;
import static io.tourbillon.transport.client.SessionState.WANTED;

/** Opens a session on each connection, logs in, sends what must be sent again; ends it. On the thread that polls. */
final class SessionLife
{
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final long RETRY_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** Pauses before a refused login is tried again: from the first, doubled up to the second. */
    private static final long LOGIN_PAUSE_MIN_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOGIN_PAUSE_MAX_NS = TimeUnit.SECONDS.toNanos(32);

    private final ClientSession session;
    private final ClientConnection connection;
    private final long localId;
    private final Login login;
    private final ClientOpening opening;
    private SessionState state = WANTED;
    private long nodeSessionId;
    private long notBeforeNs;
    private long openDeadlineNs;
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
        this.opening = new ClientOpening(connection, session.retries);
    }

    boolean isOpen()
    {
        return state == OPEN && !isCredentialDead;
    }

    /** Open, and not pausing. */
    boolean isSending()
    {
        return isOpen() && !isPaused;
    }

    void disclaimWrites()
    {
        opening.disclaim();
        connection.attend();
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
            case OPEN -> isCredentialDead || session.watches.needsPoll() || opening.isMissing() || !session.retries.isEmpty();
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
                session.retries.poll(nowNs) + opening.poll(nowNs, nodeSessionId) + session.watches.send();
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
        if (login.user().isFixed())
        {
            end(ErrorCode.INVALID_AUTH_TOKEN.number());
            return 1;
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
        session.watches.onOpened();
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
        if (state == OPENING && errorCode == ErrorCode.INVALID_AUTH_TOKEN.number() && login.user().isFixed())
        {
            end(errorCode); // it would be refused each time
        }
        else if (state == OPENING)
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
        session.requests.giveUpWhatIsNotKept();
        session.watches.onLost();
        if (wasOpen)
        {
            session.listener.onSessionClosed(session, errorCode);
        }
    }

    void close()
    {
        end(0);
    }

    /** For good. */
    private void end(final int errorCode)
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
        session.listener.onSessionClosed(session, errorCode);
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
        open.eventCredit(session.watches.creditBytes()).putUserName(userName, 0, userName.length).putProof(nonce, 0, nonce.length);
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

    /** Nothing is sent for a moment. */
    void pause(final long nowNs)
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
