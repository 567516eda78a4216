package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import org.agrona.collections.Long2ObjectHashMap;

/** All sessions as the sequencer knows them: opens, finds, closes. Sequencer. */
final class SessionBook
{
    private final Long2ObjectHashMap<Session> sessions = new Long2ObjectHashMap<>();
    private final SessionHandover handover;
    private final ConnectionVoice voice;
    private final IngressCounters counters;
    private final int perConnectionMax;
    private final int sessionsMax;
    private long lastId;
    private boolean isSweepDue;
    private boolean isSweepDueAgain;

    SessionBook(
        final Identity identity,
        final SessionHandover handover,
        final ConnectionVoice voice,
        final IngressCounters counters,
        final NodeConfig config)
    {
        this.handover = handover;
        this.voice = voice;
        this.counters = counters;
        this.perConnectionMax = config.intNumber(NodeOption.MAX_SESSIONS);
        this.sessionsMax = config.intNumber(NodeOption.MAX_SESSIONS_OF_NODE);
        this.lastId = (long)identity.starts() << Integer.SIZE;
    }

    /**
     * Answers SessionOpened or an error.
     *
     * @param credential of the user who has logged in; 0 = nobody.
     * @param proof      that we know this user; empty if nobody has logged in.
     * @return the session, or null.
     */
    Session open(
        final Connection connection, final long correlationId, final long credit, final long credential, final byte[] proof)
    {
        final Session session = new Session(lastId + 1, connection, credit, credential);
        if (isFull(connection) || !handover.open(session))
        {
            counters.refused.addRelease(1);
            voice.error(connection, 0, correlationId, ErrorCode.TOO_MANY_SESSIONS);
            return null;
        }
        lastId++;
        sessions.put(session.id(), session);
        connection.sessions().put(session.id(), session);
        counters.sessions.setRelease(sessions.size());
        voice.sessionOpened(session, correlationId, proof);
        return session;
    }

    /** Whether a connection, or the node, has as many sessions as it may. */
    boolean isFull(final Connection connection)
    {
        return connection.sessions().size() >= perConnectionMax || sessions.size() >= sessionsMax;
    }

    /** @return the session if it is one of this connection, else null. */
    Session find(final Connection connection, final long sessionId)
    {
        final Session session = sessions.get(sessionId);
        return session != null && session.connection() == connection ? session : null;
    }

    /** A request that was handed on to the leader did not get into the log. */
    void onRejected(final long sessionId, final long correlationId, final ErrorCode code)
    {
        final Session session = sessions.get(sessionId);
        if (session != null)
        {
            session.onRejected();
            voice.error(session.connection(), sessionId, correlationId, code);
        }
    }

    /** What was asked for has happened, and the log here says nothing of it. */
    void onDone(final long sessionId, final long correlationId, final long targetId)
    {
        final Session session = sessions.get(sessionId);
        if (session != null)
        {
            session.onRejected(); // it is in flight no more, and apply will not answer it
            voice.memberDone(session, correlationId, targetId);
        }
    }

    /** Ends one session and says so; reason null = asked for. */
    void close(final Session session, final long correlationId, final ErrorCode reason)
    {
        if (sessions.remove(session.id()) != null)
        {
            session.connection().sessions().remove(session.id());
            forget(session);
            voice.sessionClosed(session, correlationId, reason);
        }
    }

    /** Ends all sessions of a connection that is over; says so if there is a reason that the client may still hear. */
    void closeAll(final Connection connection, final ErrorCode reason)
    {
        for (final Session session : connection.sessions().values())
        {
            sessions.remove(session.id());
            forget(session);
            if (reason != null)
            {
                voice.sessionClosed(session, 0, reason);
            }
        }
        connection.sessions().clear();
    }

    private void forget(final Session session)
    {
        session.connection().chunks().onSessionClosed(session);
        handover.close(session);
        counters.sessions.setRelease(sessions.size());
    }

    int doWork()
    {
        int workCount = handover.flush();
        Session session;
        while ((session = handover.pollOverrun()) != null)
        {
            closeOverrun(session);
            workCount++;
        }
        return workCount;
    }

    private void closeOverrun(final Session session)
    {
        counters.overruns.addRelease(1);
        close(session, 0, ErrorCode.REPLIES_OVERRUN);
    }

    /** Now and then, before all connections are swept. */
    void beginSweep()
    {
        isSweepDue = handover.takeOverrunMissed() || isSweepDueAgain;
        isSweepDueAgain = false;
    }

    /** Finds what {@link SessionHandover#overrun} could not pass on, if there is anything: ten thousand sessions are in no cache. */
    void sweep(final Connection connection)
    {
        if (!isSweepDue)
        {
            return;
        }
        for (final Session session : connection.sessions().values())
        {
            if (session.isOverrun())
            {
                closeOverrun(session);
                isSweepDueAgain = true;
                return; // the map has changed; the next sweep finds the next
            }
        }
    }
}
