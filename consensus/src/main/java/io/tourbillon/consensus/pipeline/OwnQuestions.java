package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.LeaderQuestions;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ReplyHeaderDecoder;
import io.tourbillon.codecs.peer.LeaderAnswerDecoder;
import io.tourbillon.consensus.Ingress;
import io.tourbillon.consensus.raft.RaftCore;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * What clients of this member ask and only the leader knows, while another leads: handed on, each until its answer comes, its time is over,
 * or the leader or the way to it is another one. An answer is taken from that leader, in that term and for that question only; what a
 * leader that is none any more had said, or what got lost, is an error for the client. Sequencer's thread only; does not allocate.
 */
final class OwnQuestions
{
    /** Handed on and not answered; one more is told to come later. */
    static final int QUESTIONS_MAX = 1024;
    private static final int SLOT_BITS = 10;
    /** Of a run, at the top of its numbers: what an earlier run asked is no question of this one. */
    private static final int RUN_SHIFT = 48;
    private static final long FREE = 0;
    private static final int MEMBER_ID_OFFSET = Protocol.HEAD_OFFSET + ReplyHeaderDecoder.memberIdEncodingOffset();

    private final RaftCore core;
    private final PeerSender sender;
    private final Ingress ingress;
    private final AdmissionGate admission;
    private final PipelineCounters counters;
    private final long memberId;
    private final UnsafeBuffer scratch = new UnsafeBuffer(ByteBuffer.allocateDirect(LeaderQuestions.LENGTH_MAX));
    /** {@link #FREE} = nobody asks in this slot. */
    private final long[] numbers = new long[QUESTIONS_MAX];
    private final long[] sessionIds = new long[QUESTIONS_MAX];
    private final long[] credentials = new long[QUESTIONS_MAX];
    private final long[] correlationIds = new long[QUESTIONS_MAX];
    private final long[] deadlinesNs = new long[QUESTIONS_MAX];
    private final boolean[] wantsKeys = new boolean[QUESTIONS_MAX];
    private final int[] freeSlots = new int[QUESTIONS_MAX];
    private final long runBits;
    private int freeCount = QUESTIONS_MAX;
    private long lastNumber;
    private long knownTerm;
    private long knownLeaderId;
    private long nextTickNs;
    private boolean hasTicked;

    static
    {
        assert QUESTIONS_MAX == 1 << SLOT_BITS : "a slot is some bits of a number";
    }

    /** @param runId of this run of the member: its low bits are another than in the run before. */
    OwnQuestions(
        final PipelineContext ctx, final RaftCore core, final PeerSender sender, final AdmissionGate admission, final long runId)
    {
        this.core = core;
        this.sender = sender;
        this.admission = admission;
        ingress = ctx.ingress();
        counters = ctx.counters();
        memberId = ctx.memberId();
        runBits = runId << RUN_SHIFT;
        for (int i = 0; i < QUESTIONS_MAX; i++)
        {
            freeSlots[i] = i;
        }
    }

    boolean hasRoom()
    {
        return freeCount > 0;
    }

    /**
     * Hands a question on; one without a correlation id cannot be answered and is not kept. False if it cannot be sent now. There must be
     * room, and a leader that is not this member.
     */
    boolean ask(
        final long sessionId, final long credential, final long correlationId, final long deadlineNs, final DirectBuffer buffer,
        final int offset, final int length)
    {
        followLeader();
        final int slot = freeSlots[freeCount - 1];
        final long number = runBits | (lastNumber + 1) << SLOT_BITS | slot;
        scratch.putBytes(0, buffer, offset, length);
        wantsKeys[slot] = LeaderQuestions.wantsKeys(scratch, 0);
        if (wantsKeys[slot])
        {
            LeaderQuestions.dropKeys(scratch, 0);
        }
        if (!sender.leaderQuestion(core.leaderId(), core.term(), number, credential, scratch, length))
        {
            return false;
        }
        lastNumber++;
        if (correlationId == 0)
        {
            return true;
        }
        freeCount--;
        numbers[slot] = number;
        sessionIds[slot] = sessionId;
        credentials[slot] = credential;
        correlationIds[slot] = correlationId;
        deadlinesNs[slot] = deadlineNs;
        return true;
    }

    int onAnswer(final LeaderAnswerDecoder message)
    {
        followLeader();
        final long number = message.number();
        final int slot = (int)number & (QUESTIONS_MAX - 1);
        final boolean isAsked = numbers[slot] != FREE && numbers[slot] == number;
        if (!isAsked || message.peer().term() != core.term() || message.peer().fromId() != core.leaderId())
        {
            return RaftCore.OUT_OF_DATE;
        }
        if (message.code() != 0)
        {
            refuse(slot, message.code());
            return RaftCore.TAKEN;
        }
        final boolean isLast = message.last() != 0;
        final int length = message.answerLength();
        final int offset = message.limit() + LeaderAnswerDecoder.answerHeaderLength();
        final DirectBuffer buffer = message.buffer();
        if (!LeaderQuestions.isAnswer(buffer, offset, length) ||
            buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN) != correlationIds[slot])
        {
            return RaftCore.OUT_OF_DATE; // no member of ours says so
        }
        if (LeaderQuestions.errorCode(buffer, offset) == ErrorCode.NOT_LEADER.number())
        {
            refuse(slot, ErrorCode.LEADER_CHANGED.number());
            return RaftCore.TAKEN;
        }
        scratch.putBytes(0, buffer, offset, length);
        scratch.putLong(Protocol.SESSION_ID_OFFSET, sessionIds[slot], LITTLE_ENDIAN);
        scratch.putLong(MEMBER_ID_OFFSET, memberId, LITTLE_ENDIAN);
        tell(slot, isLast, length);
        return RaftCore.TAKEN;
    }

    /** To apply, which says it to the client. */
    private void tell(final int slot, final boolean isLast, final int length)
    {
        final boolean isWhole = !wantsKeys[slot] || !LeaderQuestions.isOfOneLease(scratch, 0);
        final long result = admission.answer(
            isWhole, sessionIds[slot], credentials[slot], correlationIds[slot], deadlinesNs[slot], scratch, length);
        if (result < 0)
        {
            refuse(slot, (int)-result);
        }
        else if (isLast)
        {
            release(slot);
        }
    }

    /** What was sent to it before may be lost, or its answer. */
    void onPeerConnected(final long peerId)
    {
        if (peerId == core.leaderId())
        {
            refuseAll(ErrorCode.CONNECTION_LOST);
        }
    }

    /** Looks after the leader, and now and then after deadlines. How many were told of theirs. */
    int poll(final long nowNs)
    {
        followLeader();
        if (freeCount == QUESTIONS_MAX || hasTicked && nextTickNs - nowNs > 0)
        {
            return 0;
        }
        hasTicked = true;
        nextTickNs = nowNs + OwnRequests.TICK_NS;
        int count = 0;
        for (int slot = 0; slot < QUESTIONS_MAX; slot++)
        {
            if (numbers[slot] != FREE && deadlinesNs[slot] - nowNs <= 0)
            {
                refuse(slot, ErrorCode.TIMEOUT.number());
                count++;
            }
        }
        if (count > 0)
        {
            counters.requestsTimedOut.addRelease(count);
        }
        return count;
    }

    private void followLeader()
    {
        if (core.term() != knownTerm || core.leaderId() != knownLeaderId)
        {
            knownTerm = core.term();
            knownLeaderId = core.leaderId();
            refuseAll(ErrorCode.LEADER_CHANGED);
        }
    }

    private void refuseAll(final ErrorCode code)
    {
        for (int slot = 0; freeCount < QUESTIONS_MAX && slot < QUESTIONS_MAX; slot++)
        {
            if (numbers[slot] != FREE)
            {
                refuse(slot, code.number());
            }
        }
    }

    private void refuse(final int slot, final int code)
    {
        final long sessionId = sessionIds[slot];
        final long correlationId = correlationIds[slot];
        release(slot);
        ingress.onRejected(sessionId, correlationId, code);
    }

    private void release(final int slot)
    {
        numbers[slot] = FREE;
        freeSlots[freeCount++] = slot;
    }
}
