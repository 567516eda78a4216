package io.tourbillon.transport.aeron;

import io.aeron.Publication;
import io.tourbillon.mvcc.Egress;
import io.tourbillon.mvcc.WatchFigures;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableRingBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;

import java.util.ArrayList;

/**
 * Answers and events on their way to clients. A reply that cannot go now waits in its session's bounded queue, and one that finds the queue
 * full
 * closes the session; an event is never queued. Apply thread; allocates only when a client does not read.
 */
final class ClientEgress implements Egress
{
    /** Queues looked at in one duty cycle. */
    private static final int DRAIN_LIMIT = 64;
    /** Queued replies sent for one session in one duty cycle. */
    private static final int BATCH = 32;

    private final SessionHandover handover;
    private final SlowSessions slowSessions = new SlowSessions();
    private final ReplyMemory memory;
    private final long stallMaxNs;
    private final MessageSender sender = new MessageSender();
    private final AnswerShape answers = new AnswerShape();
    private final Long2ObjectHashMap<Session> sessions = new Long2ObjectHashMap<>();
    /** The same, in no order. */
    private final ArrayList<Session> open = new ArrayList<>();
    private final SlowScan slowScan = new SlowScan(open, slowSessions.table);
    private final ArrayList<Session> backlog = new ArrayList<>();
    private final ExpandableRingBuffer.MessageConsumer resend = this::onQueued;
    private final LongArrayList ended = new LongArrayList();
    private Session draining;
    private Session last;
    /** A near client was answered in this duty cycle: one of them. */
    private Connection answeredNear;
    private int drainIndex;
    private long nowNs;

    /**
     * @param handover   of sessions between sequencer and apply.
     * @param memory     of replies that wait.
     * @param stallMaxNs how long a session with a long read under way may take none of it.
     */
    ClientEgress(final SessionHandover handover, final ReplyMemory memory, final long stallMaxNs)
    {
        this.handover = handover;
        this.memory = memory;
        this.stallMaxNs = stallMaxNs;
    }

    @Override
    public int reply(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        final Session session = find(sessionId);
        if (session == null)
        {
            return GONE;
        }
        if (answers.isLast(buffer, offset))
        {
            session.onAnswered();
        }
        final int sentLength = session.hasReplies() ? 0 : send(session, buffer, offset, length, 0);
        return finish(session, buffer, offset, length, sentLength);
    }

    @Override
    public int scanPart(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        final Session session = find(sessionId);
        if (session == null)
        {
            return GONE;
        }
        final int sentLength = session.hasReplies() ? 0 : send(session, buffer, offset, length, 0);
        if (sentLength == 0)
        {
            return stall(session);
        }
        session.stallEnded();
        if (answers.isLast(buffer, offset))
        {
            session.onAnswered();
        }
        return finish(session, buffer, offset, length, sentLength);
    }

    /** There are few places for long reads: whoever takes nothing must not hold one for ever, however alive he says he is. */
    private int stall(final Session session)
    {
        if (session.isStalledFor(stallMaxNs, nowNs))
        {
            handover.overrun(session);
            end(session);
            return GONE;
        }
        return BACK_PRESSURED;
    }

    @Override
    public int event(final long sessionId, final DirectBuffer buffer, final int offset, final int length)
    {
        final Session session = find(sessionId);
        if (session == null)
        {
            return GONE;
        }
        final boolean mayGo = !session.hasReplies() && session.hasCredit(length);
        final int sentLength = mayGo ? send(session, buffer, offset, length, 0) : 0;
        if (sentLength == 0)
        {
            return BACK_PRESSURED;
        }
        session.useCredit(length);
        // Once its first piece is out a message must be finished, so the rest of it waits like a reply; an event is then told as sent.
        return finish(session, buffer, offset, length, sentLength) == GONE ? GONE : SENT;
    }

    private int finish(final Session session, final DirectBuffer buffer, final int offset, final int length, final int sentLength)
    {
        if (sentLength == length)
        {
            return SENT;
        }
        if (sentLength < 0)
        {
            end(session);
            return GONE;
        }
        return enqueue(session, buffer, offset, length, sentLength) ? QUEUED : GONE;
    }

    /** @return bytes sent from the start of the message, sentBefore if none now, or negative if the stream is gone. */
    private int send(final Session session, final DirectBuffer buffer, final int offset, final int length, final int sentBefore)
    {
        if (session.connection().isNear())
        {
            answeredNear = session.connection();
        }
        final Publication publication = session.connection().publication();
        if (length <= publication.maxPayloadLength())
        {
            final int result = sender.send(publication, buffer, offset, length);
            return result == MessageSender.SENT ? length : result;
        }
        if (sentBefore == 0)
        {
            session.headChunkedId(session.connection().nextChunkedId());
        }
        int sentLength = sentBefore;
        while (sentLength < length)
        {
            final int result = sender.sendPiece(publication, session.headChunkedId(), buffer, offset, length, sentLength);
            if (result <= 0)
            {
                return result == MessageSender.GONE ? MessageSender.GONE : sentLength;
            }
            sentLength += result;
        }
        return sentLength;
    }

    private boolean enqueue(final Session session, final DirectBuffer buffer, final int offset, final int length, final int sentLength)
    {
        final boolean wasEmpty = !session.hasReplies();
        if (!memory.append(session, buffer, offset, length))
        {
            handover.overrun(session);
            end(session);
            return false;
        }
        if (wasEmpty)
        {
            session.headSentLength(sentLength);
            backlog.add(session);
        }
        return true;
    }

    /**
     * Takes sessions over from the sequencer and sends replies that wait.
     *
     * @param newNowNs time of this duty cycle.
     * @return work count.
     */
    int doWork(final long newNowNs)
    {
        nowNs = newNowNs;
        int workCount = takeOver();
        for (int i = Math.min(backlog.size(), DRAIN_LIMIT); i > 0; i--)
        {
            drainIndex = drainIndex > 0 ? drainIndex - 1 : backlog.size() - 1;
            if (drainIndex < backlog.size())
            {
                workCount += drain(drainIndex);
            }
        }
        return workCount;
    }

    /** The end of a duty cycle: tells clients in this process that they were answered in it. */
    void tellNear()
    {
        if (answeredNear != null)
        {
            answeredNear.tellNear();
            answeredNear = null;
        }
    }

    /**
     * Sessions that are over, in any order, each once; for the state machine, between its own calls.
     *
     * @return an id, or 0 if there is none left.
     */
    long pollEnded()
    {
        return ended.isEmpty() ? 0 : ended.removeAt(ended.size() - 1);
    }

    private int drain(final int index)
    {
        final Session session = backlog.get(index);
        int bytes = 0;
        if (session.hasReplies())
        {
            draining = session;
            bytes = memory.queueOf(session).consume(resend, BATCH);
        }
        if (!session.hasReplies())
        {
            final Session moved = backlog.remove(backlog.size() - 1);
            if (index < backlog.size())
            {
                backlog.set(index, moved);
            }
            if (sessions.containsKey(session.id()))
            {
                memory.trim(session);
            }
        }
        return bytes > 0 ? 1 : 0;
    }

    private boolean onQueued(final MutableDirectBuffer buffer, final int offset, final int length, final int headOffset)
    {
        final int sentLength = send(draining, buffer, offset, length, draining.headSentLength());
        if (sentLength == length)
        {
            draining.headSentLength(0);
            return true;
        }
        if (sentLength > 0)
        {
            draining.headSentLength(sentLength);
        }
        return false; // full for now; if it is gone, the connection's end takes the queue with it
    }

    /**
     * @param sessionId to look up.
     * @return true if it is open. What the sequencer opened a moment ago is open.
     */
    boolean isOpen(final long sessionId)
    {
        return find(sessionId) != null;
    }

    private Session find(final long sessionId)
    {
        if (last != null && last.id() == sessionId)
        {
            return last;
        }
        Session session = sessions.get(sessionId);
        if (session == null && takeOver() > 0)
        {
            session = sessions.get(sessionId);
        }
        if (session != null)
        {
            last = session;
        }
        return session;
    }

    private int takeOver()
    {
        int workCount = 0;
        Session session;
        while ((session = handover.pollOpenedOrClosed()) != null)
        {
            workCount++;
            if (session.isClosed())
            {
                end(session);
                session.settle();
            }
            else
            {
                sessions.put(session.id(), session);
                session.index(open.size());
                open.add(session);
            }
        }
        return workCount;
    }

    private void end(final Session session)
    {
        if (session == last)
        {
            last = null;
        }
        if (sessions.remove(session.id()) != null)
        {
            final Session moved = open.remove(open.size() - 1);
            if (moved != session)
            {
                moved.index(session.index());
                open.set(session.index(), moved);
            }
            memory.release(session);
            ended.addLong(session.id());
        }
    }

    /** @return sessions open now. */
    int sessionCount()
    {
        return sessions.size();
    }

    /** Tells of sessions that are behind, in each duty cycle. */
    void tellSlow(final WatchFigures watches)
    {
        slowSessions.tell(backlog.size(), memory.bytes(), watches);
        slowScan.doWork(watches, nowNs);
    }

    /** @return what is told of sessions that are behind. */
    SlowSessions slowSessions()
    {
        return slowSessions;
    }

    /** @return bytes of memory that the queues of replies take. */
    long replyBytes()
    {
        return memory.bytes();
    }
}
