package io.tourbillon.consensus.raft;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Which states may take the place of a log that its disk has lost entries of. */
class LateStateTest
{
    /** Entries 1 to 60, of which some are lost; those up to 50 are carried by a checkpoint. Terms grow by ten entries each. */
    private static final class Log implements RaftLog
    {
        private final long lost;

        private Log(final long lost)
        {
            this.lost = lost;
        }

        @Override
        public long lastIndex()
        {
            return 60;
        }

        @Override
        public long lastTerm()
        {
            return termOf(60);
        }

        @Override
        public long termOf(final long index)
        {
            return index > 60 || index == lost ? UNKNOWN_TERM : (index + 9) / 10;
        }

        @Override
        public boolean isLost(final long index)
        {
            return index == lost;
        }

        @Override
        public long wholeIndex()
        {
            return lost > 50 ? lost - 1 : 60;
        }
    }

    private static RaftCore core(final long lost)
    {
        return new RaftCore(
            new RaftSettings(1, 1000), Configuration.ofVoters(1, 2, 3), 10, new Log(lost), () -> 1000, 6, RaftCore.NO_VOTE);
    }

    /** It would take away what was acknowledged behind it. */
    @Test
    void shouldNotTakeAnOlderStateForAnEntryThatItsOwnCarries()
    {
        assertFalse(core(41).needsSnapshot(41, 5));
    }

    @Test
    void shouldTakeAStateForAnEntryThatNobodyCanGiveBack()
    {
        assertTrue(core(55).needsSnapshot(55, 6));
        assertTrue(core(55).needsSnapshot(70, 7));
        assertFalse(core(55).needsSnapshot(54, 6));
    }

    @Test
    void shouldKeepWhatFollowsTheLostEntryUnlessItIsOlder()
    {
        assertTrue(core(55).keepsLogBehind(55, 6));
        assertFalse(core(50).keepsLogBehind(50, 7), "terms never fall, and entry 51 is of term 6");
        assertTrue(core(55).keepsLogBehind(57, 6), "it is there");
        assertFalse(core(55).keepsLogBehind(57, 7), "another one is there");
        assertFalse(core(55).keepsLogBehind(61, 7));
    }
}
