package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.ForwardSettledDecoder;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.Role;

/**
 * Finds out what became of requests that were handed on to a leader who goes on to lead, but neither puts them into the log nor refuses
 * them: they, or the refusal, got lost on the way. The leader is asked to take none of them from now on and to tell an index at or below
 * which those are that it took. Once that is committed, what the log did not bring is lost for certain. A change of term settles the rest
 * ({@link OwnRequests#onCommitted}). Sequencer's thread only; does not allocate.
 */
final class ForwardSettler
{
    private final RaftCore core;
    private final PeerSender sender;
    private final OwnRequests ownRequests;
    private final long patienceNs;

    /** Number of the request that has waited longest, and since when it is that one. */
    private long oldest = OwnRequests.NONE;
    private long sinceNs;
    private long settledTerm;
    private long settledNumber = OwnRequests.NONE;
    private long settledIndex;

    ForwardSettler(final RaftCore core, final PeerSender sender, final OwnRequests ownRequests, final long patienceNs)
    {
        this.core = core;
        this.sender = sender;
        this.ownRequests = ownRequests;
        this.patienceNs = patienceNs;
    }

    /** Asks, and asks again, while the oldest one is not settled. */
    int poll(final long nowNs)
    {
        final long first = ownRequests.oldestForwarded(core.term());
        if (first != oldest)
        {
            oldest = first;
            sinceNs = nowNs;
        }
        final boolean hasWaited = first != OwnRequests.NONE && nowNs - sinceNs >= patienceNs;
        if (!hasWaited || core.role() == Role.LEADER || core.leaderId() == RaftCore.NO_LEADER)
        {
            return 0;
        }
        sinceNs = nowNs;
        sender.forwardSettle(core.leaderId(), core.term(), ownRequests.lastNumber());
        return 1;
    }

    int onSettled(final ForwardSettledDecoder message)
    {
        if (message.peer().term() != core.term())
        {
            return RaftCore.OUT_OF_DATE;
        }
        settledTerm = core.term();
        settledNumber = message.number();
        settledIndex = message.lastIndex();
        onCommitted(core.commitIndex());
        return RaftCore.TAKEN;
    }

    void onCommitted(final long index)
    {
        if (settledNumber != OwnRequests.NONE && index >= settledIndex)
        {
            // Committed in another term, it says nothing: the log may have become another one.
            if (settledTerm == core.term())
            {
                ownRequests.onLost(settledTerm, settledNumber);
            }
            settledNumber = OwnRequests.NONE;
        }
    }
}
