package io.tourbillon.mvcc;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.IntFunction;

import static io.tourbillon.mvcc.RecordSlab.NIL;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Many watchers, many sessions: what grows is bounded, what is bounded is fair, and what has to be told is told. Counted, not timed. */
class WatchScaleTest
{
    private static final int MANY = 100_000;
    private static final long SESSION = 2;
    private static final long S = 1_000_000_000;

    private final WatchMember member = new WatchMember(new MvccSettings().watchersPerSession(2 * MANY));

    @AfterEach
    void close()
    {
        member.close();
    }

    private static KeyRange range(final String key, final String end)
    {
        final KeyRange range = new KeyRange();
        final byte[] bytes = (key + end).getBytes(ISO_8859_1);
        range.of(new UnsafeBuffer(bytes), 0, key.length(), key.length(), end.length());
        return range;
    }

    private static long bytesPerWatcher(final int sessionCount, final IntFunction<KeyRange> ranges)
    {
        final WatchTable table = new WatchTable();
        for (int i = 0; i < MANY; i++)
        {
            table.add(table.sessionOrNew(i % sessionCount), i, ranges.apply(i), 1, 0);
        }
        return table.bytes() / MANY;
    }

    @Test
    void shouldHoldAnIdleWatcherInSixtyFourBytes()
    {
        final KeyRange shared = range("/registry/pods/", "/registry/pods0");
        final long sameKey = bytesPerWatcher(8, (i) -> range("a-key-of-20-characters", ""));
        final long sameRange = bytesPerWatcher(1000, (i) -> shared);
        final long ownKey = bytesPerWatcher(8, (i) -> range(String.format("key-%016d", i), ""));
        assertTrue(sameKey <= 64, () -> "a watcher of a key that others watch: " + sameKey + " bytes");
        assertTrue(sameRange <= 64, () -> "a watcher of a range that others watch: " + sameRange + " bytes");
        assertTrue(ownKey <= 64 + 24, () -> "a watcher of a key of its own, 20 bytes of key in 24: " + ownKey + " bytes");
    }

    @Test
    void shouldGiveBackWhatCancelledWatchersHeld()
    {
        final WatchTable table = new WatchTable();
        final WatchSession session = table.sessionOrNew(SESSION);
        long before = 0;
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 10_000; i++)
            {
                table.add(session, i, range("k" + i, i % 2 == 0 ? "" : "l"), 1, 0);
            }
            before = round == 0 ? table.bytes() : before;
            for (int i = 0; i < 10_000; i++)
            {
                table.remove(table.find(session, i));
            }
            assertEquals(0, table.watcherCount());
            assertEquals(0, table.patternCount());
            assertEquals(NIL, session.firstWatcher);
            assertEquals(NIL, session.rangeRoot);
        }
        assertTrue(table.bytes() <= before, "what was freed is used again");
    }

    @Test
    void shouldTellTenThousandSessionsOfOneKeyInSlices()
    {
        for (int i = 0; i < 10_000; i++)
        {
            member.watch(SESSION + i, 0, "k", i % 2 == 0 ? "" : "l", 0, 0);
        }
        member.apply(Op.put("k", "v"));
        member.mvcc.doWork(0);
        final long toldInOneCycle = member.messageCount;
        assertTrue(toldInOneCycle < 2 * MvccSettings.EVENTS_PER_SLICE_DEFAULT, "a slice is a slice");
        member.apply(Op.txn().then(Op.put("k", "w"), Op.put("k2", "w")));
        member.settle();
        member.check();
    }

    @Test
    void shouldTellAHundredThousandWatchersOfOneSessionInChunksOfIds()
    {
        for (int i = 0; i < MANY; i++)
        {
            member.watch(SESSION, 0, "k", "", 0, 0);
        }
        member.apply(Op.put("k", "v"));
        int cycles = 0;
        while (member.told(SESSION, 0).changes.isEmpty() || member.told(SESSION, MANY - 1).changes.isEmpty())
        {
            member.mvcc.doWork(0);
            // Some go while the event is on its way, those where it goes on among them.
            for (int i = 0; i < 500; i++)
            {
                member.cancel(SESSION, 1 + (cycles * 7919L + i * 131L) % (MANY - 2));
            }
            assertTrue(++cycles < 1000, "the event does not arrive");
        }
        member.apply(Op.put("k", "w"));
        member.settle();
        member.check();
        assertTrue(member.longestMessage <= Limits.PART_LENGTH_MAX, "a message of ids is as short as any other");
    }

    @Test
    void shouldNotLetTenThousandSlowSessionsDelayALiveOne()
    {
        final int slowCount = 10_000;
        for (int i = 0; i < slowCount; i++)
        {
            member.watch(SESSION + i, 0, "k", "", 0, 0);
        }
        final long live = SESSION + slowCount;
        member.watch(live, 0, "k", "", 0, 0);
        member.isBlocked = (sessionId) -> sessionId < live;
        member.apply(Op.put("k", "first"));
        member.settle();
        member.apply(Op.put("k", "second")); // passes by all that are slow, for the last time
        member.settle();
        final WatchMember.Told told = member.told(live, 0);
        assertEquals(2, told.changes.size());
        final int[] attempts = {0};
        member.isBlocked = (sessionId) ->
        {
            attempts[0] += sessionId < live ? 1 : 0;
            return sessionId < live;
        };
        for (int i = 0; i < 300; i++)
        {
            member.apply(Op.put("k", "v"));
            attempts[0] = 0;
            member.mvcc.doWork(0);
            assertEquals(3 + i, told.changes.size(), "the live session hears in the duty cycle of the put");
            assertTrue(attempts[0] <= MvccSettings.EVENTS_PER_SLICE_DEFAULT, "attempts in vain are bounded");
        }
        member.isBlocked = (sessionId) -> false;
        member.settle();
        member.check();
    }

    @Test
    void shouldCloseASessionOfAHundredThousandWatchersInSlices()
    {
        for (int i = 0; i < MANY; i++)
        {
            member.watch(SESSION, 0, "k" + i % 1000, i % 3 == 0 ? "" : "l", 0, Watcher.PREV_KV);
        }
        member.watch(SESSION + 1, 0, "k", "l", 0, 0);
        member.mvcc.onSessionClosed(SESSION);
        assertEquals(1, member.mvcc.watcherCount());
        member.apply(Op.put("k7", "v"));
        int cycles = 0;
        while (member.mvcc.doWork(0) > 0)
        {
            cycles++;
        }
        assertTrue(cycles >= MANY / 1000, "freed in slices");
        assertEquals(List.of(), member.told(SESSION, 0).changes);
        assertEquals(1, member.told(SESSION + 1, 0).changes.size());
        member.watch(SESSION, 5, "k7", "", 0, 0);
        assertEquals(2, member.mvcc.watcherCount());
    }

    @Test
    void shouldReadHistoryOnceForAllWatchersThatResumeTogether()
    {
        for (int i = 0; i < 200; i++)
        {
            member.apply(Op.put("k" + i % 50, "v"));
        }
        for (int i = 0; i < 2000; i++)
        {
            member.watch(SESSION, 0, "k" + i % 50, i % 2 == 0 ? "" : "l", 100 + i % 50, 0);
        }
        int cycles = 0;
        while (member.mvcc.doWork(0) > 0)
        {
            cycles++;
        }
        assertTrue(cycles < 200, "not one pass a watcher: " + cycles + " cycles");
        member.apply(Op.put("k1", "w"));
        member.settle();
        member.check();
    }

    /** Between the first of them and the last there is room for others. */
    private static String[] manyRanges()
    {
        final String[] ranges = new String[2 * Limits.WATCH_RANGES_MAX];
        for (int i = 0; i < Limits.WATCH_RANGES_MAX; i++)
        {
            ranges[2 * i] = i == 0 ? "z" : "a" + i;
            ranges[2 * i + 1] = "";
        }
        return ranges;
    }

    private int cyclesOfWork()
    {
        int cycles = 0;
        while (member.mvcc.doWork(0) > 0)
        {
            cycles++;
        }
        return cycles;
    }

    @Test
    void shouldCompareAChangeWithTheRangesOfManyWatchersInSlices()
    {
        final int count = 4096;
        for (int i = 0; i < count; i++)
        {
            member.watchRanges(SESSION, manyRanges(), 0, 0, false, "", 0, 0);
        }
        member.apply(Op.put("m", "v"));
        final int cycles = cyclesOfWork();
        assertTrue(cycles > 20, () -> count + " watchers of 64 ranges looked at in " + cycles + " cycles");
        member.apply(Op.put("z", "v"));
        member.settle();
        member.check();
    }

    @Test
    void shouldCompareHistoryWithTheRangesOfFewWatchersInSlices()
    {
        final int count = 400;
        for (int i = 0; i < count; i++)
        {
            member.apply(Op.put("m" + i, "v"));
        }
        member.apply(Op.put("z", "v"));
        member.settle(); // what is not fanned out yet is no history
        for (int i = 0; i < 16; i++)
        {
            member.watchRanges(SESSION, manyRanges(), 2, 0, false, "", 0, 0);
        }
        final int cycles = cyclesOfWork();
        assertTrue(cycles > count / 8, () -> count + " changes compared with 1024 ranges in " + cycles + " cycles");
        member.check();
    }

    @Test
    void shouldLetGoOfSessionsThatAreClosedLongBeforeTheirTime()
    {
        final WatchTable table = new WatchTable();
        final WatchBookmarks bookmarks = new WatchBookmarks(table, null);
        final WatchProgress progress = new WatchProgress(table, null, MvccSettings.PROGRESS_NOTIFY_INTERVAL_NS_DEFAULT);
        WatchSession session = null;
        for (int i = 0; i < 1000; i++)
        {
            session = table.sessionOrNew(i);
            final int watcher = table.add(session, 1, range("k", ""), 1, Watcher.PROGRESS_NOTIFY);
            table.filter(watcher, new WatchFilter(false, 3600 * S, 0, new UnsafeBuffer(0, 0), new int[0], 0, 0));
            session.history = new HistoryPass(session);
            bookmarks.onWatcher(session);
            progress.onWatcher(session);
        }
        bookmarks.doWork(0, 1);
        progress.doWork(0, 1);
        for (int i = 1; i < 1000; i++)
        {
            table.close(table.session(i));
        }
        table.sweep(Integer.MAX_VALUE);
        assertNull(session.history);
        for (int i = 1; i <= 30; i++)
        {
            assertEquals(0, bookmarks.doWork(i * S, 1) + progress.doWork(i * S, 1), "it is nobody's time");
        }
        assertEquals(1, bookmarks.sessionCount());
        assertEquals(1, progress.sessionCount());
    }

    @Test
    void shouldEncodeAChangeOnceForASession()
    {
        for (int i = 0; i < 1000; i++)
        {
            member.watch(SESSION, 0, i % 2 == 0 ? "a" : "k", i % 2 == 0 ? "z" : "", 0, 0);
        }
        final long before = member.messageCount;
        member.apply(Op.put("k", "v"));
        member.settle();
        assertEquals(before + 2, member.messageCount, "one answer, one message of one event");
        assertTrue(member.longestMessage < 1000 * Long.BYTES + 400, "its key and value stand there once");
        member.check();
    }
}
