package io.tourbillon.consensus.raft;

/**
 * What a member knows of another one. Most of it means something only while this member leads.
 */
final class Peer
{
    /** How entries are sent. */
    enum Mode
    {
        /** Where its log agrees is not known: one message at a time. */
        PROBE,
        /** It agrees: entries follow one another without waiting, as far as the window allows. */
        PIPELINE,
        /** What it lacks is no longer in the log: the state itself is on its way. */
        SNAPSHOT
    }

    final long id;
    /** It has given its vote (1), refused it (-1), or not answered (0), in the election that is on. */
    int vote;
    Mode mode = Mode.PROBE;
    /** Durable there, as far as this leader has heard. Never goes back in a term. */
    long matchIndex;
    /** Next to be sent; above {@link #matchIndex}, but for a probe of a member that has lost what it acknowledged. */
    long nextIndex;
    /** Commit index last sent. */
    long sentCommitIndex;
    /** Last heartbeat round it has answered. */
    long answeredRound;
    /** When something was last acknowledged, or sent while nothing was on the way. */
    long progressNs;
    /** In PROBE: a message is on its way. */
    boolean isProbeSent;
    /** It was connected since this member's start. */
    boolean isReached;
    /** It was heard since the last check of the quorum. */
    boolean isActive;
    /** It has said that it has less than it has acknowledged. That is late, or it has lost some of that: it will be asked. */
    boolean isDoubted;
    /** It has not said that its disk has no room for what was sent last. */
    boolean hasRoom = true;

    Peer(final long id)
    {
        this.id = id;
    }

    /** This member begins to lead. */
    void reset(final long lastIndex, final long round, final long nowNs)
    {
        matchIndex = 0;
        nextIndex = lastIndex + 1;
        sentCommitIndex = 0;
        answeredRound = round;
        // A member that was never heard counts as heard until the first check: it had no time to answer.
        isActive = true;
        hasRoom = true;
        probe(nowNs);
    }

    void probe(final long nowNs)
    {
        isDoubted = false;
        mode = Mode.PROBE;
        isProbeSent = false;
        progressNs = nowNs;
    }

    /** What was sent before may be lost, or it has started anew and does not remember where the logs agree. */
    void onConnected(final long nowNs)
    {
        if (mode == Mode.PIPELINE)
        {
            nextIndex = matchIndex + 1;
            probe(nowNs);
        }
    }

    boolean isReadyToSend(final long lastIndex, final int windowEntries)
    {
        return switch (mode)
        {
            case PROBE -> !isProbeSent;
            case PIPELINE -> nextIndex <= lastIndex && nextIndex - 1 - matchIndex < windowEntries;
            case SNAPSHOT -> false;
        };
    }

    void onSent(final long lastSentIndex, final long nowNs)
    {
        assert lastSentIndex >= nextIndex - 1 : lastSentIndex + " < " + nextIndex;
        if (mode == Mode.PROBE)
        {
            isProbeSent = true;
            return;
        }
        if (nextIndex - 1 == matchIndex)
        {
            progressNs = nowNs;
        }
        nextIndex = lastSentIndex + 1;
    }

    void onMatched(final long index, final long nowNs)
    {
        hasRoom = true;
        isDoubted |= index < matchIndex && mode == Mode.PIPELINE;
        if (index > matchIndex)
        {
            matchIndex = index;
            progressNs = nowNs;
        }
        nextIndex = Math.max(nextIndex, matchIndex + 1);
        // An acknowledgement from before the probe says nothing of what is believed there now: its sender may have started again since.
        if (mode == Mode.PROBE && isProbeSent)
        {
            mode = Mode.PIPELINE;
            nextIndex = matchIndex + 1;
            progressNs = nowNs;
            // Until now it could not believe what it was told of the commit index.
            sentCommitIndex = 0;
        }
    }

    /** It says again, asked, that it has less than it acknowledged, and the log does not go back so far: the state must be sent. */
    void onLost(final long index, final long nowNs)
    {
        nextIndex = index + 1;
        probe(nowNs);
    }

    /** The state was installed there, up to an index; or it was not, and the index is 0. */
    void onSnapshotEnd(final long index, final long nowNs)
    {
        nextIndex = Math.max(matchIndex, index) + 1;
        probe(nowNs);
        // A snapshot that failed is not begun again before the next heartbeat.
        isProbeSent = index == 0;
    }

    /**
     * It lacks what came before a message. Refusals of messages that were sent before it agreed, or before the last step back, say nothing
     * new; unless its disk has lost what it had acknowledged and it started again in this term: then it refuses the next probe, too, and is
     * sent that anew.
     */
    void onRefused(final long rejectedIndex, final long hintIndex, final boolean isDiskFull, final long nowNs)
    {
        if (hintIndex > rejectedIndex)
        {
            hasRoom = !isDiskFull;
            onNoRoom(hintIndex, nowNs);
        }
        else if (mode == Mode.PROBE && rejectedIndex == nextIndex - 1)
        {
            nextIndex = Math.max(1, hintIndex);
            probe(nowNs);
        }
        else if (mode == Mode.PIPELINE && rejectedIndex > matchIndex)
        {
            nextIndex = Math.max(matchIndex + 1, hintIndex);
            probe(nowNs);
        }
        else
        {
            isDoubted |= mode == Mode.PIPELINE;
        }
    }

    /** What was sent from an index on found no room: it is sent again after the next acknowledgement or heartbeat, not at once. */
    private void onNoRoom(final long index, final long nowNs)
    {
        if (mode == Mode.PIPELINE && index > matchIndex)
        {
            nextIndex = Math.min(nextIndex, index);
            probe(nowNs);
            isProbeSent = true;
        }
    }

    /**
     * Whether it must be asked where the logs agree: it is doubted, or entries are on their way and nothing has come back for too long,
     * as a connection was lost, and with it messages.
     */
    boolean isProbeDue(final long nowNs, final long timeoutNs)
    {
        return isDoubted || (mode == Mode.PIPELINE && nextIndex - 1 > matchIndex && nowNs - progressNs > timeoutNs);
    }
}
