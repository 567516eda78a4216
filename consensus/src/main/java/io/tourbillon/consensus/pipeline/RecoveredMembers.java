package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.journal.JournalReader;
import org.agrona.DirectBuffer;

/**
 * The members that a start begins with: those of the checkpoint, or else those that the cluster began with, and behind the checkpoint each
 * configuration in the journal, committed or not.
 */
final class RecoveredMembers
{
    private final PipelineContext ctx;

    RecoveredMembers(final PipelineContext ctx)
    {
        this.ctx = ctx;
    }

    /** As of the last entry applied. */
    Configuration ofCheckpoint()
    {
        final DirectBuffer applied = ctx.stateMachine().configuration();
        return applied == null ? ctx.configuration() : ConfigurationRecord.decode(applied, 0);
    }

    void tell(final RaftCore core)
    {
        final long appliedIndex = ctx.stateMachine().appliedIndex();
        final EntryFrame frame = new EntryFrame();
        try (JournalReader reader = ctx.journal().newReader())
        {
            for (final long index : ctx.journal().recoveredConfigurations())
            {
                if (index > appliedIndex)
                {
                    final int length = reader.read(index);
                    if (length > 0) // else it was lost: the member starts again once it is repaired
                    {
                        core.onRecoveredConfiguration(index, ConfigurationRecord.of(frame.wrap(reader.buffer(), reader.offset(), length)));
                    }
                }
            }
        }
    }
}
