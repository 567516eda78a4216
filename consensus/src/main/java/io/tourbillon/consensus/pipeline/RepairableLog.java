package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.raft.RaftLog;
import org.agrona.DirectBuffer;

/** The log as {@link EntryRepair} needs it. Sequencer's thread only. */
interface RepairableLog extends RaftLog
{
    /** Lowest index from this one on whose entry the journal has not got; {@link io.tourbillon.journal.Journal#NO_DAMAGE} if none. */
    long firstDamaged(long index);

    /**
     * Sends an entry to the journal that its disk has lost. It counts once it is forced.
     *
     * @return sequence that stands for it; -1 if there is no slot or no room for it now.
     */
    long appendRepair(DirectBuffer buffer, int frameOffset, int frameLength);

    /** Whether the disk has what this sequence stands for, and all before it. */
    boolean isForced(long sequence);

    /** Index up to which the log is known to be committed whatever this run has learned: an earlier one has, or it is applied. */
    long provenCommit();
}
