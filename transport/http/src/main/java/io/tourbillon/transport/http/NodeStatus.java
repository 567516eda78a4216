package io.tourbillon.transport.http;

import io.tourbillon.codecs.Alarm;
import io.tourbillon.consensus.pipeline.AgentCounters;
import io.tourbillon.consensus.pipeline.MemberProgress;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.journal.DurationHistogram;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.SlowSession;
import io.tourbillon.transport.aeron.SlowSessions;
import io.tourbillon.transport.client.async.MemberInfo;
import io.tourbillon.transport.client.async.StatusResult;

import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * What {@code /status.json} says of a node in this process. Figures that only grow are told as they stand: who wants a rate asks twice, and
 * {@code atMs} is the time between. Ids are texts in hex. Counters are read as they stand; what only apply knows is asked of it, and null
 * when it does not answer. Any thread; blocks while it asks.
 */
public final class NodeStatus implements Supplier<String>
{
    private static final double NS_PER_MS = 1e6;

    private final Node node;
    private final NodeVitals vitals;
    private final String version;
    private final long startNs = System.nanoTime();

    /**
     * @param node    whose status this is.
     * @param vitals  asks it.
     * @param version of this software.
     */
    public NodeStatus(final Node node, final NodeVitals vitals, final String version)
    {
        this.node = node;
        this.vitals = vitals;
        this.version = version;
    }

    @Override
    public String get()
    {
        final StatusResult status = vitals.status();
        final List<MemberInfo> infos = status == null ? List.of() : vitals.members();
        final PipelineCounters pipeline = node.pipelineCounters();
        final MemberProgress progress = pipeline.members.getAcquire();
        final long nowNs = System.nanoTime();
        final Json json = new Json().open('{')
            .put("atMs", nowNs / NS_PER_MS)
            .put("uptimeMs", (nowNs - startNs) / NS_PER_MS)
            .put("version", version)
            .put("clusterId", hex(node.clusterId()))
            .put("memberId", hex(node.memberId()))
            .put("mode", node.mode())
            .put("isAnswering", status != null);
        addRaft(json, pipeline, progress, node.memberId());
        addMembers(json, pipeline, progress, infos, node.memberId());
        addStore(json, status);
        addTotals(json, pipeline, status);
        addSessions(json, node, status);
        addSlow(json, node.slowSessions().list(), node::userName);
        json.name("durations").open('{');
        addDurations(json.name("force"), node.forceDurations());
        addDurations(json.name("checkpoint"), pipeline.checkpointDurations);
        addAgents(json.close('}'), pipeline);
        addAlarms(json, node.alarms());
        return json.close('}').toString();
    }

    static void addRaft(final Json json, final PipelineCounters pipeline, final MemberProgress progress, final long memberId)
    {
        final long leaderId = pipeline.leaderId.getAcquire();
        json.put("role", roleOf(progress, memberId, leaderId))
            .put("isReady", pipeline.ready.getAcquire() != 0)
            .put("leaderId", leaderId == 0 ? null : hex(leaderId))
            .put("leaderChanges", pipeline.leaderChanges.getAcquire())
            .put("term", pipeline.term.getAcquire())
            .put("committedIndex", pipeline.committedIndex.getAcquire())
            .put("appliedIndex", pipeline.appliedIndex.getAcquire())
            .put("lastIndex", pipeline.lastIndex.getAcquire());
    }

    private static String roleOf(final MemberProgress progress, final long memberId, final long leaderId)
    {
        if (leaderId == memberId)
        {
            return "leader";
        }
        final Member self = progress.configuration().member(memberId);
        return self == null ? "stranger" : self.isLearner() ? "learner" : "follower";
    }

    /** By the configuration that acts here; of names and addresses, what the members have told of themselves since it was made. */
    static void addMembers(
        final Json json, final PipelineCounters pipeline, final MemberProgress progress, final List<MemberInfo> infos, final long memberId)
    {
        json.put("isChangingVoters", progress.configuration().isJoint()).name("members").open('[');
        final List<Member> members = progress.configuration().members();
        final long leaderId = pipeline.leaderId.getAcquire();
        final long lastIndex = pipeline.lastIndex.getAcquire();
        for (int i = 0; i < members.size(); i++)
        {
            final Member member = members.get(i);
            final MemberInfo info = infos.stream().filter((candidate) -> candidate.id() == member.id()).findAny()
                .orElse(new MemberInfo(member.id(), member.name(), member.peerUrls(), member.clientUrls(), member.isLearner()));
            json.open('{')
                .put("id", hex(member.id()))
                .put("name", info.name())
                .put("peerUrls", info.peerUrls())
                .put("clientUrls", info.clientUrls())
                .put("vote", member.isLearner() ? "learner" : !member.isVoter() ? "leaving" : "voter")
                .put("isLeader", member.id() == leaderId)
                .put("isThis", member.id() == memberId);
            final long matchIndex = member.id() == memberId ? lastIndex : progress.matchIndex(i);
            if (leaderId == memberId && matchIndex > 0)
            {
                json.put("matchIndex", matchIndex).put("lag", Math.max(0, lastIndex - matchIndex));
            }
            json.close('}');
        }
        json.close(']');
    }

    static void addStore(final Json json, final StatusResult status)
    {
        if (status == null)
        {
            json.put("store", null);
            return;
        }
        json.put("name", status.name())
            .put("durability", status.isDurable() ? "fsync" : "none")
            .put("errors", status.errors())
            .name("store").open('{')
            .put("revision", status.header().revision())
            .put("compactRevision", status.compactRevision())
            .put("keys", status.keyCount())
            .put("fileBytes", status.dbSize())
            .put("usedBytes", status.dbSizeInUse())
            .put("liveBytes", status.liveBytes())
            .put("quotaBytes", status.quotaBytes())
            .put("clusterVersion", status.clusterVersion())
            .put("applyVersion", status.applyVersion())
            .close('}');
    }

    private static void addTotals(final Json json, final PipelineCounters pipeline, final StatusResult status)
    {
        json.name("totals").open('{')
            .put("entriesApplied", pipeline.entriesApplied.getAcquire())
            .put("reads", pipeline.readsRun.getAcquire())
            .put("forces", pipeline.forces.getAcquire())
            .put("checkpoints", pipeline.checkpoints.getAcquire())
            .put("requestsForwarded", pipeline.requestsForwarded.getAcquire())
            .put("requestsRefused", pipeline.proposalsRejected.getAcquire() + pipeline.readsRejected.getAcquire())
            .put("requestsTimedOut", pipeline.requestsTimedOut.getAcquire())
            .put("snapshotsSent", pipeline.snapshotsSent.getAcquire())
            .put("snapshotsReceived", pipeline.snapshotsReceived.getAcquire())
            .put("snapshotsFailed", pipeline.snapshotsFailed.getAcquire())
            .put("entriesRepaired", pipeline.entriesRepaired.getAcquire());
        if (status != null)
        {
            json.put("journalBytes", status.journalBytes())
                .put("writtenBytes", status.writtenBytes())
                .put("allocatedBytes", status.allocatedBytes());
        }
        json.close('}');
    }

    private static void addSessions(final Json json, final Node node, final StatusResult status)
    {
        final SlowSessions slow = node.slowSessions();
        json.name("sessions").open('{')
            .put("connections", node.ingressCounters().connections.getAcquire())
            .put("repliesWaiting", slow.repliesWaiting.getAcquire())
            .put("catchingUp", slow.catchingUp.getAcquire())
            .put("fanOutBacklog", slow.fanOutBacklog.getAcquire())
            .put("leases", node.stateCounters().leases.getAcquire())
            .put("overrun", node.ingressCounters().overruns.getAcquire())
            .put("silent", node.ingressCounters().timeouts.getAcquire());
        if (status != null)
        {
            json.put("sessions", status.sessions()).put("watchers", status.watchers());
        }
        json.close('}');
    }

    static void addSlow(final Json json, final List<SlowSession> sessions, final LongFunction<String> userName)
    {
        json.name("slow").open('[');
        for (final SlowSession session : sessions)
        {
            json.open('{')
                .put("connectionId", session.connectionId())
                .put("sessionId", hex(session.sessionId()))
                .put("user", userName.apply(session.credential()))
                .put("why", session.why().label())
                .put("revisionsBehind", session.revisionsBehind())
                .put("bytesWaiting", session.bytesWaiting())
                .put("sinceMs", session.sinceMs())
                .close('}');
        }
        json.close(']');
    }

    /** Counts by buckets, the last of which has no bound. */
    static void addDurations(final Json json, final DurationHistogram durations)
    {
        json.open('{').name("boundsMs").open('[');
        for (int i = 0; i < DurationHistogram.BOUND_COUNT; i++)
        {
            json.value(DurationHistogram.boundNs(i) / NS_PER_MS);
        }
        json.close(']').name("counts").open('[');
        for (int i = 0; i <= DurationHistogram.BOUND_COUNT; i++)
        {
            json.value(durations.count(i));
        }
        json.close(']').put("totalMs", durations.totalNs() / NS_PER_MS).close('}');
    }

    static void addAgents(final Json json, final PipelineCounters pipeline)
    {
        json.name("agents").open('[');
        pipeline.forEachAgent((name, counters) -> addAgent(json, name, counters));
        json.close(']').put("stalledMs", pipeline.stalledNs.getAcquire() / NS_PER_MS);
    }

    private static void addAgent(final Json json, final String name, final AgentCounters agent)
    {
        json.open('{')
            .put("name", name)
            .put("thread", agent.threadId.getAcquire())
            .put("dutyCycles", agent.dutyCycles.getAcquire())
            .put("dutyCycleMaxMs", agent.dutyCycleMaxNs.getAcquire() / NS_PER_MS)
            .close('}');
    }

    private void addAlarms(final Json json, final List<Alarm> alarms)
    {
        json.put("isDiskFull", node.pipelineCounters().diskFull.getAcquire() != 0)
            .put("isOutOfSpace", node.pipelineCounters().noSpace.getAcquire() != 0)
            .put("isQuotaNear", node.spaceCounters().quotaWarning.getAcquire() != 0)
            .name("alarms").open('[');
        for (final Alarm alarm : alarms)
        {
            json.open('{')
                .put("type", alarm.type().name())
                .put("memberId", hex(alarm.memberId()))
                .put("isInForce", alarm.isInForce())
                .close('}');
        }
        json.close(']');
    }

    private static String hex(final long id)
    {
        return Long.toHexString(id);
    }
}
