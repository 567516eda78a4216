package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.LeaderQuestions;
import io.tourbillon.codecs.peer.LeaderQuestionDecoder;
import io.tourbillon.consensus.LeaderAnswers;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.Role;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What other members ask this one as their leader, for their clients: each becomes a linearizable read, as if a client of this member
 * asked, and what the state machine answers goes back. Bounded by the leases that are asked for. A question ends with its answer, with the
 * term, or when its client has given up by any measure. Sequencer's thread only; does not allocate.
 */
final class PeerQuestions implements ControlledMessageHandler
{
    /** Leases asked for and not answered; a renewal of many counts as many. As many renewals are done in one duty cycle of apply. */
    static final int LEASES_MAX = 2048;
    /** The state machine answers each within 7 s, of its own time. */
    private static final long GIVEN_UP_NS = TimeUnit.SECONDS.toNanos(30);
    /** A full stream has room again within milliseconds, unless who reads it has gone. */
    private static final long STUCK_MAX_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long TICK_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int ANSWERS_PER_CYCLE = 256;
    private static final int SLOT_BITS = 11;
    private static final int FREE = 0;

    private final RaftCore core;
    private final PeerSender sender;
    private final AdmissionGate admission;
    private final LeaderAnswers answers;
    private final long[] ids = new long[LEASES_MAX];
    private final long[] memberIds = new long[LEASES_MAX];
    private final long[] numbers = new long[LEASES_MAX];
    private final long[] sinceNs = new long[LEASES_MAX];
    /** {@link #FREE} = nobody asks in this slot. */
    private final int[] leaseCounts = new int[LEASES_MAX];
    private final int[] freeSlots = new int[LEASES_MAX];
    private int freeCount = LEASES_MAX;
    private int leaseTotal;
    private long lastId;
    /** What could not be sent; 0 = nothing. */
    private long stuckId;
    private long stuckSinceNs;
    private long nowNs;
    private long knownTerm;
    private long nextTickNs;
    private boolean hasTicked;

    static
    {
        assert LEASES_MAX == 1 << SLOT_BITS : "a slot is some bits of an id";
    }

    PeerQuestions(final RaftCore core, final PeerSender sender, final AdmissionGate admission, final LeaderAnswers answers)
    {
        this.core = core;
        this.sender = sender;
        this.admission = admission;
        this.answers = answers;
        for (int i = 0; i < LEASES_MAX; i++)
        {
            freeSlots[i] = i;
        }
    }

    int onQuestion(final long newNowNs, final LeaderQuestionDecoder message)
    {
        nowNs = newNowNs;
        followTerm();
        final long fromId = message.peer().fromId();
        final long number = message.number();
        final long credential = message.credential();
        final int length = message.questionLength();
        final int offset = message.limit() + LeaderQuestionDecoder.questionHeaderLength();
        final int leaseCount = LeaderQuestions.leaseCount(message.buffer(), offset, length);
        if (leaseCount == 0)
        {
            return RaftCore.OUT_OF_DATE; // no member of ours says so
        }
        if (core.role() != Role.LEADER || message.peer().term() != core.term())
        {
            refuse(fromId, number, ErrorCode.LEADER_CHANGED.number());
            return RaftCore.OUT_OF_DATE;
        }
        if (leaseTotal + leaseCount > LEASES_MAX)
        {
            refuse(fromId, number, ErrorCode.TOO_MANY_REQUESTS.number());
            return RaftCore.TAKEN;
        }
        final int slot = freeSlots[--freeCount];
        ids[slot] = ++lastId << SLOT_BITS | slot;
        memberIds[slot] = fromId;
        numbers[slot] = number;
        sinceNs[slot] = nowNs;
        leaseCounts[slot] = leaseCount;
        leaseTotal += leaseCount;
        final long result = admission.readFor(LeaderAnswers.sessionOf(ids[slot]), credential, message.buffer(), offset, length);
        if (result < 0)
        {
            release(slot);
            refuse(fromId, number, (int)-result);
        }
        return RaftCore.TAKEN;
    }

    private void refuse(final long toId, final long number, final int code)
    {
        sender.leaderRefusal(toId, core.term(), number, code);
    }

    /** Sends what was answered; what cannot be sent for long is lost: whoever waits for it is told that it took too long. */
    int poll(final long newNowNs)
    {
        nowNs = newNowNs;
        followTerm();
        final int count = answers.poll(this, ANSWERS_PER_CYCLE);
        if (leaseTotal > 0 && (!hasTicked || nextTickNs - nowNs <= 0))
        {
            hasTicked = true;
            nextTickNs = nowNs + TICK_NS;
            forgetGivenUp();
        }
        return count;
    }

    @Override
    public Action onMessage(final int type, final MutableDirectBuffer buffer, final int index, final int length)
    {
        final long id = buffer.getLong(index);
        final int slot = (int)id & (LEASES_MAX - 1);
        if (leaseCounts[slot] == FREE || ids[slot] != id)
        {
            return Action.CONTINUE; // of another term, or given up
        }
        final boolean isLast = type == LeaderAnswers.LAST;
        final boolean isSent = sender.leaderAnswer(memberIds[slot], core.term(), numbers[slot], isLast,
            buffer, index + LeaderAnswers.HEAD_LENGTH, length - LeaderAnswers.HEAD_LENGTH);
        if (!isSent && mayWait(id, memberIds[slot]))
        {
            return Action.ABORT;
        }
        stuckId = 0;
        if (isLast)
        {
            release(slot);
        }
        return Action.CONTINUE;
    }

    /** The others' answers are behind it. */
    private boolean mayWait(final long id, final long toId)
    {
        if (stuckId != id)
        {
            stuckId = id;
            stuckSinceNs = nowNs;
        }
        return sender.isConnected(toId) && nowNs - stuckSinceNs < STUCK_MAX_NS;
    }

    private void release(final int slot)
    {
        leaseTotal -= leaseCounts[slot];
        leaseCounts[slot] = FREE;
        freeSlots[freeCount++] = slot;
    }

    /** Who asked in another term knows that it is over: nothing of it is an answer any more. */
    private void followTerm()
    {
        if (core.term() == knownTerm)
        {
            return;
        }
        knownTerm = core.term();
        if (leaseTotal > 0)
        {
            leaseTotal = 0;
            Arrays.fill(leaseCounts, FREE);
            freeCount = LEASES_MAX;
            for (int i = 0; i < LEASES_MAX; i++)
            {
                freeSlots[i] = i;
            }
        }
    }

    private void forgetGivenUp()
    {
        for (int slot = 0; slot < LEASES_MAX; slot++)
        {
            if (leaseCounts[slot] != FREE && nowNs - sinceNs[slot] > GIVEN_UP_NS)
            {
                release(slot);
            }
        }
    }

    /** Leases asked for and not answered. */
    int leaseTotal()
    {
        return leaseTotal;
    }
}
