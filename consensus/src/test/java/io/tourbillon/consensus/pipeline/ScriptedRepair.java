package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.AskEntriesDecoder;
import io.tourbillon.codecs.peer.GiveEntryDecoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftEffects;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.journal.Journal;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** How a member gets entries back that its disk has lost, for the simulator: the product's own class, on a log of the simulator's. */
public final class ScriptedRepair
{
    /** The member's log and its disk. */
    public interface World extends ScriptedWay
    {
        /** @return the log. */
        RaftLog log();

        /**
         * What the journal has not got.
         *
         * @param index to look from.
         * @return the first one, or {@link Journal#NO_DAMAGE}.
         */
        long firstDamaged(long index);

        /**
         * An entry goes to the journal again.
         *
         * @param frame of it.
         * @return a number that stands for it, or -1 if there is no room.
         */
        long appendRepair(byte[] frame);

        /**
         * Whether it is on the disk.
         *
         * @param number that stands for it.
         * @return true if it is.
         */
        boolean isForced(long number);

        /** @return what is committed as far as the disk and the state machine know. */
        long provenCommit();

        /**
         * An entry with a request of this member's own is back.
         *
         * @param frame of it; valid during this call.
         */
        void onOwnRepaired(EntryFrame frame);

        /** @return whether something waits for its place in the log. */
        boolean hasPending();

        /**
         * An entry for another member.
         *
         * @param index of it.
         * @return its frame; null if it is not there.
         */
        byte[] frame(long index);
    }

    private static final class Log implements RepairableLog, FrameSource
    {
        private final World world;

        private Log(final World world)
        {
            this.world = world;
        }

        @Override
        public long lastIndex()
        {
            return world.log().lastIndex();
        }

        @Override
        public long lastTerm()
        {
            return world.log().lastTerm();
        }

        @Override
        public long termOf(final long index)
        {
            return world.log().termOf(index);
        }

        @Override
        public long firstDamaged(final long index)
        {
            return world.firstDamaged(index);
        }

        @Override
        public long appendRepair(final DirectBuffer buffer, final int frameOffset, final int frameLength)
        {
            final byte[] frame = new byte[frameLength];
            buffer.getBytes(frameOffset, frame);
            return world.appendRepair(frame);
        }

        @Override
        public boolean isForced(final long sequence)
        {
            return world.isForced(sequence);
        }

        @Override
        public long provenCommit()
        {
            return world.provenCommit();
        }

        @Override
        public int copy(
            final long firstIndex, final long lastIndex, final MutableDirectBuffer target, final int targetOffset, final int batchLength)
        {
            final byte[] frame = world.frame(firstIndex);
            if (frame != null)
            {
                target.putBytes(targetOffset, frame);
            }
            return frame == null ? 0 : frame.length;
        }

        @Override
        public long copiedIndex()
        {
            throw new AssertionError("entries are sent one by one");
        }
    }

    private final EntryRepair repair;

    /**
     * For one run of a member.
     *
     * @param core         of the member.
     * @param memberId     of the member.
     * @param appliedIndex of the state that it starts with.
     * @param world        that carries out.
     */
    public ScriptedRepair(final RaftCore core, final long memberId, final long appliedIndex, final World world)
    {
        final Log log = new Log(world);
        final PipelineContext ctx = new PipelineContext().memberId(memberId).stateMachine(new TestStateMachine(appliedIndex));
        final PeerSender sender = new PeerSender(1, memberId, new ScriptedLinks(world), log);
        repair = new EntryRepair(ctx, core, log, sender, world::onOwnRepaired, world::hasPending);
    }

    /**
     * Asks for what is missing.
     *
     * @param nowNs now.
     * @throws IllegalStateException if the member must start again.
     */
    public void poll(final long nowNs)
    {
        repair.poll(nowNs);
    }

    /**
     * A message of another member.
     *
     * @param nowNs   now.
     * @param buffer  that holds it at 0.
     * @param effects of what it tells about the log.
     * @return false if it is not about what was lost.
     */
    public boolean onMessage(final long nowNs, final DirectBuffer buffer, final RaftEffects effects)
    {
        final MessageHeaderDecoder header = new MessageHeaderDecoder().wrap(buffer, 0);
        if (header.templateId() == AskEntriesDecoder.TEMPLATE_ID)
        {
            repair.onAsked(new AskEntriesDecoder().wrapAndApplyHeader(buffer, 0, header));
            return true;
        }
        if (header.templateId() == GiveEntryDecoder.TEMPLATE_ID)
        {
            repair.onGiven(nowNs, new GiveEntryDecoder().wrapAndApplyHeader(buffer, 0, header), effects);
            return true;
        }
        return false;
    }
}
