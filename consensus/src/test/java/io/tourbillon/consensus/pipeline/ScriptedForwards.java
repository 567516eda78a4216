package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.peer.ForwardRejectDecoder;
import io.tourbillon.codecs.peer.ForwardRequestDecoder;
import io.tourbillon.codecs.peer.ForwardSettleDecoder;
import io.tourbillon.codecs.peer.ForwardSettledDecoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.Checkpoint;
import io.tourbillon.consensus.Ingress;
import io.tourbillon.consensus.StateMachine;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.Role;
import org.agrona.DirectBuffer;

import java.util.Arrays;

/**
 * How a member hands writes on to its leader, for the simulator: the product's own classes, put together as {@link PeerReceiver} and
 * {@link AdmissionGate} do.
 */
public final class ScriptedForwards
{
    /** What the member's surroundings do. */
    public interface World extends ScriptedWay
    {
        /**
         * A request of another member is to get into the log.
         *
         * @param fromId        that has handed it on.
         * @param sessionId     of its client.
         * @param correlationId of the request.
         * @param payload       of it.
         * @return its index, or below 0 if it was not taken.
         */
        long propose(long fromId, long sessionId, long correlationId, byte[] payload);

        /**
         * An own client's request was not taken, or nobody here knows what became of it.
         *
         * @param sessionId     of the client.
         * @param correlationId of the request.
         * @param isCertain     true = it never gets into the log.
         */
        void refuse(long sessionId, long correlationId, boolean isCertain);

        /** @return last index of the own log. */
        long lastIndex();
    }

    private static final int INSIDE_MAX = 1024;

    /** What is left to apply to say. */
    private final class Answers implements StateMachine
    {
        @Override
        public long appliedIndex()
        {
            return counters.appliedIndex.getAcquire();
        }

        @Override
        public void onTimedOut(final long sessionId, final long correlationId)
        {
            world.refuse(sessionId, correlationId, false);
        }

        @Override
        public int onEntry(final EntryFrame entry, final boolean isReplay)
        {
            throw new AssertionError("the simulator applies");
        }

        @Override
        public void onRead(final long sessionId, final long credential, final DirectBuffer buffer, final int offset, final int length)
        {
            throw new AssertionError("the simulator reads");
        }

        @Override
        public int doWork(final long nowNs)
        {
            return 0;
        }

        @Override
        public Checkpoint freeze()
        {
            return null;
        }
    }

    private final World world;
    private final RaftCore core;
    private final PeerSender sender;
    private final OwnRequests ownRequests;
    private final ForwardSettler settler;
    private final ForwardFloors floors = new ForwardFloors();
    private final PipelineCounters counters = new PipelineCounters();
    private final TimedOut timedOut = new TimedOut(new Answers());

    /**
     * For one run of a member.
     *
     * @param core       of the member.
     * @param memberId   of the member.
     * @param runId      of this run; larger than of any before.
     * @param patienceNs until what was handed on is asked after.
     * @param world      that carries out.
     */
    public ScriptedForwards(final RaftCore core, final long memberId, final long runId, final long patienceNs, final World world)
    {
        this.core = core;
        this.world = world;
        sender = new PeerSender(1, memberId, new ScriptedLinks(world), null);
        ownRequests = new OwnRequests(new Ingress()
        {
            @Override
            public void onStart(final io.tourbillon.consensus.Admission admission)
            {
                // Requests come by the simulator's clients.
            }

            @Override
            public int poll(final long nowNs)
            {
                return 0;
            }

            @Override
            public void onRejected(final long sessionId, final long correlationId, final int code)
            {
                world.refuse(sessionId, correlationId, code != ErrorCode.TIMEOUT.number());
            }
        }, counters, timedOut, INSIDE_MAX, runId);
        settler = new ForwardSettler(core, sender, ownRequests, patienceNs);
    }

    /**
     * Hands a request on.
     *
     * @param sessionId     of its client.
     * @param correlationId of the request.
     * @param payload       of it.
     * @return false if there is nobody to hand it to.
     */
    public boolean forward(final long sessionId, final long correlationId, final DirectBuffer payload)
    {
        final long leaderId = core.leaderId();
        if (core.role() == Role.LEADER || leaderId == RaftCore.NO_LEADER || !ownRequests.hasRoom() || !sender.forward(
            leaderId, core.term(), sessionId, 0, correlationId, 0, ownRequests.nextNumber(), payload, 0, payload.capacity()))
        {
            return false;
        }
        ownRequests.onForwarded(core.term(), sessionId, correlationId, 0); // nobody looks after deadlines here
        return true;
    }

    /**
     * A message of another member.
     *
     * @param buffer that holds it at 0.
     * @return false if it is not about what is handed on.
     */
    public boolean onMessage(final DirectBuffer buffer)
    {
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, 0);
        switch (header.templateId())
        {
            case ForwardRequestDecoder.TEMPLATE_ID -> onForward(new ForwardRequestDecoder().wrapAndApplyHeader(buffer, 0, header));
            case ForwardRejectDecoder.TEMPLATE_ID ->
            {
                final ForwardRejectDecoder reject = new ForwardRejectDecoder().wrapAndApplyHeader(buffer, 0, header);
                ownRequests.onRejected(reject.sessionId(), reject.correlationId(), reject.code());
            }
            case ForwardSettleDecoder.TEMPLATE_ID -> onSettle(new ForwardSettleDecoder().wrapAndApplyHeader(buffer, 0, header));
            case ForwardSettledDecoder.TEMPLATE_ID ->
                settler.onSettled(new ForwardSettledDecoder().wrapAndApplyHeader(buffer, 0, header));
            default ->
            {
                return false;
            }
        }
        return true;
    }

    private void onForward(final ForwardRequestDecoder message)
    {
        final long fromId = message.peer().fromId();
        if (!floors.isAbove(core.term(), fromId, message.number()))
        {
            return;
        }
        final byte[] payload = new byte[message.payloadLength()];
        message.buffer().getBytes(message.limit() + ForwardRequestDecoder.payloadHeaderLength(), payload);
        if (message.peer().term() != core.term() ||
            world.propose(fromId, message.sessionId(), message.correlationId(), Arrays.copyOf(payload, payload.length)) < 0)
        {
            sender.reject(fromId, core.term(), message.sessionId(), message.correlationId(), ErrorCode.LEADER_CHANGED.number());
        }
    }

    private void onSettle(final ForwardSettleDecoder message)
    {
        if (message.peer().term() == core.term() && core.role() == Role.LEADER)
        {
            floors.raise(core.term(), message.peer().fromId(), message.number());
            sender.forwardSettled(message.peer().fromId(), core.term(), message.number(), world.lastIndex());
        }
    }

    /**
     * An own client's request is in the log.
     *
     * @param index         of its entry.
     * @param term          of its entry.
     * @param sessionId     of the client.
     * @param correlationId of the request.
     */
    public void onAppended(final long index, final long term, final long sessionId, final long correlationId)
    {
        ownRequests.onAppended(index, term, sessionId, correlationId);
    }

    /**
     * The log was truncated.
     *
     * @param fromIndex first entry that went.
     */
    public void onTruncated(final long fromIndex)
    {
        ownRequests.onTruncated(fromIndex);
    }

    /**
     * More is committed.
     *
     * @param index      last one.
     * @param term       of its entry.
     * @param wholeIndex up to which the disk has the log.
     */
    public void onCommitted(final long index, final long term, final long wholeIndex)
    {
        ownRequests.onCommitted(index, term, wholeIndex);
        settler.onCommitted(index);
    }

    /**
     * An entry of an own client's request is back that the disk had lost.
     *
     * @param frame of it.
     */
    public void onRepaired(final EntryFrame frame)
    {
        ownRequests.onRepaired(frame);
    }

    /**
     * Apply hears which requests it must not answer any more.
     *
     * @param appliedIndex last one that it has applied.
     */
    public void tellApply(final long appliedIndex)
    {
        counters.appliedIndex.setRelease(appliedIndex);
        timedOut.take(appliedIndex, 0);
    }

    /** Another member's state has taken the place of the log. */
    public void onStateInstalled()
    {
        ownRequests.onStateInstalled();
        timedOut.take(counters.appliedIndex.getAcquire(), 0);
    }

    /**
     * Asks after what was handed on and never came.
     *
     * @param nowNs now.
     */
    public void poll(final long nowNs)
    {
        settler.poll(nowNs);
    }
}
