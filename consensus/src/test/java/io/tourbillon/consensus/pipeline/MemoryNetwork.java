package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.consensus.PeerHandler;
import io.tourbillon.consensus.PeerLinks;
import io.tourbillon.consensus.StateLinks;
import io.tourbillon.consensus.raft.Configuration;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;

/** Messages between pipelines of one process; members can be cut off from one another. */
final class MemoryNetwork
{
    private static final int MESSAGE_LENGTH_MAX = 4 << 20;
    private static final int BATCH_LENGTH = 8 << 10;
    private static final int MESSAGES_PER_POLL = 64;

    private final Map<Long, Queue<byte[]>> inboxes = new ConcurrentHashMap<>();
    /** How often each member has started. */
    private final Map<Long, Integer> starts = new ConcurrentHashMap<>();
    private final Map<Long, Queue<byte[]>> stateInboxes = new ConcurrentHashMap<>();
    /** By which each member acts. */
    final Map<Long, Configuration> configurations = new ConcurrentHashMap<>();
    private final Set<String> cuts = ConcurrentHashMap.newKeySet();
    /** Cut, and the sender knows. */
    private final Set<String> broken = ConcurrentHashMap.newKeySet();
    /** What becomes of a message on the state's ways; null = lost. */
    volatile UnaryOperator<byte[]> stateFate = UnaryOperator.identity();
    /** Of messages that get lost. */
    private volatile int lostTemplateId = -1;
    private volatile byte[] lastLost;

    PeerLinks linksOf(final long memberId)
    {
        inboxes.put(memberId, new ConcurrentLinkedQueue<>());
        starts.merge(memberId, 1, Integer::sum);
        return new Links(memberId);
    }

    StateLinks stateLinksOf(final long memberId)
    {
        stateInboxes.put(memberId, new ConcurrentLinkedQueue<>());
        return new StateMessages(memberId);
    }

    /** Both ways. */
    void cut(final long memberId, final long... others)
    {
        for (final long other : others)
        {
            cuts.add(memberId + ">" + other);
            cuts.add(other + ">" + memberId);
        }
    }

    /** Both ways, and both ends know it. */
    void breakLinks(final long memberId, final long... others)
    {
        for (final long other : others)
        {
            broken.add(memberId + ">" + other);
            broken.add(other + ">" + memberId);
        }
    }

    void heal()
    {
        cuts.clear();
        broken.clear();
        lostTemplateId = -1;
    }

    void lose(final int templateId)
    {
        lostTemplateId = templateId;
    }

    /** The last one that was lost comes after all. */
    void deliverLost(final long toId)
    {
        inboxes.get(toId).add(lastLost);
    }

    private final class StateMessages implements StateLinks
    {
        private final long memberId;

        StateMessages(final long memberId)
        {
            this.memberId = memberId;
        }

        @Override
        public int poll(final PeerHandler handler)
        {
            return hand(stateInboxes.get(memberId), handler);
        }

        @Override
        public boolean send(final long toId, final DirectBuffer buffer, final int offset, final int length)
        {
            final Queue<byte[]> inbox = stateInboxes.get(toId);
            final byte[] message = new byte[length];
            buffer.getBytes(offset, message);
            final byte[] arriving = cuts.contains(memberId + ">" + toId) ? null : stateFate.apply(message);
            if (inbox != null && arriving != null)
            {
                inbox.add(arriving);
            }
            return true;
        }

        @Override
        public int messageLengthMax()
        {
            return BATCH_LENGTH;
        }

        @Override
        public void onClose()
        {
            stateInboxes.remove(memberId);
        }
    }

    private static int hand(final Queue<byte[]> inbox, final PeerHandler handler)
    {
        int count = 0;
        for (byte[] message; count < MESSAGES_PER_POLL && (message = inbox.poll()) != null; count++)
        {
            final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(message.length));
            buffer.putBytes(0, message);
            handler.onPeerMessage(buffer, 0, message.length);
        }
        return count;
    }

    private final class Links implements PeerLinks
    {
        private final long memberId;
        private final Map<Long, Integer> seenStarts = new HashMap<>();

        Links(final long memberId)
        {
            this.memberId = memberId;
        }

        @Override
        public void onConfiguration(final Configuration configuration)
        {
            configurations.put(memberId, configuration);
        }

        @Override
        public boolean isConnectedFor(final long toId, final long spanNs)
        {
            return !broken.contains(memberId + ">" + toId);
        }

        @Override
        public int poll(final PeerHandler handler)
        {
            starts.forEach((otherId, count) ->
            {
                // Whoever starts anew does not remember where the logs agree.
                if (otherId != memberId && !count.equals(seenStarts.put(otherId, count)))
                {
                    handler.onPeerConnected(otherId);
                }
            });
            return hand(inboxes.get(memberId), handler);
        }

        @Override
        public boolean sendUrgent(final long toId, final DirectBuffer buffer, final int offset, final int length)
        {
            return send(toId, buffer, offset, length);
        }

        @Override
        public boolean send(final long toId, final DirectBuffer buffer, final int offset, final int length)
        {
            if (broken.contains(memberId + ">" + toId))
            {
                return false;
            }
            final Queue<byte[]> inbox = inboxes.get(toId);
            if (inbox == null || cuts.contains(memberId + ">" + toId))
            {
                return true;
            }
            final byte[] message = new byte[length];
            buffer.getBytes(offset, message);
            if (new MessageHeaderDecoder().wrap(buffer, offset).templateId() == lostTemplateId)
            {
                lastLost = message;
                return true;
            }
            inbox.add(message);
            return true;
        }

        @Override
        public int batchLength()
        {
            return BATCH_LENGTH;
        }

        @Override
        public int messageLengthMax()
        {
            return MESSAGE_LENGTH_MAX;
        }

        @Override
        public void onClose()
        {
            inboxes.remove(memberId);
        }
    }
}
