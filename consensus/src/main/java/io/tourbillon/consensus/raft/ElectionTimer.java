package io.tourbillon.consensus.raft;

/**
 * How long a member is patient with its leader, and for how long it keeps faith with it: a leader with a lease counts on that.
 */
final class ElectionTimer
{
    private final RaftSettings settings;
    private final ElectionTimeouts timeouts;
    private long leaderHeardNs;
    /** With lease reads: no later time was told since then, so it may have been heard later than this. */
    private boolean isHearing;
    private long deadlineNs;

    ElectionTimer(final RaftSettings settings, final ElectionTimeouts timeouts)
    {
        this.settings = settings;
        this.timeouts = timeouts;
    }

    /** Before its start a member may have answered a leader that counts on it for its lease. */
    void onStart(final long nowNs, final boolean mayHaveAnswered)
    {
        leaderHeardNs = nowNs - settings.electionTimeoutNs();
        if (mayHaveAnswered && settings.hasLeaseReads())
        {
            onLeaderHeard(nowNs);
        }
    }

    void restart(final long nowNs)
    {
        deadlineNs = nowNs + timeouts.nextNs();
    }

    /** Nobody else can win: there is nobody to wait for but a leader that is heard. */
    void expire(final long nowNs)
    {
        deadlineNs = nowNs;
    }

    /** It waits no longer than this. */
    void hasten(final long nowNs, final long spanNs)
    {
        deadlineNs = deadlineNs - nowNs > spanNs ? nowNs + spanNs : deadlineNs;
    }

    boolean isDue(final long nowNs)
    {
        return deadlineNs - nowNs <= 0;
    }

    void onLeaderHeard(final long nowNs)
    {
        leaderHeardNs = nowNs;
        isHearing = settings.hasLeaseReads();
    }

    /** Whether a leader was heard within an election time-out. */
    boolean isLeaderHeard(final long nowNs)
    {
        // A pause between the look at the clock and the message makes the message later than the time it came with. The next time is surely
        // later than both, and the leader's lease began before the message was sent.
        if (isHearing && nowNs != leaderHeardNs)
        {
            leaderHeardNs = nowNs;
            isHearing = false;
        }
        return nowNs - leaderHeardNs < settings.electionTimeoutNs();
    }
}
