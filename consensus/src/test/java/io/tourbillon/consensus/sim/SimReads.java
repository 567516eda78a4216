package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.ReadIndexReplyDecoder;
import io.tourbillon.codecs.peer.ReadIndexRequestDecoder;
import io.tourbillon.consensus.history.History;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.ScriptedMessages;
import io.tourbillon.consensus.raft.ScriptedMessages.Message;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Linearizable reads of one run of a member. A leader asks its core; a follower asks the leader for the index to wait for, under a number
 * that no run of it has used before: an answer to a former life must not pass for one to a new read.
 */
final class SimReads
{
    private static final long NO_INDEX = -1;

    /** Of a client here (an op, or another request), or of a follower (fromId) that asked under a number of its own. */
    private record Read(History.Op op, byte[] request, long sessionId, long fromId, long attempt)
    {
    }

    private record Ready(long readIndex, Read read)
    {
    }

    private final SimWorld world;
    private final SimMember member;
    /** By read id: wait for the core. */
    private final TreeMap<Long, Read> asked = new TreeMap<>();
    /** By attempt: wait for the leader. */
    private final Map<Long, Read> forwarded = new HashMap<>();
    /** Wait to be applied. */
    private final List<Ready> confirmed = new ArrayList<>();
    private long lastReadId;
    private long lastAttempt;

    SimReads(final SimWorld world, final SimMember member, final int runCount)
    {
        this.world = world;
        this.member = member;
        lastAttempt = (long)runCount << 32;
    }

    void read(final History.Op op, final long sessionId)
    {
        read(new Read(op, null, sessionId, member.id(), 0));
    }

    /** What the state machine answers by itself; nobody is told if it cannot be asked. */
    void read(final byte[] request, final long sessionId)
    {
        read(new Read(null, request, sessionId, member.id(), 0));
    }

    private void read(final Read read)
    {
        final RaftCore core = member.core();
        final boolean isRenewal = world.plant == Plant.LEASE_RENEWED_WITHOUT_ROUND && read.sessionId == SimLeases.FIRST_SESSION;
        if ((world.plant == Plant.STALE_READ || isRenewal) && member.isLeader())
        {
            confirmed.add(new Ready(core.commitIndex(), read));
        }
        else if (!ask(read))
        {
            final long leaderId = core.leaderId();
            if (leaderId == RaftCore.NO_LEADER || leaderId == member.id())
            {
                settle(read, NO_INDEX);
                return;
            }
            lastAttempt += world.plant == Plant.READ_NUMBER_USED_AGAIN ? 0 : 1;
            forwarded.put(lastAttempt, read);
            world.network.send(ScriptedMessages.readIndexRequest(member.id(), leaderId, lastAttempt));
        }
    }

    private boolean ask(final Read read)
    {
        final long readId = lastReadId + 1;
        asked.put(readId, read);
        final long askedNs = member.nowNs() - (world.plant == Plant.LEASE_READ_PAUSE_UNNOTICED ? 1 : 0);
        if (member.core().onRead(askedNs, readId, member.effects()) == RaftCore.NOT_LEADER)
        {
            asked.remove(readId);
            return false;
        }
        lastReadId = readId;
        return true;
    }

    /** True if the message is one of reads' and was taken. */
    boolean onMessage(final Message message)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(message.bytes());
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, 0);
        if (header.templateId() == ReadIndexRequestDecoder.TEMPLATE_ID)
        {
            final long attempt = new ReadIndexRequestDecoder().wrapAndApplyHeader(buffer, 0, header).attempt();
            final Read read = new Read(null, null, 0, message.fromId(), attempt);
            if (!ask(read))
            {
                reply(read, NO_INDEX);
            }
            return true;
        }
        if (header.templateId() == ReadIndexReplyDecoder.TEMPLATE_ID)
        {
            final ReadIndexReplyDecoder reply = new ReadIndexReplyDecoder().wrapAndApplyHeader(buffer, 0, header);
            settle(forwarded.remove(reply.attempt()), reply.readIndex());
            return true;
        }
        return false;
    }

    void confirm(final long readId, final long readIndex)
    {
        settleAsked(readId, readIndex);
    }

    void abandon(final long readId)
    {
        settleAsked(readId, NO_INDEX);
    }

    private void settleAsked(final long readId, final long readIndex)
    {
        final Map<Long, Read> settled = asked.headMap(readId, true);
        settled.values().forEach((read) ->
        {
            if (read.fromId != member.id())
            {
                reply(read, readIndex);
            }
            else
            {
                settle(read, readIndex);
            }
        });
        settled.clear();
    }

    private void reply(final Read read, final long readIndex)
    {
        world.network.send(ScriptedMessages.readIndexReply(member.id(), read.fromId, read.attempt, readIndex));
    }

    private void settle(final Read read, final long readIndex)
    {
        if (read != null && readIndex == NO_INDEX && read.op == null)
        {
            return;
        }
        if (read != null && readIndex == NO_INDEX)
        {
            world.clients.refuse(read.op, read.sessionId, RaftCore.NO_LEADER);
        }
        else if (read != null)
        {
            confirmed.add(new Ready(readIndex, read));
        }
    }

    /** Runs those whose index is applied. */
    void run(final SimStore store)
    {
        confirmed.removeIf((ready) ->
        {
            if (ready.readIndex > store.appliedIndex())
            {
                return false;
            }
            final History.Op op = ready.read.op;
            if (op == null)
            {
                store.ask(ready.read.sessionId, ready.read.request);
                return true;
            }
            world.clients.answer(op, ready.read.sessionId, store.get(op.keys().get(0)), store.revision(), store.appliedIndex());
            return true;
        });
    }
}
