package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.pipeline.ScriptedRepair;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.consensus.raft.ScriptedMessages.Message;
import io.tourbillon.consensus.sim.SimJournal.Record;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.List;

/** What one run of a member has to do with entries that disks have lost. Planted mistakes about repairs are made here. */
final class SimRepair implements ScriptedRepair.World
{
    private final SimWorld world;
    private final SimMember member;
    private final ScriptedRepair repair;
    private final long recoveredCommit;
    /** By number. */
    private final List<Record> sent = new ArrayList<>();

    SimRepair(final SimWorld world, final SimMember member)
    {
        this.world = world;
        this.member = member;
        recoveredCommit = member.node().journal.hardState().commit();
        repair = new ScriptedRepair(member.core(), member.id(), member.node().store().appliedIndex(), this);
    }

    /** False if the member must start again: it did not know of a configuration that it has got back. */
    boolean poll(final long nowNs)
    {
        try
        {
            repair.poll(nowNs);
            return true;
        }
        catch (final IllegalStateException ex)
        {
            SimFailure.unless(ex.getMessage().contains("must start again"), ex.toString());
            return false;
        }
    }

    boolean onMessage(final Message message)
    {
        return repair.onMessage(member.nowNs(), new UnsafeBuffer(message.bytes()), member.effects());
    }

    @Override
    public boolean send(final long toId, final byte[] bytes)
    {
        world.network.sendOnce(new Message(member.id(), toId, "of lost entries", bytes));
        return true;
    }

    @Override
    public RaftLog log()
    {
        return member.log();
    }

    @Override
    public long firstDamaged(final long index)
    {
        return member.node().journal.firstDamaged(index);
    }

    @Override
    public long appendRepair(final byte[] frame)
    {
        if (!member.stages().hasRoom())
        {
            return -1;
        }
        final EntryFrame entry = Messages.frame(frame);
        final Record record = Record.repair(entry.term(), entry.index(), frame);
        world.checks.onRepaired(member.id(), member.log(), record);
        member.stages().publish(record);
        member.log().learnTerm(record);
        sent.add(record);
        return sent.size() - 1;
    }

    @Override
    public boolean isForced(final long number)
    {
        return sent.get((int)number).isForced;
    }

    @Override
    public long provenCommit()
    {
        return Math.max(recoveredCommit, member.node().store().appliedIndex());
    }

    @Override
    public void onOwnRepaired(final EntryFrame frame)
    {
        member.onOwnRepaired(frame);
    }

    @Override
    public boolean hasPending()
    {
        return member.effects().hasPending();
    }

    @Override
    public byte[] frame(final long index)
    {
        final boolean isThere = index > member.log().baseIndex() && index <= member.log().lastIndex();
        final byte[] frame = isThere ? member.log().entry(index).frame : null;
        return frame != null && world.plant == Plant.REPAIRED_BY_OTHER_BYTES ? Messages.spoilt(frame) : frame;
    }
}
