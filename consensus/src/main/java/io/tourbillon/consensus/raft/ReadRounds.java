package io.tourbillon.consensus.raft;

/**
 * Rounds of heartbeats, and the linearizable reads that wait for them (Raft thesis, 6.4). A read belongs to a round that began after it
 * came; each round has a number of its own, so an answer cannot confirm what was asked after it was given. Reads that come while a round
 * is on wait for the next, all of them for the same one. Leader only.
 */
final class ReadRounds
{
    /** Rounds that may be on at once; one begins with each heartbeat interval, so older ones are lost or useless. */
    private static final int ROUNDS_MAX = 64;

    private final long[] readIds = new long[ROUNDS_MAX];
    private final long[] readIndexes = new long[ROUNDS_MAX];
    private final long[] sentNs = new long[ROUNDS_MAX];
    /** Number of the last round. Never goes back, not even when another term begins. */
    private long round;
    private long confirmedRound;
    /** When that one began. */
    private long confirmedNs;
    /** First round of this term: what older ones said of leadership is over. */
    private long firstRound;
    /** Last read asked for; at least {@link #settledReadId}. */
    private long askedReadId;
    private long askedNs;
    /** Last read asked for before {@link #askedNs}. */
    private long earlierReadId;
    /** Last read that was confirmed or given up. */
    private long settledReadId;

    long round()
    {
        return round;
    }

    void ask(final long readId, final long nowNs)
    {
        assert readId > askedReadId : readId + " after " + askedReadId;
        if (nowNs != askedNs)
        {
            earlierReadId = askedReadId;
            askedNs = nowNs;
        }
        askedReadId = readId;
    }

    boolean hasWaiting()
    {
        return askedReadId > settledReadId;
    }

    /** No round is on that could confirm the newest read. */
    boolean isRoundWanted()
    {
        return hasWaiting() && confirmedRound == round;
    }

    /**
     * A round begins: its heartbeats are sent after this.
     *
     * @param readIndex what reads that it confirms must see.
     * @param canRead   false before the first commit of the term: it confirms no read then.
     */
    long begin(final long nowNs, final long readIndex, final boolean canRead)
    {
        round++;
        readIds[slot(round)] = canRead ? askedReadId : settledReadId;
        readIndexes[slot(round)] = readIndex;
        sentNs[slot(round)] = nowNs;
        return round;
    }

    /** A majority has answered this round. True if reads were confirmed by it: {@link #settledReadId()}, {@link #readIndex()}. */
    boolean onReached(final long reachedRound)
    {
        if (reachedRound <= confirmedRound || reachedRound + ROUNDS_MAX <= round)
        {
            return false;
        }
        confirmedRound = reachedRound;
        confirmedNs = sentNs[slot(reachedRound)];
        final long readId = readIds[slot(reachedRound)];
        if (readId <= settledReadId)
        {
            return false;
        }
        settledReadId = readId;
        return true;
    }

    /**
     * All that came before this time may run: the lease was looked at later. A read of the same time may have come after a pause that
     * followed the look at the clock, when another leads already. True if there were any.
     */
    boolean settleBefore(final long nowNs)
    {
        final long readId = nowNs == askedNs ? earlierReadId : askedReadId;
        if (readId <= settledReadId)
        {
            return false;
        }
        settledReadId = readId;
        return true;
    }

    /** All that wait may run at once: leadership needs no round. */
    long settleAll()
    {
        settledReadId = askedReadId;
        return settledReadId;
    }

    /** Leadership is over or begins anew: what was sent in rounds so far confirms nothing any more. */
    long abandon()
    {
        confirmedRound = round;
        firstRound = round + 1;
        return settleAll();
    }

    long settledReadId()
    {
        return settledReadId;
    }

    /** Of the round confirmed last. */
    long readIndex()
    {
        return readIndexes[slot(confirmedRound)];
    }

    /**
     * Whether a majority was heard so recently that it cannot yet have given its votes to another: nobody who answered a round votes for
     * another member within an election time-out from when the round began (thesis 6.4.1).
     */
    boolean hasLease(final long nowNs, final long leaseNs)
    {
        return confirmedRound >= firstRound && nowNs - confirmedNs < leaseNs;
    }

    private static int slot(final long round)
    {
        return (int)round & (ROUNDS_MAX - 1);
    }
}
