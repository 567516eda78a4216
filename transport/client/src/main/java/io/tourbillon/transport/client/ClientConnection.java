package io.tourbillon.transport.client;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.ChallengeDecoder;
import io.tourbillon.codecs.client.CloseSessionEncoder;
import io.tourbillon.codecs.client.ConnectedDecoder;
import io.tourbillon.codecs.client.DisconnectEncoder;
import io.tourbillon.codecs.client.KeepAliveEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.LoginChallengeDecoder;
import io.tourbillon.codecs.client.SessionOpenedDecoder;
import org.agrona.CloseHelper;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;

import java.nio.file.Path;
import java.util.ArrayList;
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
    private final Outbound outbound = new Outbound();
    private final Encoders encoders = new Encoders();
    private final Inbound inbound;
    private final Greeting greeting;
    private final SplittableRandom random = new SplittableRandom();
    private final ArrayList<ClientSession> sessions = new ArrayList<>();
    private final Long2ObjectHashMap<ClientSession> sessionByNodeId = new Long2ObjectHashMap<>();
    private final LongArrayList abandoned = new LongArrayList();
    private ConnectionState state = WAITING;
    private Link link;
    private String lossReason;
    private volatile String lastReason = "not tried yet";
    private volatile String lastFailure = "";
    private ClientSession lastSession;
    private long lastLocalId;
    private int failureCount;
    private boolean needsAttention;
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
        final ClientSession session = new ClientSession(this, ++lastLocalId, user, replyListener);
        sessions.add(session);
        attend();
        return session;
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
        while (!sessions.isEmpty())
        {
            sessions.get(sessions.size() - 1).close();
        }
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
            for (int i = sessions.size() - 1; i >= 0; i--)
            {
                if (i < sessions.size()) // a listener may have closed some
                {
                    sessions.get(i).requests.expire(nowNs);
                }
            }
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
        needsAttention = true;
    }

    void onHeard()
    {
        hasHeard = true;
    }

    ClientSession session(final long nodeSessionId)
    {
        final ClientSession session = lastSession;
        if (null != session && session.sessionId() == nodeSessionId && nodeSessionId != 0)
        {
            return session;
        }
        lastSession = sessionByNodeId.get(nodeSessionId);
        return lastSession;
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
        final ClientSession session = byLocalId(message.reply().correlationId());
        final long nodeSessionId = message.reply().sessionId();
        if (null == session || nodeSessionId == 0)
        {
            counters.stray++;
            abandon(nodeSessionId); // its owner closed it before it was open: the node does not know
            return;
        }
        if (!session.life.isNodeProven(message, clockNs()))
        {
            abandon(nodeSessionId);
            return;
        }
        sessionByNodeId.put(nodeSessionId, session);
        session.life.onOpened(
            nodeSessionId, (int)Math.min(Integer.MAX_VALUE, message.requestsMax()), message.reply().clusterId());
    }

    void onLoginChallenge(final LoginChallengeDecoder message)
    {
        final ClientSession session = byLocalId(message.reply().correlationId());
        if (null == session)
        {
            counters.stray++; // its owner closed it: the node gives it up in time
            return;
        }
        session.life.onChallenge(message, clockNs());
    }

    /** Time in which a node that lives has answered a login: it may make who guesses wait. */
    long loginTimeoutNs()
    {
        return silenceNs + TimeUnit.MILLISECONDS.toNanos(context.connectTimeoutMs());
    }

    void onSessionClosed(final ClientSession session, final int errorCode)
    {
        sessionByNodeId.remove(session.sessionId());
        inbound.dropChunks(session.sessionId());
        lastSession = null;
        session.life.onLost(errorCode);
    }

    /** An error that names no session: the greeting or a session's opening was refused, or the node does not know us any more. */
    void onConnectionError(final long correlationId, final int errorCode)
    {
        final ClientSession session = correlationId > 0 ? byLocalId(correlationId) : null;
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
        sessions.remove(session);
        sessionByNodeId.remove(nodeSessionId);
        inbound.dropChunks(nodeSessionId);
        lastSession = null;
    }

    /** Ends a session of the node that nobody here wants any more: now, or as soon as there is room in the request stream. */
    void abandon(final long nodeSessionId)
    {
        if (nodeSessionId != 0)
        {
            abandoned.addLong(nodeSessionId);
            closeAbandoned();
        }
    }

    private int closeAbandoned()
    {
        int closedCount = 0;
        while (!abandoned.isEmpty() && outbound.claim(HEADER_LENGTH + CloseSessionEncoder.BLOCK_LENGTH) == Outbound.OK)
        {
            final long nodeSessionId = abandoned.removeAt(abandoned.size() - 1);
            Encoders.head(
                encoders.closeSession.wrapAndApplyHeader(outbound.buffer(), outbound.offset(), encoders.header).request(),
                nodeSessionId, 0);
            outbound.commit();
            closedCount++;
        }
        return closedCount;
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
            workCount += pollSessions(nowNs);
            workCount += outbound.sendChunks();
            keepAlive(nowNs);
            if (memberChoice.isMoveDue(nowNs, sessions))
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

    private int pollSessions(final long nowNs)
    {
        int workCount = closeAbandoned();
        if (needsAttention)
        {
            needsAttention = false;
            for (int i = 0; i < sessions.size(); i++)
            {
                final SessionLife life = sessions.get(i).life;
                workCount += life.poll(nowNs);
                needsAttention |= life.needsPoll();
            }
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
        sessionByNodeId.clear();
        lastSession = null;
        for (int i = sessions.size() - 1; i >= 0; i--)
        {
            if (i < sessions.size()) // a listener may have closed some
            {
                sessions.get(i).life.onLost(ErrorCode.CONNECTION_TIMEOUT.number());
            }
        }
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

    private void closeLink()
    {
        outbound.close();
        abandoned.clear(); // the node ends what it knows of the connection
        CloseHelper.quietClose(link);
        link = null;
    }

    private ClientSession byLocalId(final long localId)
    {
        for (int i = 0; i < sessions.size(); i++)
        {
            if (sessions.get(i).life.localId() == localId)
            {
                return sessions.get(i);
            }
        }
        return null;
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
