package io.tourbillon.consensus.raft;

/**
 * How long a member is patient with its leader, and for how long it keeps faith with it.
 */
final class ElectionTimer
{
    private final RaftSettings settings;
    private final ElectionTimeouts timeouts;
    private long startedNs;
    private long leaderHeardNs;
    private long deadlineNs;

    ElectionTimer(final RaftSettings settings, final ElectionTimeouts timeouts)
    {
        this.settings = settings;
        this.timeouts = timeouts;
    }

    void onStart(final long nowNs)
    {
        startedNs = nowNs;
    }

    void restart(final long nowNs)
    {
        deadlineNs = nowNs + timeouts.nextNs();
    }

    /** For whom nobody else can win against: there is nobody to wait for. */
    void expire(final long nowNs)
    {
        deadlineNs = nowNs;
    }

    boolean isDue(final long nowNs)
    {
        return deadlineNs - nowNs <= 0;
    }

    void onLeaderHeard(final long nowNs)
    {
        leaderHeardNs = nowNs;
    }

    boolean isLeaderHeard(final long nowNs)
    {
        return nowNs - leaderHeardNs < settings.electionTimeoutNs();
    }

    /** Whether before its start this member may have answered a leader that counts on it for its lease. */
    boolean mayOweLease(final long nowNs)
    {
        return settings.hasLeaseReads() && nowNs - startedNs < settings.electionTimeoutNs();
    }
}
