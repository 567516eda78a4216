package io.tourbillon.transport.client;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CloseSessionEncoder;
import io.tourbillon.codecs.client.LoginChallengeDecoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.SessionOpenedDecoder;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;

import java.util.ArrayList;
import java.util.List;

/**
 * The sessions of one connection, by the ids of either side; which of them has something to send; and what the node has opened that nobody
 * here wants any more. They outlive the node's answers to them: each is opened anew on the next stream pair. On the thread that polls.
 */
final class Sessions
{
    private static final int CLOSE_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + CloseSessionEncoder.BLOCK_LENGTH;

    private final ClientConnection connection;
    private final Outbound outbound;
    private final Encoders encoders;
    private final ArrayList<ClientSession> all = new ArrayList<>();
    private final Long2ObjectHashMap<ClientSession> byNodeId = new Long2ObjectHashMap<>();
    private final LongArrayList abandoned = new LongArrayList();
    private ClientSession last;
    private long lastLocalId;
    private boolean needsAttention;

    Sessions(final ClientConnection connection, final Outbound outbound, final Encoders encoders)
    {
        this.connection = connection;
        this.outbound = outbound;
        this.encoders = encoders;
    }

    ClientSession add(final UserPassword user, final ReplyListener replyListener)
    {
        final ClientSession session = new ClientSession(connection, ++lastLocalId, user, replyListener);
        all.add(session);
        attend();
        return session;
    }

    /** Not to be changed. */
    List<ClientSession> all()
    {
        return all;
    }

    void closeAll()
    {
        while (!all.isEmpty())
        {
            all.get(all.size() - 1).close();
        }
    }

    /** Some session has something to send. */
    void attend()
    {
        needsAttention = true;
    }

    /** Connected alone. */
    int poll(final long nowNs)
    {
        int workCount = closeAbandoned();
        if (needsAttention)
        {
            needsAttention = false;
            for (int i = 0; i < all.size(); i++)
            {
                final SessionLife life = all.get(i).life;
                workCount += life.poll(nowNs);
                needsAttention |= life.needsPoll();
            }
        }
        return workCount;
    }

    void expire(final long nowNs)
    {
        for (int i = all.size() - 1; i >= 0; i--)
        {
            if (i < all.size()) // a listener may have closed some
            {
                all.get(i).requests.expire(nowNs);
            }
        }
    }

    /** The connection is gone: everything unanswered is reported. */
    void onConnectionLost()
    {
        byNodeId.clear();
        last = null;
        for (int i = all.size() - 1; i >= 0; i--)
        {
            if (i < all.size()) // a listener may have closed some
            {
                all.get(i).life.onLost(ErrorCode.CONNECTION_TIMEOUT.number());
            }
        }
    }

    /** By the node's id; null if there is none. */
    ClientSession get(final long nodeSessionId)
    {
        final ClientSession session = last;
        if (null != session && session.sessionId() == nodeSessionId && nodeSessionId != 0)
        {
            return session;
        }
        last = byNodeId.get(nodeSessionId);
        return last;
    }

    /** By the id that it was opened with; null if its owner has closed it. */
    ClientSession byLocalId(final long localId)
    {
        for (int i = 0; i < all.size(); i++)
        {
            if (all.get(i).life.localId() == localId)
            {
                return all.get(i);
            }
        }
        return null;
    }

    void onOpened(final SessionOpenedDecoder message)
    {
        final ClientSession session = byLocalId(message.reply().correlationId());
        final long nodeSessionId = message.reply().sessionId();
        if (null == session || nodeSessionId == 0)
        {
            connection.counters().stray++;
            abandon(nodeSessionId); // its owner closed it before it was open: the node does not know
            return;
        }
        if (!session.life.isNodeProven(message, connection.clockNs()))
        {
            abandon(nodeSessionId);
            return;
        }
        byNodeId.put(nodeSessionId, session);
        session.life.onOpened(
            nodeSessionId, (int)Math.min(Integer.MAX_VALUE, message.requestsMax()), message.reply().clusterId());
    }

    void onLoginChallenge(final LoginChallengeDecoder message)
    {
        final ClientSession session = byLocalId(message.reply().correlationId());
        if (null == session)
        {
            connection.counters().stray++; // its owner closed it: the node gives it up in time
            return;
        }
        session.life.onChallenge(message, connection.clockNs());
    }

    /** The node has closed it, or it is closed to be opened anew. */
    void onClosed(final ClientSession session, final int errorCode)
    {
        byNodeId.remove(session.sessionId());
        last = null;
        session.life.onLost(errorCode);
    }

    /** Its owner has closed it. */
    void forget(final ClientSession session, final long nodeSessionId)
    {
        all.remove(session);
        byNodeId.remove(nodeSessionId);
        last = null;
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

    /** The request stream is closed: the node ends what it knows of the connection. */
    void forgetAbandoned()
    {
        abandoned.clear();
    }

    private int closeAbandoned()
    {
        int closedCount = 0;
        while (!abandoned.isEmpty() && outbound.claim(CLOSE_LENGTH) == Outbound.OK)
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
}
