package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.journal.DurationHistogram;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;

/**
 * What the pipeline tells about itself. Each number has one writer; any thread may read with {@link PaddedLong#getAcquire()}.
 */
public final class PipelineCounters
{
    /** Of the companion on the sequencer's thread. */
    public final AgentCounters companion = new AgentCounters();
    /** Of the sequencer. */
    public final AgentCounters sequencer = new AgentCounters();
    /** Of the journal agent. */
    public final AgentCounters journal = new AgentCounters();
    /** Of apply. */
    public final AgentCounters apply = new AgentCounters();
    /** Of the checkpoint agent. */
    public final AgentCounters checkpoint = new AgentCounters();
    /** Of the transfer agent. */
    public final AgentCounters transfer = new AgentCounters();
    /** Of the housekeeping agent. */
    public final AgentCounters housekeeping = new AgentCounters();

    /** Current Raft term. Sequencer. */
    public final PaddedLong term = new PaddedLong();
    /** Member id of the leader; 0 = none known. Sequencer. */
    public final PaddedLong leaderId = new PaddedLong();
    /** Times that a leader was heard of where there was another or none, since start; etcd counts the same. Sequencer. */
    public final PaddedLong leaderChanges = new PaddedLong();
    /** Members that vote in the configuration that acts, this one not counted. Sequencer. */
    public final PaddedLong otherVoters = new PaddedLong();
    /** The members by the configuration that acts, and how far a leader knows them to be. Sequencer. */
    public final AtomicReference<MemberProgress> members = new AtomicReference<>(new MemberProgress(Configuration.UNKNOWN));
    /** Index of the last entry in the log, durable or not. Sequencer. */
    public final PaddedLong lastIndex = new PaddedLong();
    /** Index up to which the log is committed; only grows. Sequencer. */
    public final PaddedLong committedIndex = new PaddedLong();
    /** Index of the no-op that this member's term as leader began with, once committed; 0 before. Sequencer. */
    public final PaddedLong termStartIndex = new PaddedLong();
    /** Time for which the sequencer was held up for longer than a heartbeat, in nanoseconds since start. Sequencer. */
    public final PaddedLong stalledNs = new PaddedLong();
    /** Last entry that was recovered at start and is still in the log. Sequencer. */
    final PaddedLong recoveredLastIndex = new PaddedLong();
    /** Members' messages that were taken since start. Sequencer. */
    public final PaddedLong peerMessagesTaken = new PaddedLong();
    /** Members' messages since start that said nothing new, were malformed or meant for another, or found no room. Sequencer. */
    public final PaddedLong peerMessagesPassedOver = new PaddedLong();
    /** Times a member lacked entries that are no longer in the log. Sequencer. */
    public final PaddedLong snapshotsWanted = new PaddedLong();
    /** Requests handed on to the leader since start. Sequencer. */
    public final PaddedLong requestsForwarded = new PaddedLong();
    /** Frames admitted to the log since start, in bytes. Sequencer. */
    public final PaddedLong admittedBytes = new PaddedLong();
    /** Entries put into the log since start. Sequencer. */
    public final PaddedLong entriesAdmitted = new PaddedLong();
    /** Proposals refused since start: the bound, no leader, too large. Sequencer. */
    public final PaddedLong proposalsRejected = new PaddedLong();
    /** Requests found waiting when their time was over, since start. Sequencer. */
    public final PaddedLong requestsTimedOut = new PaddedLong();
    /** Reads admitted since start. Sequencer. */
    public final PaddedLong readsAdmitted = new PaddedLong();
    /** Reads refused since start. Sequencer. */
    public final PaddedLong readsRejected = new PaddedLong();
    /** Times a slot could not be reused at once, because apply was reading it. Sequencer. */
    public final PaddedLong slotRetries = new PaddedLong();

    /** Forces asked of the journal since start, one a batch. Journal agent. */
    public final PaddedLong forces = new PaddedLong();
    /**
     * What {@link #admittedBytes} may come to before the journal needs a segment for which the disk has no room, records' headers aside;
     * {@link Long#MAX_VALUE} = the next one is there or being made. Journal agent.
     */
    final PaddedLong segmentEndBytes = new PaddedLong();
    /** 1 while requests that need room are refused, because this member's disk or a majority's is full. Sequencer. */
    public final PaddedLong noSpace = new PaddedLong();
    /** 1 while this member's own disk is full, whatever the others have. Sequencer. */
    public final PaddedLong diskFull = new PaddedLong();
    /** Entries appended since start. Journal agent. */
    public final PaddedLong entriesAppended = new PaddedLong();
    /** Entries that the disk had lost and other members have given since start. Journal agent. */
    public final PaddedLong entriesRepaired = new PaddedLong();
    /** Times that a member was asked for a lost entry and did not have it. Sequencer. */
    public final PaddedLong repairsRefused = new PaddedLong();
    /** Most entries in one batch. Journal agent. */
    public final PaddedLong batchEntriesMax = new PaddedLong();

    /** Index of the last entry applied. Apply. */
    public final PaddedLong appliedIndex = new PaddedLong();
    /** Frames applied since start, replay not counted, in bytes. Apply. */
    public final PaddedLong appliedBytes = new PaddedLong();
    /** Entries applied since start, replay not counted. Apply. */
    public final PaddedLong entriesApplied = new PaddedLong();
    /** Entries replayed at start. Apply. */
    public final PaddedLong entriesReplayed = new PaddedLong();
    /** Entries of this run read back from the journal, their slots having been overwritten. Apply. */
    public final PaddedLong entriesReadBack = new PaddedLong();
    /** Reads run since start. Apply. */
    public final PaddedLong readsRun = new PaddedLong();
    /** 1 once it serves: leads and has applied the no-op of its term, or follows and has applied what it was told is committed. Apply. */
    public final PaddedLong ready = new PaddedLong();
    /** Times an entry could not be applied, or not to its end, because the state machine had no room. Apply. */
    public final PaddedLong applyPauses = new PaddedLong();
    /** Budget of the tick the state machine wants; 0 = none. Apply. */
    final PaddedLong tickBudget = new PaddedLong();

    /** Checkpoints made durable since start. Checkpoint agent. */
    public final PaddedLong checkpoints = new PaddedLong();
    /** How long each of them took, from the wish for it until it was durable. Checkpoint agent. */
    public final DurationHistogram checkpointDurations = new DurationHistogram();
    /** Ring sequence that must be durable before the checkpoint under way is written. Checkpoint agent. */
    final PaddedLong checkpointSequence = new PaddedLong();
    /** Applied index of the newest durable checkpoint made since start; 0 = none. Checkpoint agent. */
    public final PaddedLong checkpointIndex = new PaddedLong();
    /** First entry that the log still has for other members, as of that checkpoint; 0 = none was made. Checkpoint agent. */
    public final PaddedLong firstIndex = new PaddedLong();

    /** Images of the state that other members have installed since start. Transfer agent. */
    public final PaddedLong snapshotsSent = new PaddedLong();
    /** Images of the state installed here since start. Transfer agent. */
    public final PaddedLong snapshotsReceived = new PaddedLong();
    /** Transfers of images that were begun and came to nothing, sent or received, since start. Transfer agent. */
    public final PaddedLong snapshotsFailed = new PaddedLong();
    /** Pieces of images since start that arrived otherwise than they were sent. Transfer agent. */
    public final PaddedLong snapshotPiecesSpoilt = new PaddedLong();
    /** Images being made, sent, received or installed now. Transfer agent. */
    public final PaddedLong snapshotsInProgress = new PaddedLong();
    /** Bytes of images sent since start, those sent again counted again. Transfer agent. */
    public final PaddedLong snapshotBytesSent = new PaddedLong();
    /** Bytes of images received and kept since start. Transfer agent. */
    public final PaddedLong snapshotBytesReceived = new PaddedLong();
    /** Entries behind this one are kept in the journal for who is sent an image; none are for that reason if it is 0. Transfer agent. */
    final PaddedLong keptIndex = new PaddedLong();

    /**
     * @return entries in the log that are not applied yet.
     */
    public long applyBacklog()
    {
        final long applied = appliedIndex.getAcquire();
        return Math.max(0, lastIndex.getAcquire() - applied);
    }

    /**
     * @return reads that were admitted and have not run yet.
     */
    public long readBacklog()
    {
        final long run = readsRun.getAcquire();
        return Math.max(0, readsAdmitted.getAcquire() - run);
    }

    /**
     * @return entries in the ring that the journal has not appended yet.
     */
    public long journalBacklog()
    {
        final long appended = entriesAppended.getAcquire();
        return Math.max(0, entriesAdmitted.getAcquire() - appended);
    }

    /**
     * Shows each agent's counters. Any thread; does not allocate.
     *
     * @param consumer of an agent's name and counters, in the order of a duty cycle.
     */
    public void forEachAgent(final BiConsumer<String, AgentCounters> consumer)
    {
        consumer.accept("companion", companion);
        consumer.accept("sequencer", sequencer);
        consumer.accept("journal", journal);
        consumer.accept("apply", apply);
        consumer.accept("checkpoint", checkpoint);
        consumer.accept("transfer", transfer);
        consumer.accept("housekeeping", housekeeping);
    }
}
