package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Watches: etcd's rules and the traps that others fell into. */
class WatchTest
{
    private static final int CHANGES = 4096;

    private final Rig rig = new Rig();

    @AfterEach
    void close()
    {
        rig.close();
    }

    private List<String> events(final long id)
    {
        rig.settle();
        return rig.egress.eventsOf(Rig.SESSION, id);
    }

    @Test
    void shouldReplayDeletesOfTheCompactedRevisionItself()
    {
        rig.run(Op.put("a", "1"));
        rig.run(Op.delete("a", ""));
        rig.run(Op.put("b", "1"));
        rig.compact(3, true);
        assertEquals("created 0 at 4", rig.watch(0, "a", "\0", 3, 0));
        assertEquals(List.of("DELETE a=(0,3,0,0)", "PUT b=1(4,4,1,0)"), events(0));
        rig.compact(4, true);
        assertEquals(1, rig.store.tree(Mvcc.REVISIONS_TREE).size(), "the next compaction drops the tombstone");
        assertEquals(1, rig.store.tree(Mvcc.KEYS_TREE).size());
    }

    @Test
    void shouldSayCreatedAndThenCanceledWhenTheStartIsCompacted()
    {
        rig.run(Op.put("a", "1"));
        rig.run(Op.put("a", "2"));
        rig.compact(3, false);
        assertEquals("created 0 at 3", rig.watch(0, "a", "", 2, 0));
        assertEquals(List.of("created 0", "canceled 0 code 1009 compacted 3 ''"), rig.egress.log);
        assertEquals(0, rig.mvcc.watcherCount());
    }

    @Test
    void shouldHandOverFromHistoryToLiveWithoutGapOrDuplicate()
    {
        try (Rig slow = new Rig(new MvccSettings().eventsPerSlice(1)))
        {
            final List<String> expected = new ArrayList<>();
            for (int i = 0; i < 300; i++)
            {
                slow.run(Op.put("k", "" + i));
                expected.add("PUT k=" + i + "(2," + (i + 2) + "," + (i + 1) + ",0)");
            }
            slow.watch(0, "k", "", 2, 0);
            slow.egress.isBlocked = new java.util.Random(1)::nextBoolean;
            for (int i = 300; i < 600; i++)
            {
                slow.run(Op.put("k", "" + i));
                slow.doWork();
                expected.add("PUT k=" + i + "(2," + (i + 2) + "," + (i + 1) + ",0)");
            }
            slow.settle();
            assertEquals(expected.size(), slow.egress.eventsOf(Rig.SESSION, 0).size());
            assertEquals(expected, slow.egress.eventsOf(Rig.SESSION, 0));
        }
    }

    @Test
    void shouldPassAtOnceWhatNobodyWatches()
    {
        rig.watch(0, "k", "", 0, 0);
        rig.watch(1, "r", "s", 0, 0);
        final WatchFigures figures = rig.mvcc.watchFigures();
        rig.run(Op.put("a", "1"));
        rig.run(Op.delete("a", ""));
        assertEquals(0, figures.fanOutBacklog(), "nobody watches it");
        rig.run(Op.txn().then(Op.put("a", "1"), Op.put("b", "1")));
        assertEquals(1, figures.fanOutBacklog(), "more than one change is looked at later");
        rig.run(Op.put("a", "2"));
        assertEquals(2, figures.fanOutBacklog(), "what is before it comes first");
        rig.doWork();
        rig.run(Op.put("k", "1"));
        rig.run(Op.put("a", "3"));
        assertEquals(2, figures.fanOutBacklog());
        rig.doWork();
        rig.run(Op.put("r1", "1"));
        assertEquals(1, figures.fanOutBacklog(), "in a range that is watched");
        assertEquals(List.of("PUT k=1(6,6,1,0)"), events(0));
        assertEquals(List.of("PUT r1=1(8,8,1,0)"), events(1));
        rig.run(Op.put("a", "4"));
        assertEquals(0, figures.fanOutBacklog());
    }

    @Test
    void shouldOrderEventsOfOneTransactionBySubRevisionInOneMessage()
    {
        rig.run(Op.put("b", "1"));
        rig.watch(0, "a", "z", 0, 0);
        rig.run(Op.txn().then(Op.put("c", "1"), Op.delete("b", ""), Op.put("a", "1")));
        assertEquals(List.of("PUT c=1(3,3,1,0)", "DELETE b=(0,3,0,0)", "PUT a=1(3,3,1,0)"), events(0));
        assertEquals(List.of("created 0", "live at 3"), rig.egress.log);
    }

    @Test
    void shouldStaySilentUntilAFutureRevision()
    {
        rig.watch(0, "a", "", 4, 0);
        final long progress = rig.progress();
        rig.run(Op.put("a", "2"));
        rig.settle();
        assertNull(rig.progressAnswer(progress), "a watcher waits for a later revision");
        rig.run(Op.put("a", "3"));
        rig.settle();
        assertEquals("progress at 3", rig.progressAnswer(progress), "start = current + 1 is in time");
        rig.run(Op.put("a", "4"));
        assertEquals(List.of("PUT a=4(2,4,3,0)"), events(0));
    }

    /** etcd 15271: it was told the past once its member had taken another's state. */
    @Test
    void shouldStaySilentUntilAFutureRevisionAlsoWhenAnotherStateCame()
    {
        rig.run(Op.put("a", "1"));
        rig.watch(0, "a", "", 5, 0);
        rig.mvcc.onStateReplaced();
        rig.run(Op.put("a", "2"));
        rig.run(Op.put("a", "3"));
        assertEquals(List.of(), events(0));
        rig.mvcc.onStateReplaced();
        rig.run(Op.put("a", "4"));
        assertEquals(List.of("PUT a=4(2,5,4,0)"), events(0));
    }

    @Test
    void shouldAnswerProgressOnlyAfterAllEventsWereSent()
    {
        rig.watch(0, "a", "", 0, 0);
        rig.egress.isBlocked = () -> true;
        rig.run(Op.put("a", "1"));
        final long progress = rig.progress();
        rig.settle();
        assertNull(rig.progressAnswer(progress));
        rig.egress.isBlocked = () -> false;
        rig.settle();
        assertEquals("progress at 2", rig.progressAnswer(progress));
        assertEquals(List.of("created 0", "history at 2", "progress -1 at 2"), rig.egress.log);
    }

    @Test
    void shouldGiveIdsAsEtcdDoes()
    {
        assertEquals("created 1 at 1", rig.watch(1, "a", "", 0, 0));
        assertEquals("created 0 at 1", rig.watch(0, "a", "", 0, 0));
        assertEquals("created 2 at 1", rig.watch(0, "a", "", 0, 0));
        assertEquals("canceled -1 code " + ErrorCode.WATCH_ID_DUPLICATE.number() + " compacted 0", rig.watch(2, "a", "", 0, 0));
        assertEquals("canceled -1 code " + ErrorCode.WATCH_RANGE_EMPTY.number() + " compacted 0", rig.watch(0, "b", "a", 0, 0));
        assertEquals("canceled -1 code " + ErrorCode.COMPACTED.number() + " compacted 0", rig.watch(0, "a", "", -3, 0));
        assertEquals("canceled 2 code 0 compacted 0", rig.cancel(2));
        assertEquals("canceled -1 code 0 compacted 0", rig.cancel(2));
        assertEquals(2, rig.mvcc.watcherCount());
    }

    @Test
    void shouldTakeAnEmptyKeyForTheLowestOne()
    {
        rig.watch(0, "", "\0", 0, 0);
        rig.run(Op.put("\0", "1"));
        rig.run(Op.put("z", "1"));
        assertEquals(2, events(0).size());
    }

    @Test
    void shouldCutALargeRevisionIntoPiecesInARow()
    {
        rig.watch(0, "k", "l", 0, 0);
        final Op txn = Op.txn();
        final List<String> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++)
        {
            txn.then(Op.put("k" + i, "v".repeat(10_000)));
            expected.add("PUT k" + i + "=10000B#" + "v".repeat(10_000).hashCode() + "(2,2,1,0)");
        }
        rig.run(txn);
        assertEquals(expected, events(0));
        assertEquals(List.of("created 0", "live piece at 2", "live piece at 2", "live piece at 2", "live at 2"), rig.egress.log);
        rig.egress.log.clear();
        rig.watch(1, "k", "l", 2, 0);
        assertEquals(expected, events(1));
        final String piece = "history piece at 2";
        assertEquals(List.of("created 1", piece, piece, piece, "history at 2"), rig.egress.log);
    }

    @Test
    void shouldDeliverARevisionOfThousandsOfChanges()
    {
        for (int i = 0; i < CHANGES + 100; i++)
        {
            rig.run(Op.put("k" + (100_000 + i), ""));
        }
        rig.watch(0, "k", "l", 0, 0);
        rig.watch(0, "k100007", "", 0, 0);
        rig.run(Op.delete("k", "l"));
        rig.run(Op.put("k100007", "again"));
        assertEquals(CHANGES + 101, events(0).size());
        assertEquals(2, events(1).size());
    }

    @Test
    void shouldCancelASlowWatcherOnceWhatItNeedsIsCompactedAndNoOther()
    {
        rig.watch(0, "a", "", 0, 0);
        rig.egress.isBlocked = () -> true;
        rig.run(Op.put("a", "1"));
        rig.run(Op.put("a", "2"));
        rig.settle();
        rig.watch(5, "b", "", 0, 0);
        rig.compact(3, true);
        rig.settle();
        assertTrue(rig.egress.log.contains("canceled 0 code 1009 compacted 3 ''"), () -> rig.egress.log.toString());
        rig.egress.isBlocked = () -> false;
        rig.run(Op.put("b", "1"));
        assertEquals(1, events(5).size());
        assertEquals(1, rig.mvcc.watcherCount());
    }

    /** What operators are told of clients that do not keep up. */
    @Test
    void shouldCountSessionsThatCatchUpUntilTheyHaveOrAreGone()
    {
        rig.watch(0, "a", "", 0, 0);
        rig.settle();
        assertEquals(0, rig.mvcc.watchFigures().catchingUpCount());
        for (final boolean isClosed : new boolean[]{false, true})
        {
            rig.egress.isBlocked = () -> true;
            rig.run(Op.put("a", "1"));
            rig.settle();
            assertEquals(1, rig.mvcc.watchFigures().catchingUpCount());
            assertEquals(0, rig.mvcc.watchFigures().fanOutBacklog(), "it holds nobody up");
            assertEquals(1, rig.mvcc.watchFigures().revisionsBehind(Rig.SESSION));
            assertTrue(rig.mvcc.watchFigures().isRefusing(Rig.SESSION));
            rig.egress.isBlocked = () -> isClosed;
            if (isClosed)
            {
                rig.mvcc.onSessionClosed(Rig.SESSION);
            }
            rig.settle();
            assertEquals(0, rig.mvcc.watchFigures().catchingUpCount());
            assertEquals(0, rig.mvcc.watchFigures().revisionsBehind(Rig.SESSION));
            assertEquals(!isClosed, rig.mvcc.watchFigures().isWatching(Rig.SESSION));
        }
    }

    @Test
    void shouldTellHowFarBehindASessionIsThatBeganInThePast()
    {
        for (int i = 0; i < 5; i++)
        {
            rig.run(Op.put("a", "1"));
        }
        rig.egress.isBlocked = () -> true;
        rig.watch(0, "a", "", 3, 0);
        rig.watch(1, "a", "", 0, 0);
        rig.settle();
        assertEquals(4, rig.mvcc.watchFigures().revisionsBehind(Rig.SESSION), "3 to 6");
        rig.run(Op.put("a", "1"));
        rig.settle();
        assertEquals(5, rig.mvcc.watchFigures().revisionsBehind(Rig.SESSION));
        rig.egress.isBlocked = () -> false;
        rig.settle();
        assertEquals(0, rig.mvcc.watchFigures().revisionsBehind(Rig.SESSION));
    }

    @Test
    void shouldNotLoseEventsThatWereNotFannedOutBeforeACompaction()
    {
        try (Rig slow = new Rig(new MvccSettings().eventsPerSlice(1)))
        {
            slow.watch(0, "a", "", 0, 0);
            for (int i = 0; i < 50; i++)
            {
                slow.run(Op.put("a", "" + i));
            }
            slow.compact(51, true);
            slow.settle();
            assertEquals(50, slow.egress.eventsOf(Rig.SESSION, 0).size());
            assertEquals(1, slow.mvcc.watcherCount());
        }
    }

    @Test
    void shouldForgetASessionThatIsClosedOrGone()
    {
        rig.watch(0, "a", "z", 0, 0);
        rig.watch(0, "a", "", 0, 0);
        rig.mvcc.onSessionClosed(Rig.SESSION);
        assertEquals(0, rig.mvcc.watcherCount());
        rig.watch(0, "a", "", 0, 0);
        rig.run(Op.put("a", "1"));
        rig.egress.isGone = true;
        rig.settle();
        assertEquals(0, rig.mvcc.watcherCount());
    }

    @Test
    void shouldBoundWatchersOfASession()
    {
        try (Rig small = new Rig(new MvccSettings().watchersPerSession(2)))
        {
            small.watch(0, "a", "", 0, 0);
            small.watch(0, "a", "", 0, 0);
            assertEquals("canceled -1 code " + ErrorCode.TOO_MANY_WATCHERS.number() + " compacted 0", small.watch(0, "a", "", 0, 0));
        }
    }

    @Test
    void shouldTellOfProgressAfterAPeriodWithoutEvents()
    {
        final long intervalNs = 100_000_000;
        try (WatchMember member = new WatchMember(new MvccSettings().progressNotifyIntervalNs(intervalNs)))
        {
            final long session = 5;
            member.nowNs = -intervalNs / 2;
            member.watch(session, 1, "a", "", 0, Watcher.PROGRESS_NOTIFY);
            member.watch(session, 2, "b", "c", 0, Watcher.PROGRESS_NOTIFY);
            member.watch(session, 3, "a", "", 0, 0);
            member.watch(session, 4, "a", "", 90, Watcher.PROGRESS_NOTIFY);
            member.apply(Op.put("a", "1"));
            member.settle();
            member.nowNs += intervalNs - 1;
            member.settle();
            assertEquals(List.of(), member.told(session, 2).progress, "not before its time");
            member.nowNs += 1 + intervalNs / 10;
            member.settle();
            assertEquals(List.of(), member.told(session, 1).progress, "it had an event in this period");
            assertEquals(List.of(2L), member.told(session, 2).progress);
            assertEquals(List.of(), member.told(session, 3).progress, "it did not ask");
            assertEquals(List.of(), member.told(session, 4).progress, "it waits for a later revision");
            member.nowNs += intervalNs + intervalNs / 10;
            member.settle();
            assertEquals(List.of(2L), member.told(session, 1).progress);
            assertEquals(List.of(2L, 2L), member.told(session, 2).progress);
            member.isBlocked = (id) -> true;
            member.apply(Op.put("a", "2"));
            member.settle();
            member.nowNs += intervalNs + intervalNs / 10;
            member.settle();
            assertEquals(1, member.told(session, 1).progress.size(), "it is behind");
        }
    }

    @Test
    void shouldLeaveNothingBehindOfASessionThatOnlyAsksForProgress()
    {
        rig.run(Op.put("a", "1"));
        assertEquals("progress at 2", rig.progressAnswer(rig.progress()));
        final long bytes = rig.mvcc.watchFigures().bytes();
        for (int i = 0; i < 100; i++)
        {
            assertEquals("progress at 2", rig.progressAnswer(rig.progress()));
        }
        assertEquals(bytes, rig.mvcc.watchFigures().bytes());
        assertEquals(0, rig.doWork(), "nobody is to be looked after");
    }

    @Test
    void shouldGiveNoPreviousValueThatIsCompacted()
    {
        rig.run(Op.put("a", "1"));
        rig.run(Op.put("a", "2"));
        rig.run(Op.put("a", "3"));
        rig.compact(3, true);
        rig.watch(0, "a", "", 3, Watcher.PREV_KV);
        assertEquals(List.of("PUT a=2(2,3,2,0)", "PUT a=3(2,4,3,0) was =2(2,3,2,0)"), events(0));
    }

    @Test
    void shouldForgetThatAWatcherWaitsOnceItIsCancelled()
    {
        rig.watch(0, "a", "", 0, 0);
        rig.watch(9, "a", "", 1000, 0);
        final long progress = rig.progress();
        rig.settle();
        assertNull(rig.progressAnswer(progress));
        rig.cancel(9);
        rig.settle();
        assertEquals("progress at 1", rig.progressAnswer(progress));
    }
}
