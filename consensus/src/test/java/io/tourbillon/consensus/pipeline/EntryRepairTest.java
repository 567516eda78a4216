package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.AskEntriesDecoder;
import io.tourbillon.codecs.peer.GiveEntryEncoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftEffects;
import io.tourbillon.consensus.raft.RaftLog;
import io.tourbillon.consensus.raft.RaftSettings;
import io.tourbillon.consensus.raft.ScriptedMessages;
import io.tourbillon.journal.Journal;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a member asks for that its disk has lost. */
class EntryRepairTest
{
    /** Nobody answers. */
    private static final class World implements ScriptedRepair.World, RaftLog
    {
        private final TreeSet<Long> lost = new TreeSet<>();
        private final Set<Long> asked = new TreeSet<>();
        private final Set<Long> askedIds = new TreeSet<>();
        private int askedCount;
        private long lastIndex = 30;
        /** From here on entries are of term 2. */
        private long newerIndex = Long.MAX_VALUE;
        private long commitIndex;
        private int taken;
        private final List<Long> ownRepaired = new ArrayList<>();

        @Override
        public boolean send(final long toId, final byte[] bytes)
        {
            final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
            askedIds.add(toId);
            final AskEntriesDecoder message = new AskEntriesDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder());
            asked.add(message.index());
            askedCount = message.count();
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
            return lastIndex;
        }

        @Override
        public long lastTerm()
        {
            return termOf(lastIndex);
        }

        @Override
        public long termOf(final long index)
        {
            return lost.contains(index) ? UNKNOWN_TERM : index < newerIndex ? 1 : 2;
        }

        @Override
        public boolean isLost(final long index)
        {
            return lost.contains(index);
        }

        /** Of what the core wants this test looks at truncations alone. */
        private RaftEffects effects()
        {
            return (RaftEffects)Proxy.newProxyInstance(RaftEffects.class.getClassLoader(), new Class<?>[]{RaftEffects.class},
                (proxy, method, args) ->
                {
                    lastIndex = method.getName().equals("truncateFrom") ? (long)args[0] - 1 : lastIndex;
                    return method.getReturnType() == boolean.class ? true : method.getReturnType() == long.class ? 0L : null;
                });
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
        assertTrue(repair.onMessage(0, given, world.effects()));
        assertEquals(0, world.taken);
        world.commitIndex = 17;
        assertTrue(repair.onMessage(0, given, world.effects()));
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
        assertTrue(new ScriptedRepair(core(world), 1, 10, world).onMessage(0, given(17, 1), world.effects()));
        assertEquals(List.of(17L), world.ownRepaired);
    }

    /**
     * Entry 17 is lost, and those behind it are of term 2. The leader of term 3 has 1:17 and has sent no more. What was lost may be 2:17,
     * and another member may have 2:17 and 2:18: with 1:17 in its place the logs would agree at 18 and not at 17.
     */
    @Test
    void shouldNotTakeWhatOnlyTheLeaderHasBeforeNewerEntriesThatItMayNotHave()
    {
        final World world = worldWithNewerEntries();
        final RaftCore core = following(world);
        final ScriptedRepair repair = new ScriptedRepair(core, 1, 10, world);
        assertTrue(repair.onMessage(0, leaders(1, 17), world.effects()));
        assertEquals(0, world.taken);
        repair.poll(0); // it does not ask itself
        repair.poll(0);
        assertEquals(Set.of(17L), world.asked);
        assertEquals(2, world.askedCount, "what the leader has behind it");
        assertTrue(repair.onMessage(0, leaders(2, 18), world.effects()));
        assertEquals(30, world.lastIndex);
        assertTrue(repair.onMessage(0, leaders(1, 17), world.effects()));
        assertEquals(1, world.taken, "what the leader has before 2:18 is what was lost");
    }

    @Test
    void shouldTruncateBehindALostEntryWhatTheLeaderHasNot()
    {
        final World world = worldWithNewerEntries();
        final ScriptedRepair repair = new ScriptedRepair(following(world), 1, 10, world);
        assertTrue(repair.onMessage(0, leaders(1, 18), world.effects()));
        assertEquals(17, world.lastIndex);
        assertTrue(repair.onMessage(0, leaders(1, 17), world.effects()));
        assertEquals(1, world.taken);
    }

    /** The leader of that term has made both. */
    @Test
    void shouldTakeWhatOnlyTheLeaderHasBeforeAnEntryOfItsTerm()
    {
        final World world = worldWithNewerEntries();
        world.newerIndex = Long.MAX_VALUE;
        final ScriptedRepair repair = new ScriptedRepair(following(world), 1, 10, world);
        assertTrue(repair.onMessage(0, leaders(1, 17), world.effects()));
        assertEquals(1, world.taken);
    }

    /** This member still follows the leader of term 3, who had another entry there; what is before it would pass for committed. */
    @Test
    void shouldNotTakeWhatIsCommittedInALaterTermWhereTheLogIsAnEarlierLeaders()
    {
        final World world = worldWithNewerEntries();
        world.lastIndex = 17;
        final ScriptedRepair repair = new ScriptedRepair(following(world), 1, 10, world);
        assertTrue(repair.onMessage(0, given(3, 4, 2, 17, 2, true), world.effects()));
        assertEquals(0, world.taken);
        assertTrue(repair.onMessage(0, given(3, 3, 1, 17, 2, true), world.effects()));
        assertEquals(1, world.taken);
    }

    private static World worldWithNewerEntries()
    {
        final World world = new World();
        world.lost.add(17L);
        world.newerIndex = 18;
        return world;
    }

    private static RaftCore core(final World world)
    {
        return new RaftCore(new RaftSettings(1, 1000), Configuration.ofVoters(1, 2, 3), 0, world, () -> 1000, 2, RaftCore.NO_VOTE);
    }

    /** It follows member 2 in term 3, which has sent 1:17 behind 1:16. */
    private static RaftCore following(final World world)
    {
        final RaftCore core = core(world);
        ScriptedMessages.deliver(
            ScriptedMessages.entries(2, 1, 3, 16, 1, 0, List.of(frame(1, 17, 2))), core, 0, world.effects());
        assertTrue(core.isLeaders(17));
        return core;
    }

    /** By member 2, who knows that it is committed. */
    private static UnsafeBuffer given(final long index, final long originId)
    {
        return given(2, 1, 1, index, originId, true);
    }

    /** By member 2, the leader of term 3. */
    private static UnsafeBuffer leaders(final long entryTerm, final long index)
    {
        return given(2, 3, entryTerm, index, 2, false);
    }

    private static UnsafeBuffer given(
        final long fromId, final long term, final long entryTerm, final long index, final long originId, final boolean isCommitted)
    {
        final byte[] frame = frame(entryTerm, index, originId);
        final UnsafeBuffer message = new UnsafeBuffer(new byte[512]);
        final GiveEntryEncoder encoder = new GiveEntryEncoder().wrapAndApplyHeader(message, 0, new MessageHeaderEncoder());
        encoder.peer().clusterId(1).fromId(fromId).toId(1).term(term);
        encoder.index(index).committed((short)(isCommitted ? 1 : 0)).putFrame(frame, 0, frame.length);
        return message;
    }

    private static byte[] frame(final long term, final long index, final long originId)
    {
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[64]);
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[EntryFrame.frameLength(64)]);
        return Arrays.copyOf(frame.byteArray(), new EntryFrame().encode(frame, 0, term, index, originId, 7, index, 0, payload, 0, 64));
    }
}
