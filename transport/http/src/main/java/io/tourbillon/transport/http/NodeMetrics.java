package io.tourbillon.transport.http;

import io.aeron.AeronCounters;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tourbillon.codecs.Alarm;
import io.tourbillon.consensus.pipeline.AgentCounters;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.transport.aeron.IngressCounters;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.RequestKind;
import io.tourbillon.transport.aeron.SlowSessions;
import io.tourbillon.transport.aeron.StateCounters;
import io.tourbillon.transport.client.async.StatusResult;

import java.util.List;
import java.util.function.Supplier;

/**
 * A node's figures: etcd's names where they mean the same, so that its dashboards and alerts work, and ours. Counters are read as they
 * stand; what only apply knows is asked of it, and left out when it does not answer. Names of etcd's that end in {@code _total} are told as
 * counters, those too that go down again (keys, watchers): Prometheus' own library knows no other type for them. Any thread; blocks while
 * it asks.
 */
public final class NodeMetrics implements MultiCollector
{
    private static final double NS_PER_S = 1e9;

    private final Node node;
    private final Supplier<StatusResult> status;
    private final String version;

    /**
     * @param node    whose figures these are.
     * @param status  asks it; null is no answer.
     * @param version of this software.
     */
    public NodeMetrics(final Node node, final Supplier<StatusResult> status, final String version)
    {
        this.node = node;
        this.status = status;
        this.version = version;
    }

    @Override
    public MetricSnapshots collect()
    {
        final Figures figures = new Figures();
        final PipelineCounters pipeline = node.pipelineCounters();
        addRaft(figures, pipeline);
        addStore(figures);
        addOperations(figures, node.stateCounters());
        addPipeline(figures, pipeline);
        addTransfers(figures, pipeline);
        addSpace(figures);
        addIngress(figures, node.ingressCounters());
        addSlow(figures, node.slowSessions());
        addLeases(figures, node.stateCounters());
        addDriver(figures);
        return figures.snapshots();
    }

    private void addRaft(final Figures figures, final PipelineCounters pipeline)
    {
        final long leaderId = pipeline.leaderId.getAcquire();
        figures.gauge("etcd_server_has_leader", "Whether this member knows a leader.", leaderId == 0 ? 0 : 1);
        figures.gauge("etcd_server_is_leader", "Whether this member leads.", leaderId == node.memberId() ? 1 : 0);
        figures.gauge("etcd_server_id", "Id of this member, in hex.", 1, "server_id", Long.toHexString(node.memberId()));
        figures.gauge("etcd_server_version", "Version of this software.", 1, "server_version", version);
        figures.counter("etcd_server_leader_changes_seen", "Times that a leader was heard of where there was another or none.",
            pipeline.leaderChanges.getAcquire());
        figures.gauge("etcd_server_proposals_pending", "Entries in the log that are not applied.", pipeline.applyBacklog());
        figures.counter("etcd_server_proposals_failed", "Requests refused before they came into the log.",
            pipeline.proposalsRejected.getAcquire());
        figures.counter("etcd_server_proposals_committed", "Index up to which the log is committed.",
            pipeline.committedIndex.getAcquire());
        figures.counter("etcd_server_proposals_applied", "Index up to which the log is applied.", pipeline.appliedIndex.getAcquire());
        figures.gauge("tourbillon_raft_term", "Term of this member.", pipeline.term.getAcquire());
        figures.gauge("tourbillon_raft_last_index", "Last entry in the log, durable or not.", pipeline.lastIndex.getAcquire());
        figures.gauge("tourbillon_no_space", "Whether requests that need room are refused.", pipeline.noSpace.getAcquire());
        figures.gauge("tourbillon_ready", "Whether this member serves.", pipeline.ready.getAcquire());
    }

    private void addStore(final Figures figures)
    {
        final StatusResult now = status.get();
        if (now == null)
        {
            return;
        }
        figures.gauge("etcd_server_is_learner", "Whether this member has no vote.", now.isLearner() ? 1 : 0);
        figures.gauge("etcd_mvcc_db_total_size_in_bytes", "Bytes of the store's file.", now.dbSize());
        figures.gauge("etcd_mvcc_db_total_size_in_use_in_bytes", "Bytes of it in use.", now.dbSizeInUse());
        figures.gauge("etcd_debugging_mvcc_current_revision", "Revision of the store.", now.header().revision());
        figures.gauge("etcd_debugging_mvcc_compact_revision", "Revision up to which history was given up.", now.compactRevision());
        figures.counter("etcd_debugging_mvcc_keys", "Keys that live.", now.keyCount());
        figures.counter("etcd_debugging_mvcc_watcher", "Watchers.", now.watchers());
        figures.gauge("etcd_server_quota_backend_bytes", "Bytes of live data that are allowed; 0 = any.", now.quotaBytes());
        figures.gauge("tourbillon_live_bytes", "Bytes of live data, keys, values and history, as the quota counts them.", now.liveBytes());
        figures.gauge("tourbillon_cluster_version", "What entries do: the version that all members know.", now.clusterVersion());
        figures.gauge("tourbillon_apply_version", "The newest cluster version that this member's build knows.", now.applyVersion());
        figures.gauge("tourbillon_sessions", "Sessions of clients.", now.sessions());
        figures.counter("tourbillon_written_bytes", "Bytes written to the disk: journal, its zeroing, checkpoints.", now.writtenBytes());
        figures.counter("tourbillon_journal_appended_bytes", "Bytes of records appended to the journal.", now.journalBytes());
        figures.counter("tourbillon_allocated_bytes", "Bytes that the agents' threads have allocated on the heap.", now.allocatedBytes());
    }

    /** Dashboards of older etcds ask by the names with debugging in them. */
    private static void addOperations(final Figures figures, final StateCounters state)
    {
        for (final String prefix : List.of("etcd_mvcc_", "etcd_debugging_mvcc_"))
        {
            figures.counter(prefix + "put", "Keys put since this member's start, replay included.", state.puts.getAcquire());
            figures.counter(prefix + "delete", "Deletes, likewise; of a lease that ends one for each key.", state.deletes.getAcquire());
            figures.counter(prefix + "range", "Ranges read for this member's clients.", state.ranges.getAcquire());
            figures.counter(prefix + "txn", "Transactions that did more than one thing.", state.txns.getAcquire());
        }
    }

    private void addPipeline(final Figures figures, final PipelineCounters pipeline)
    {
        figures.histogram("etcd_disk_wal_fsync_duration_seconds", "How long a force of the journal takes.", node.forceDurations());
        figures.histogram("etcd_disk_backend_commit_duration_seconds",
            "How long a checkpoint takes, from the wish for it until it is durable.", pipeline.checkpointDurations);
        figures.counter("tourbillon_entries_appended", "Entries appended to the journal.", pipeline.entriesAppended.getAcquire());
        figures.counter("tourbillon_entries_applied", "Entries applied since the start, replay not counted.",
            pipeline.entriesApplied.getAcquire());
        figures.counter("tourbillon_forces", "Forces asked of the journal, one a batch.", pipeline.forces.getAcquire());
        figures.gauge("tourbillon_batch_entries_max", "Most entries in one force.", pipeline.batchEntriesMax.getAcquire());
        figures.counter("tourbillon_reads", "Reads run.", pipeline.readsRun.getAcquire());
        figures.counter("tourbillon_reads_rejected", "Reads refused.", pipeline.readsRejected.getAcquire());
        figures.gauge("tourbillon_reads_pending", "Reads admitted and not run.", pipeline.readBacklog());
        figures.counter("tourbillon_requests_forwarded", "Requests handed on to the leader.", pipeline.requestsForwarded.getAcquire());
        figures.counter("tourbillon_peer_messages_taken", "Members' messages taken.", pipeline.peerMessagesTaken.getAcquire());
        figures.counter("tourbillon_peer_messages_passed_over", "Members' messages that said nothing new or found no room.",
            pipeline.peerMessagesPassedOver.getAcquire());
        figures.counter("tourbillon_apply_pauses", "Times that an entry waited for pages.", pipeline.applyPauses.getAcquire());
        figures.counter("tourbillon_stalled_seconds", "Time for which the sequencer was held up for longer than a heartbeat.",
            pipeline.stalledNs.getAcquire() / NS_PER_S);
        pipeline.forEachAgent((name, counters) -> addAgent(figures, name, counters));
    }

    private static void addAgent(final Figures figures, final String agent, final AgentCounters counters)
    {
        figures.counter("tourbillon_duty_cycles", "Duty cycles of an agent.", counters.dutyCycles.getAcquire(), "agent", agent);
        figures.gauge("tourbillon_duty_cycle_max_seconds", "Longest duty cycle of an agent.",
            counters.dutyCycleMaxNs.getAcquire() / NS_PER_S, "agent", agent);
    }

    private static void addTransfers(final Figures figures, final PipelineCounters pipeline)
    {
        figures.counter("tourbillon_snapshots_sent", "States that other members have installed.", pipeline.snapshotsSent.getAcquire());
        figures.counter("tourbillon_snapshots_received", "States installed here.", pipeline.snapshotsReceived.getAcquire());
        figures.counter("tourbillon_snapshots_failed", "Transfers of states that came to nothing.", pipeline.snapshotsFailed.getAcquire());
        figures.counter("tourbillon_snapshot_sent_bytes", "Bytes of states sent.", pipeline.snapshotBytesSent.getAcquire());
        figures.counter("tourbillon_snapshot_received_bytes", "Bytes of states received.", pipeline.snapshotBytesReceived.getAcquire());
        figures.counter("tourbillon_entries_repaired", "Entries that the disk had lost and other members have given.",
            pipeline.entriesRepaired.getAcquire());
    }

    private void addSpace(final Figures figures)
    {
        figures.gauge("tourbillon_quota_warning", "Whether so much of the quota is used that somebody should look: 80 %, until it is 70 %.",
            node.spaceCounters().quotaWarning.getAcquire());
        figures.counter("tourbillon_quota_warnings", "Times that so much of the quota was used.",
            node.spaceCounters().quotaWarnings.getAcquire());
        figures.counter("tourbillon_alarm_changes", "Times that an alarm was raised or was over.",
            node.spaceCounters().alarmChanges.getAcquire());
        figures.gauge("tourbillon_disk_full", "Whether this member's disk is full.", node.pipelineCounters().diskFull.getAcquire());
        for (final Alarm alarm : node.alarms())
        {
            figures.gauge("etcd_debugging_server_alarms", "Alarms that are raised.", 1,
                "server_id", Long.toHexString(alarm.memberId()), "alarm_type", alarm.type().name());
        }
    }

    private static void addIngress(final Figures figures, final IngressCounters ingress)
    {
        figures.counter("tourbillon_client_messages", "Messages of clients taken.", ingress.messages.getAcquire());
        for (final RequestKind kind : RequestKind.values())
        {
            figures.counter("tourbillon_requests", "Requests of this member's clients, by kind.", ingress.requests(kind),
                "kind", kind.label());
        }
        figures.counter("tourbillon_logins", "Users who have logged in.", ingress.logins.getAcquire());
        figures.counter("tourbillon_logins_failed", "Proofs of a password that were wrong.", ingress.loginsFailed.getAcquire());
        figures.gauge("tourbillon_client_connections", "Connections of clients.", ingress.connections.getAcquire());
        final String help = "What clients or strangers sent and was not taken, by reason.";
        final String name = "tourbillon_refused";
        figures.counter(name, help, ingress.malformed.getAcquire(), "reason", "malformed");
        figures.counter(name, help, ingress.unknownTemplates.getAcquire(), "reason", "unknown_template");
        figures.counter(name, help, ingress.wrongVersions.getAcquire(), "reason", "wrong_version");
        figures.counter(name, help, ingress.refused.getAcquire(), "reason", "refused");
        figures.counter(name, help, ingress.connectionsRefused.getAcquire(), "reason", "too_many_connections");
        figures.counter(name, help, ingress.keysWrong.getAcquire(), "reason", "connection_key_wrong");
        figures.counter(name, help, ingress.timeouts.getAcquire(), "reason", "connection_silent");
        figures.counter(name, help, ingress.chunkTimeouts.getAcquire(), "reason", "chunks_missing");
        figures.counter(name, help, ingress.overruns.getAcquire(), "reason", "session_overrun");
        figures.counter(name, help, ingress.peerMessagesUnsound.getAcquire(), "reason", "peer_unsound");
        figures.counter(name, help, ingress.peerMacsWrong.getAcquire(), "reason", "peer_mac_wrong");
        figures.counter(name, help, ingress.peerReplays.getAcquire(), "reason", "peer_replay");
        figures.counter(name, help, ingress.peerBeforeHandshake.getAcquire(), "reason", "peer_before_handshake");
        figures.counter("tourbillon_transport_errors", "Errors of the media driver or the Aeron client that did not end the node.",
            ingress.transportErrors.get());
    }

    private static void addSlow(final Figures figures, final SlowSessions slow)
    {
        figures.gauge("tourbillon_sessions_not_reading", "Sessions with answers that their clients have not made room for.",
            slow.repliesWaiting.getAcquire());
        figures.gauge("tourbillon_replies_waiting_bytes", "Bytes of memory that such answers take.", slow.replyBytes.getAcquire());
        figures.gauge("tourbillon_sessions_catching_up",
            "Sessions that read events from history: they took none when it happened, watch from the past on, or wait for progress.",
            slow.catchingUp.getAcquire());
        figures.gauge("tourbillon_fan_out_backlog_revisions", "Revisions that those who watch are not told yet.",
            slow.fanOutBacklog.getAcquire());
    }

    private static void addLeases(final Figures figures, final StateCounters state)
    {
        figures.gauge("tourbillon_leases", "Leases.", state.leases.getAcquire());
        figures.counter("tourbillon_leases_granted", "Leases granted, as far as this member has applied it since its start.",
            state.leasesGranted.getAcquire());
        figures.counter("tourbillon_leases_revoked", "Leases that clients have ended, likewise.", state.leasesRevoked.getAcquire());
        figures.counter("tourbillon_leases_expired", "Leases that have run out, likewise.", state.leasesExpired.getAcquire());
        figures.counter("etcd_debugging_lease_granted", "Leases granted, likewise.", state.leasesGranted.getAcquire());
        figures.counter("etcd_debugging_lease_revoked", "Leases that have ended, likewise.",
            state.leasesRevoked.getAcquire() + state.leasesExpired.getAcquire());
        figures.counter("etcd_debugging_lease_renewed", "Renewals of leases while this member led.", state.leaseRenewals.getAcquire());
        figures.counter("etcd_debugging_server_lease_expired", "Leases that have run out, likewise.", state.leasesExpired.getAcquire());
        figures.counter("tourbillon_lease_renewals", "Renewals of leases while this member led.", state.leaseRenewals.getAcquire());
    }

    /** The media driver counts for itself, all streams together. */
    private void addDriver(final Figures figures)
    {
        node.driverCounters().forEach((counterId, typeId, keyBuffer, label) ->
        {
            if (typeId == AeronCounters.DRIVER_SYSTEM_COUNTER_TYPE_ID)
            {
                // Behind the colon some say which build of Aeron or which thread they are of.
                figures.gauge("tourbillon_driver_counter", "Aeron's own counters of the media driver.",
                    node.driverCounters().getCounterValue(counterId),
                    "counter", label.split(":", 2)[0], "id", Integer.toString(keyBuffer.getInt(0)));
            }
        });
    }
}
