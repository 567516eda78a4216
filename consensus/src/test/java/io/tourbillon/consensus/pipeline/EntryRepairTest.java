package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.AskEntriesDecoder;
import io.tourbillon.codecs.peer.GiveEntryEncoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.consensus.raft.RaftSettings;
import io.tourbillon.journal.Journal;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a member asks for that its disk has lost. */
class EntryRepairTest
{
    private static final int LAST_INDEX = 30;

    /** Nobody answers. */
    private static final class World implements ScriptedRepair.World, RaftLog
    {
        private final TreeSet<Long> lost = new TreeSet<>();
        private final Set<Long> asked = new TreeSet<>();
        private final Set<Long> askedIds = new TreeSet<>();
        private long commitIndex;
        private int taken;
        private final List<Long> ownRepaired = new ArrayList<>();

        @Override
        public boolean send(final long toId, final byte[] bytes)
        {
            final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
            askedIds.add(toId);
            asked.add(new AskEntriesDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder()).index());
            return true;
        }

        @Override
        public RaftLog log()
        {
            return this;
        }

        @Override
        public long firstDamaged(final long index)
        {
            final Long first = lost.ceiling(index);
            return first == null ? Journal.NO_DAMAGE : first;
        }

        @Override
        public long appendRepair(final byte[] frame)
        {
            taken++;
            return taken;
        }

        @Override
        public void onOwnRepaired(final EntryFrame frame)
        {
            ownRepaired.add(frame.correlationId());
        }

        @Override
        public boolean isForced(final long number)
        {
            return false;
        }

        @Override
        public long provenCommit()
        {
            return commitIndex;
        }

        @Override
        public boolean hasPending()
        {
            return false;
        }

        @Override
        public byte[] frame(final long index)
        {
            return null;
        }

        @Override
        public long lastIndex()
        {
            return LAST_INDEX;
        }

        @Override
        public long lastTerm()
        {
            return 1;
        }

        @Override
        public long termOf(final long index)
        {
            return lost.contains(index) ? UNKNOWN_TERM : 1;
        }

        @Override
        public boolean isLost(final long index)
        {
            return lost.contains(index);
        }
    }

    /** What nobody has any more, perhaps because checkpoints carry it, must not keep the rest from being asked for. */
    @Test
    void shouldAskForTheRestThoughNobodyGivesTheFirst()
    {
        final World world = new World();
        world.lost.addAll(List.of(11L, 12L, 17L, 23L));
        final ScriptedRepair repair = new ScriptedRepair(core(world), 1, 16, world);
        for (int i = 0; i < 1000; i++)
        {
            repair.poll(i * TimeUnit.MILLISECONDS.toNanos(2));
        }
        assertEquals(Set.of(11L, 17L, 23L), world.asked);
        assertEquals(Set.of(2L, 3L), world.askedIds);
    }

    /** What was lost may be one of a tail that nobody else has: a committed entry in its place would pass off the others as committed. */
    @Test
    void shouldTakeWhatIsCommittedOnlyWhereTheOwnLogIs()
    {
        final World world = new World();
        world.lost.add(17L);
        world.commitIndex = 16;
        final ScriptedRepair repair = new ScriptedRepair(core(world), 1, 10, world);
        final UnsafeBuffer given = given(17, 2);
        assertTrue(repair.onMessage(given));
        assertEquals(0, world.taken);
        world.commitIndex = 17;
        assertTrue(repair.onMessage(given));
        assertEquals(1, world.taken);
        assertEquals(List.of(), world.ownRepaired);
    }

    /** Its client waits here, and apply does not answer what was recovered. */
    @Test
    void shouldTellOfARequestOfItsOwnThatComesBack()
    {
        final World world = new World();
        world.lost.add(17L);
        world.commitIndex = 17;
        assertTrue(new ScriptedRepair(core(world), 1, 10, world).onMessage(given(17, 1)));
        assertEquals(List.of(17L), world.ownRepaired);
    }

    private static RaftCore core(final World world)
    {
        return new RaftCore(new RaftSettings(1, 1000), Configuration.ofVoters(1, 2, 3), 0, world, () -> 1000, 1, RaftCore.NO_VOTE);
    }

    /** By member 2, who knows that it is committed. */
    private static UnsafeBuffer given(final long index, final long originId)
    {
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[64]);
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[EntryFrame.frameLength(64)]);
        final int length = new EntryFrame().encode(frame, 0, 1, index, originId, 7, index, 0, payload, 0, 64);
        final UnsafeBuffer message = new UnsafeBuffer(new byte[512]);
        final GiveEntryEncoder encoder = new GiveEntryEncoder().wrapAndApplyHeader(message, 0, new MessageHeaderEncoder());
        encoder.peer().clusterId(1).fromId(2).toId(1).term(1);
        encoder.index(index).committed((short)1).putFrame(frame, 0, length);
        return message;
    }
}
