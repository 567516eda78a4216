package io.tourbillon.tools.server;

import io.tourbillon.consensus.pipeline.MemberProgress;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.journal.DurationHistogram;
import io.tourbillon.tools.server.EventLog.Level;
import io.tourbillon.transport.aeron.StateCounters;

import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Tells what has happened to a node since it was looked at last, by its counters: the node's own threads log nothing. Of what came and went
 * between two looks the last is told, with how often. One thread; blocks as the log does.
 */
final class EventWatch
{
    /** How long the sequencer is held up before it is worth a line. */
    private static final long STALL_NS = TimeUnit.SECONDS.toNanos(1);
    /** Forces in the buckets behind this one took longer than a second, as good as. */
    private static final int SLOW_BUCKET = 15;

    private final PipelineCounters counters;
    private final DurationHistogram forces;
    private final StateCounters state;
    private final long memberId;
    private final EventLog log;
    private long leaderId;
    private long leaderChanges;
    private Configuration configuration = Configuration.UNKNOWN;
    private boolean isDiskFull;
    private boolean isOutOfSpace;
    private long statesSent;
    private long statesInstalled;
    private long statesFailed;
    private long repaired;
    private long slowForces;
    private long stalledNs;
    private long clusterVersion;

    /**
     * @param counters of the node.
     * @param forces   how long those of its journal took.
     * @param state    what its state machine holds.
     * @param memberId of the node.
     * @param log      to tell.
     */
    EventWatch(
        final PipelineCounters counters, final DurationHistogram forces, final StateCounters state, final long memberId, final EventLog log)
    {
        this.counters = counters;
        this.forces = forces;
        this.state = state;
        this.memberId = memberId;
        this.log = log;
    }

    void poll()
    {
        pollMembers();
        pollVersion();
        pollLeader();
        pollRoom();
        pollStates();
        pollDisk();
    }

    private void pollMembers()
    {
        final MemberProgress progress = counters.members.getAcquire();
        if (!progress.configuration().equals(configuration))
        {
            configuration = progress.configuration();
            final String members = configuration.members().stream().map(EventWatch::told).collect(Collectors.joining(", "));
            log.tell(Level.INFO, "configuration-changed", "members", members, "changing_voters", configuration.isJoint());
        }
    }

    private static String told(final Member member)
    {
        final String name = member.name().isEmpty() ? Long.toHexString(member.id()) : member.name();
        return name + (member.isLearner() ? " (learner)" : !member.isVoter() ? " (leaving)" : "");
    }

    /** Not that which it has at its start. */
    private void pollVersion()
    {
        final long version = state.clusterVersion.getAcquire();
        if (version != clusterVersion && clusterVersion != 0)
        {
            log.tell(Level.INFO, "cluster-version-raised", "version", version);
        }
        clusterVersion = version;
    }

    /** The term is read last: it is at least the one in which the leader leads. */
    private void pollLeader()
    {
        final long changes = counters.leaderChanges.getAcquire();
        final long leader = counters.leaderId.getAcquire();
        final long term = counters.term.getAcquire();
        if (leader == leaderId && changes == leaderChanges)
        {
            return;
        }
        final long newChanges = changes - leaderChanges;
        leaderId = leader;
        leaderChanges = changes;
        if (leader == 0)
        {
            log.tell(Level.WARN, "no-leader", "term", term, "changes", newChanges);
        }
        else if (leader == memberId)
        {
            log.tell(Level.INFO, "became-leader", "term", term, "changes", newChanges);
        }
        else
        {
            final Member member = configuration.member(leader);
            log.tell(Level.INFO, "follows", "leader", member == null ? "" : member.name(), "leader_id", Long.toHexString(leader),
                "term", term, "changes", newChanges);
        }
    }

    private void pollRoom()
    {
        final boolean isFull = counters.diskFull.getAcquire() != 0;
        if (isFull != isDiskFull)
        {
            isDiskFull = isFull;
            log.tell(isFull ? Level.WARN : Level.INFO, isFull ? "disk-full" : "disk-has-room");
        }
        final boolean isOut = counters.noSpace.getAcquire() != 0;
        if (isOut != isOutOfSpace)
        {
            isOutOfSpace = isOut;
            log.tell(isOut ? Level.WARN : Level.INFO, isOut ? "writes-refused-for-want-of-room" : "writes-taken-again");
        }
    }

    private void pollStates()
    {
        final long sent = counters.snapshotsSent.getAcquire();
        if (sent != statesSent)
        {
            log.tell(Level.INFO, "state-sent", "count", sent - statesSent, "bytes_since_start", counters.snapshotBytesSent.getAcquire());
            statesSent = sent;
        }
        final long installed = counters.snapshotsReceived.getAcquire();
        if (installed != statesInstalled)
        {
            log.tell(Level.INFO, "state-installed", "count", installed - statesInstalled,
                "bytes_since_start", counters.snapshotBytesReceived.getAcquire(), "applied_index", counters.appliedIndex.getAcquire());
            statesInstalled = installed;
        }
        final long failed = counters.snapshotsFailed.getAcquire();
        if (failed != statesFailed)
        {
            log.tell(Level.WARN, "state-transfer-failed", "count", failed - statesFailed);
            statesFailed = failed;
        }
    }

    private void pollDisk()
    {
        final long repairedNow = counters.entriesRepaired.getAcquire();
        if (repairedNow != repaired)
        {
            log.tell(Level.WARN, "entries-repaired", "count", repairedNow - repaired);
            repaired = repairedNow;
        }
        long slow = 0;
        for (int i = SLOW_BUCKET + 1; i <= DurationHistogram.BOUND_COUNT; i++)
        {
            slow += forces.count(i);
        }
        if (slow != slowForces)
        {
            log.tell(Level.WARN, "slow-force", "count", slow - slowForces,
                "longer_than_ms", TimeUnit.NANOSECONDS.toMillis(DurationHistogram.boundNs(SLOW_BUCKET)));
            slowForces = slow;
        }
        final long stalled = counters.stalledNs.getAcquire();
        if (stalled - stalledNs >= STALL_NS)
        {
            log.tell(Level.WARN, "held-up", "ms", TimeUnit.NANOSECONDS.toMillis(stalled - stalledNs));
        }
        stalledNs = stalled;
    }
}
