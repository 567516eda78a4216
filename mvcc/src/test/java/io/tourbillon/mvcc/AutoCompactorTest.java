package io.tourbillon.mvcc;

import org.junit.jupiter.api.Test;

import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a leader compacts by itself, by a clock that the test turns. */
class AutoCompactorTest
{
    private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);
    private static final long NEVER = -1;

    private long clockNs = 1_000_000;

    private static Rig rig(final AutoCompaction settings)
    {
        return new Rig(new MvccSettings().autoCompaction(settings));
    }

    /** Lets time pass minute by minute, with a put in each; proposals are applied. */
    private void pass(final Rig rig, final int minutes)
    {
        for (int i = 0; i < minutes; i++)
        {
            rig.run(Op.put("k", "v"));
            look(rig, MINUTE_NS);
            rig.propose();
        }
    }

    private void look(final Rig rig, final long passedNs)
    {
        rig.mvcc.autoCompact(clockNs);
        clockNs += passedNs;
        rig.mvcc.autoCompact(clockNs);
    }

    @Test
    void shouldKeepAnHourOfHistory()
    {
        try (Rig rig = rig(AutoCompaction.periodic(HOUR_NS)))
        {
            pass(rig, 59);
            assertEquals(NEVER, rig.mvcc.compactRevision(), "nothing before a whole hour");
            pass(rig, 1);
            assertEquals(2, rig.mvcc.compactRevision(), "where it was an hour ago");
            pass(rig, 59);
            assertEquals(2, rig.mvcc.compactRevision(), "once an hour");
            pass(rig, 1);
            assertEquals(61, rig.mvcc.compactRevision());
            assertEquals(121, rig.mvcc.revision());
        }
    }

    /** etcd's rule: each hour, however long the retention, once that is over. */
    @Test
    void shouldKeepADayAndCompactEachHour()
    {
        try (Rig rig = rig(AutoCompaction.periodic(24 * HOUR_NS)))
        {
            pass(rig, 24 * 60 - 1);
            assertEquals(NEVER, rig.mvcc.compactRevision());
            pass(rig, 1);
            assertEquals(2, rig.mvcc.compactRevision());
            pass(rig, 60);
            assertEquals(61, rig.mvcc.compactRevision());
            pass(rig, 60);
            assertEquals(121, rig.mvcc.compactRevision());
        }
    }

    @Test
    void shouldCompactEachRetentionIfThatIsShorterThanAnHour()
    {
        try (Rig rig = rig(AutoCompaction.periodic(10 * MINUTE_NS)))
        {
            pass(rig, 10);
            assertEquals(2, rig.mvcc.compactRevision());
            pass(rig, 9);
            assertEquals(2, rig.mvcc.compactRevision());
            pass(rig, 1);
            assertEquals(11, rig.mvcc.compactRevision());
        }
    }

    @Test
    void shouldKeepSoManyRevisions()
    {
        try (Rig rig = rig(AutoCompaction.revisions(7)))
        {
            pass(rig, 4);
            assertEquals(NEVER, rig.mvcc.compactRevision(), "each five minutes");
            pass(rig, 1);
            assertEquals(NEVER, rig.mvcc.compactRevision(), "there are not more");
            pass(rig, 5);
            assertEquals(11 - 7, rig.mvcc.compactRevision());
            look(rig, HOUR_NS);
            assertEquals(0, rig.propose(), "nothing was written since");
        }
    }

    /** A follower has noted the same: it goes on as soon as it leads, and lets nothing go that is younger than the retention. */
    @Test
    void shouldGoOnWithANewLeaderAndNeverTooEarly()
    {
        try (Rig rig = rig(AutoCompaction.periodic(HOUR_NS)))
        {
            rig.mvcc.onFollower();
            pass(rig, 90);
            assertEquals(NEVER, rig.mvcc.compactRevision(), "who does not lead proposes nothing");
            rig.mvcc.onLeader(1, rig.nowNs);
            pass(rig, 6);
            assertEquals(97 - 60, rig.mvcc.compactRevision(), "an hour old, as of the last note");
        }
    }

    @Test
    void shouldBeginAnewAfterARestart()
    {
        try (Rig rig = rig(AutoCompaction.periodic(HOUR_NS)))
        {
            pass(rig, 59);
            rig.checkpoint();
            rig.crash();
            pass(rig, 59);
            assertEquals(NEVER, rig.mvcc.compactRevision(), "its notes are gone, and with them what it knows to be old");
            pass(rig, 1);
            assertTrue(rig.mvcc.compactRevision() <= 61, () -> "compacted to " + rig.mvcc.compactRevision());
            assertTrue(rig.mvcc.compactRevision() > 0);
        }
    }

    @Test
    void shouldProposeAgainWhatGotLost()
    {
        try (Rig rig = rig(AutoCompaction.periodic(HOUR_NS)))
        {
            pass(rig, 59);
            look(rig, MINUTE_NS);
            assertEquals(AutoCompactor.PROPOSAL_LENGTH, rig.mvcc.proposal(rig.requests.buffer), "and is lost");
            assertEquals(0, rig.mvcc.proposal(rig.requests.buffer), "once");
            pass(rig, 5);
            assertEquals(NEVER, rig.mvcc.compactRevision());
            pass(rig, 1);
            assertTrue(rig.mvcc.compactRevision() > 0, "with the next note");
        }
    }

    /** A clock that stood still makes history older, not younger. */
    @Test
    void shouldNotCompactTooMuchWhenNobodyLookedForLong()
    {
        try (Rig rig = rig(AutoCompaction.periodic(HOUR_NS)))
        {
            pass(rig, 30);
            look(rig, 5 * HOUR_NS);
            rig.propose();
            assertTrue(rig.mvcc.compactRevision() <= rig.mvcc.revision());
            pass(rig, 20);
            assertTrue(rig.mvcc.compactRevision() <= 31, "what came after the pause is not an hour old: " + rig.mvcc.compactRevision());
        }
    }

    @Test
    void shouldDoNothingUnlessAskedTo()
    {
        try (Rig rig = rig(AutoCompaction.OFF))
        {
            pass(rig, 300);
            assertEquals(NEVER, rig.mvcc.compactRevision());
        }
    }
}
