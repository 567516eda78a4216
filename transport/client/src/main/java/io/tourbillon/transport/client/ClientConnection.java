package io.tourbillon.transport.client;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.ChallengeDecoder;
import io.tourbillon.codecs.client.ConnectedDecoder;
import io.tourbillon.codecs.client.DisconnectEncoder;
import io.tourbillon.codecs.client.KeepAliveEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.LoginChallengeDecoder;
import io.tourbillon.codecs.client.SessionOpenedDecoder;
import org.agrona.CloseHelper;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import static io.tourbillon.transport.client.ConnectionState.CLOSED;
import static io.tourbillon.transport.client.ConnectionState.CONNECTED;
import static io.tourbillon.transport.client.ConnectionState.GREETING;
import static io.tourbillon.transport.client.ConnectionState.LINKING;
import static io.tourbillon.transport.client.ConnectionState.OPENING;
import static io.tourbillon.transport.client.ConnectionState.WAITING;

/**
 * One stream pair to a node, with many sessions on it; made again by itself whenever it is lost, to the next node of those it was
 * given. Only on the thread that polls. Polling does not allocate while the connection stands, and never waits.
 */
public final class ClientConnection implements AutoCloseable
{
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final long TIMER_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int BACK_OFF_DOUBLINGS_MAX = 20;

    private final TourbillonClient client;
    private final ClientContext context;
    private final MemberChoice memberChoice;
    private final ConnectionListener listener;
    private final ClientCounters counters = new ClientCounters();
    private final LastHead lastHead = new LastHead();
    private final Outbound outbound = new Outbound();
    private final Encoders encoders = new Encoders();
    private final Inbound inbound;
    private final Greeting greeting;
    private final SplittableRandom random = new SplittableRandom();
    private final Sessions sessions = new Sessions(this, outbound, encoders);
    private ConnectionState state = WAITING;
    private Link link;
    private boolean isIpcAttempt;
    private String lossReason;
    private volatile String lastReason = "not tried yet";
    private volatile String lastFailure = "";
    private int failureCount;
    private boolean hasHeard;
    private long nextAttemptNs;
    private long deadlineNs;
    private long heardNs;
    private long spokeNs;
    private long timersNs;
    private long keepAliveNs;
    private long silenceNs;

    ClientConnection(final TourbillonClient client, final List<Endpoint> endpoints, final ConnectionListener listener)
    {
        this.client = client;
        this.context = client.context();
        this.memberChoice = new MemberChoice(this, endpoints);
        this.listener = listener;
        this.greeting = new Greeting(context);
        this.inbound = new Inbound(this);
        this.nextAttemptNs = clockNs();
    }

    /**
     * Adds a session, to be opened now and after each reconnect.
     *
     * @param replyListener takes its answers and events.
     * @return the session; {@link ReplyListener#onSessionOpened} says when it can be used.
     */
    public ClientSession openSession(final ReplyListener replyListener)
    {
        return openSession(context.user(), replyListener);
    }

    /**
     * Adds a session of a user, to be opened now and after each reconnect: it logs in each time.
     *
     * @param user          who acts. Sessions of one user should share it.
     * @param replyListener takes its answers and events.
     * @return the session; {@link ReplyListener#onSessionOpened} says when it can be used.
     */
    public ClientSession openSession(final UserPassword user, final ReplyListener replyListener)
    {
        if (state == CLOSED)
        {
            throw new IllegalStateException("the connection is closed");
        }
        return sessions.add(user, replyListener);
    }

    /** @return the state. */
    public ConnectionState state()
    {
        return state;
    }

    /** @return why it is in this state, in words, and why it was lost or not made before, if it was. Any thread. */
    public String reason()
    {
        final String failure = lastFailure;
        final String reason = lastReason;
        return failure.isEmpty() || failure.equals(reason) ? reason : reason + " (before: " + failure + ")";
    }

    /** @return true if it goes through the node's own media driver. */
    public boolean isIpc()
    {
        return null != link && link.isIpc();
    }

    /** @return with which member it is, who leads by what that member says, and how to have it move. */
    public MemberChoice memberChoice()
    {
        return memberChoice;
    }

    /** @return what the node said of itself last, where it spoke of watches. */
    public LastHead lastHead()
    {
        return lastHead;
    }

    /** @return what it counts. */
    public ClientCounters counters()
    {
        return counters;
    }

    /** Takes leave of the node and ends all sessions. */
    @Override
    public void close()
    {
        if (state == CLOSED)
        {
            return;
        }
        sessions.closeAll();
        takeLeave();
        closeLink();
        state(CLOSED, "closed by its owner");
        client.forget(this);
    }

    int poll(final long nowNs)
    {
        final int workCount = switch (state)
        {
            case WAITING, OPENING, LINKING -> pollAttempt(nowNs);
            case GREETING, CONNECTED -> pollStreams(nowNs);
            case CLOSED -> 0;
        };
        if (nowNs - timersNs >= TIMER_INTERVAL_NS)
        {
            timersNs = nowNs;
            sessions.expire(nowNs);
        }
        return workCount;
    }

    private int pollAttempt(final long nowNs)
    {
        try
        {
            return switch (state)
            {
                case WAITING -> nextAttemptNs - nowNs <= 0 ? attempt(nowNs) : 0;
                case OPENING -> pollOpening(nowNs);
                default -> pollLinking(nowNs);
            };
        }
        catch (final Exception ex) // whatever Aeron throws, declared or not: files gone, the driver's refusal, a client closed under us
        {
            context.errorHandler().onError(ex);
            waitForNext(nowNs, String.valueOf(ex.getMessage()));
            return 1;
        }
    }

    ClientContext context()
    {
        return context;
    }

    Media udpMedia()
    {
        return client.udpMedia();
    }

    Outbound outbound()
    {
        return outbound;
    }

    /** Whether the doorbell is to be rung for what was sent since the last call. */
    boolean takeUnrung()
    {
        return outbound.takeUnrung() && null != link && link.hasBell();
    }

    Encoders encoders()
    {
        return encoders;
    }

    long clockNs()
    {
        return context.nanoClock().nanoTime();
    }

    /** Some session has something to send. */
    void attend()
    {
        sessions.attend();
    }

    void onHeard()
    {
        hasHeard = true;
    }

    ClientSession session(final long nodeSessionId)
    {
        return sessions.get(nodeSessionId);
    }

    /** The connection is to be given up, once what is being read was read. */
    void lose(final String reason)
    {
        if (null == lossReason)
        {
            lossReason = reason;
        }
    }

    void onConnected(final ConnectedDecoder message)
    {
        if (state != GREETING)
        {
            counters.stray++;
            return;
        }
        if (!greeting.isProven(message))
        {
            lose(Greeting.NOT_PROVEN);
            return;
        }
        final long silenceMs = Math.min(
            context.silenceMs(), Math.max(2 * Math.max(1, message.keepAliveIntervalMs()), message.timeoutMs()));
        keepAliveNs = TimeUnit.MILLISECONDS.toNanos(Math.max(1, Math.min(silenceMs / 3, message.keepAliveIntervalMs())));
        silenceNs = TimeUnit.MILLISECONDS.toNanos(silenceMs);
        outbound.messageLengthMax((int)Math.min(Integer.MAX_VALUE, message.requestLengthMax()));
        failureCount = 0;
        endAttempt();
        counters.connects++;
        lastFailure = "";
        heardNs = clockNs();
        memberChoice.onConnected(message.reply().memberId(), message.leaderId(), heardNs);
        state(CONNECTED, "the node answered");
        attend();
    }

    void onChallenge(final ChallengeDecoder message)
    {
        if (state == GREETING)
        {
            greeting.answer(message, this);
        }
    }

    void onSessionOpened(final SessionOpenedDecoder message)
    {
        sessions.onOpened(message);
    }

    void onLoginChallenge(final LoginChallengeDecoder message)
    {
        sessions.onLoginChallenge(message);
    }

    /** Time in which a node that lives has answered a login: it may make who guesses wait. */
    long loginTimeoutNs()
    {
        return silenceNs + TimeUnit.MILLISECONDS.toNanos(context.connectTimeoutMs());
    }

    void onSessionClosed(final ClientSession session, final int errorCode)
    {
        inbound.dropChunks(session.sessionId());
        sessions.onClosed(session, errorCode);
    }

    /** An error that names no session: the greeting or a session's opening was refused, or the node does not know us any more. */
    void onConnectionError(final long correlationId, final int errorCode)
    {
        final ClientSession session = correlationId > 0 ? sessions.byLocalId(correlationId) : null;
        final ErrorCode code = ErrorCode.of(errorCode);
        if (null != session && code != ErrorCode.NOT_CONNECTED)
        {
            session.life.onOpenRefused(errorCode, clockNs());
            return;
        }
        lose("refused: " + (null == code ? "error " + errorCode : code.message()));
    }

    void forget(final ClientSession session, final long nodeSessionId)
    {
        sessions.forget(session, nodeSessionId);
        inbound.dropChunks(nodeSessionId);
    }

    /** Ends a session of the node that nobody here wants any more: now, or as soon as there is room in the request stream. */
    void abandon(final long nodeSessionId)
    {
        sessions.abandon(nodeSessionId);
    }

    private int attempt(final long nowNs)
    {
        final Endpoint endpoint = memberChoice.current();
        final Path directory = endpoint.ipcDirectory(context.mediaKind());
        if (null != directory && !Endpoint.isDriverAlive(directory))
        {
            waitForNext(nowNs, "no live media driver in " + directory);
            return 1;
        }
        if (null != directory && !client.beginIpcAttempt())
        {
            return 0;
        }
        isIpcAttempt = null != directory;
        deadlineNs = nowNs + TimeUnit.MILLISECONDS.toNanos(context.connectTimeoutMs());
        state(OPENING, null == directory ? "by UDP to " + endpoint : "by IPC through " + directory);
        final Media media = null == directory ? udpMedia() : Media.ofNode(directory, context);
        try
        {
            link = new Link(endpoint, context, media, null != directory);
        }
        finally
        {
            if (null == link && null != directory)
            {
                CloseHelper.quietClose(media);
            }
        }
        return 1 + pollOpening(nowNs);
    }

    private int pollOpening(final long nowNs)
    {
        final int workCount = link.pollMedia();
        if (link.step())
        {
            state(LINKING, "waiting for a node to take the request stream");
            return 1;
        }
        checkDeadline(nowNs, "the media driver did not add the streams in time");
        return workCount;
    }

    private int pollLinking(final long nowNs)
    {
        final int workCount = link.pollMedia();
        if (link.isConnected())
        {
            outbound.open(link.publication());
            if (greeting.connect(outbound, encoders))
            {
                inbound.reset();
                spokeNs = nowNs;
                state(GREETING, "waiting for the node to answer");
                return 1;
            }
        }
        checkDeadline(nowNs, "no node took the request stream in time");
        return workCount;
    }

    private int pollStreams(final long nowNs)
    {
        int workCount = link.pollMedia();
        hasHeard = false;
        workCount += link.poll(inbound, context.fragmentLimit());
        if (hasHeard)
        {
            heardNs = nowNs;
        }
        if (state == CONNECTED)
        {
            workCount += sessions.poll(nowNs);
            workCount += outbound.sendChunks();
            keepAlive(nowNs);
            if (memberChoice.isMoveDue(nowNs, sessions.all()))
            {
                takeLeave();
                lose(memberChoice.reason());
            }
        }
        if (state == GREETING)
        {
            checkDeadline(nowNs, "the node did not answer in time");
        }
        if (state != CLOSED && state != WAITING)
        {
            checkLoss(nowNs);
        }
        return workCount;
    }

    private void keepAlive(final long nowNs)
    {
        if (outbound.hasSpoken())
        {
            spokeNs = nowNs;
        }
        final boolean isDue = nowNs - spokeNs >= keepAliveNs || memberChoice.isToAsk(nowNs, keepAliveNs, heardNs);
        if (isDue && outbound.claim(HEADER_LENGTH + KeepAliveEncoder.BLOCK_LENGTH) == Outbound.OK)
        {
            Encoders.head(encoders.keepAlive.wrapAndApplyHeader(outbound.buffer(), outbound.offset(), encoders.header).request(), 0, 0);
            outbound.commit();
            spokeNs = nowNs;
            memberChoice.onAsked(nowNs);
        }
    }

    private void takeLeave()
    {
        if (state == CONNECTED && outbound.claim(HEADER_LENGTH + DisconnectEncoder.BLOCK_LENGTH) == Outbound.OK)
        {
            Encoders.head(encoders.disconnect.wrapAndApplyHeader(outbound.buffer(), outbound.offset(), encoders.header).request(), 0, 0);
            outbound.commit();
        }
    }

    private void checkLoss(final long nowNs)
    {
        if (link.isLost())
        {
            lose("the answer stream was lost");
        }
        else if (outbound.isBroken())
        {
            lose("the request stream was closed");
        }
        else if (state == CONNECTED && !hasHeard && nowNs - heardNs >= silenceNs)
        {
            lose("the node was silent for " + TimeUnit.NANOSECONDS.toMillis(nowNs - heardNs) + " ms");
        }
        if (null != lossReason)
        {
            waitForNext(nowNs, lossReason);
        }
    }

    private void checkDeadline(final long nowNs, final String reason)
    {
        if (deadlineNs - nowNs <= 0 && state != WAITING)
        {
            waitForNext(nowNs, reason);
        }
    }

    /** The one way back: everything unanswered is reported, then the next attempt is set. */
    private void waitForNext(final long nowNs, final String reason)
    {
        closeLink();
        lossReason = null;
        lastFailure = reason;
        sessions.onConnectionLost();
        final long pauseNs = TimeUnit.MILLISECONDS.toNanos(Math.min(
            context.reconnectMaxMs(), context.reconnectMinMs() << Math.min(failureCount, BACK_OFF_DOUBLINGS_MAX)));
        final boolean isMove = memberChoice.onLost();
        failureCount += isMove ? 0 : 1;
        nextAttemptNs = isMove ? nowNs : nowNs + pauseNs / 2 + (long)(random.nextDouble() * (pauseNs / 2));
        if (state != CLOSED)
        {
            state(WAITING, reason);
        }
    }

    private void endAttempt()
    {
        if (isIpcAttempt)
        {
            isIpcAttempt = false;
            client.ipcAttemptEnded();
        }
    }

    private void closeLink()
    {
        endAttempt();
        outbound.close();
        sessions.forgetAbandoned();
        CloseHelper.quietClose(link);
        link = null;
    }

    private void state(final ConnectionState next, final String reason)
    {
        final ConnectionState former = state;
        lastReason = reason;
        if (former == next)
        {
            return; // a failed look for a driver: still waiting
        }
        if (!former.canMoveTo(next))
        {
            throw new AssertionError("connection to " + memberChoice.current() + ": " + former + " -> " + next + " because " + reason);
        }
        state = next;
        listener.onStateChange(this, former, next, reason);
    }
}
