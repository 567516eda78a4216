package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Watches of several ranges, with filters, keys only, bookmarks: what they mean, one by one; WatchPropertyTest draws them at random. */
class WatchRangesTest
{
    private static final long SESSION = 7;
    private static final long MS = 1_000_000;
    private static final long S = 1_000 * MS;
    private static final int HOUR_MS = 3_600_000;

    private final WatchMember member = new WatchMember(new MvccSettings());

    private List<String> heard(final long id)
    {
        member.settle();
        member.check();
        final List<String> heard = new ArrayList<>();
        member.told(SESSION, id).changes.forEach((change) -> heard.add((change.isPut() ? "+" : "-") + change.key()));
        return heard;
    }

    private long watch(final String... ranges)
    {
        return member.watchRanges(SESSION, ranges, 0, 0, false, "", 0, 0);
    }

    @Test
    void shouldTellAnEventOnceThatLiesInTwoRangesAndNoneBetweenThem()
    {
        final long id = watch("a", "c", "b", "", "x", "");
        for (final String key : List.of("a", "b", "bb", "c", "w", "x", "x0"))
        {
            member.apply(Op.put(key, "v"));
        }
        assertEquals(List.of("+a", "+b", "+bb", "+x"), heard(id));
    }

    @Test
    void shouldLeaveOutPutsByValueAndVersionAndKeepDeletes()
    {
        final long id = member.watchRanges(SESSION, new String[]{"a", "", "b", ""}, 0, 0, false, "yes", 2, 0);
        member.apply(Op.put("a", "yes"));
        member.apply(Op.put("a", "no"));
        member.apply(Op.put("a", "yes!"));
        member.apply(Op.delete("a", ""));
        assertEquals(List.of("+a", "-a"), heard(id));
        assertEquals(4, member.told(SESSION, id).changes.get(0).main());
    }

    @Test
    void shouldNeitherSendNorChargeValuesWhenKeysAreAllThatIsWanted()
    {
        final long id = member.watchRanges(SESSION, new String[]{"a", ""}, 0, Watcher.PREV_KV, true, "", 0, 0);
        member.apply(Op.put("a", "x".repeat(50_000)));
        member.apply(Op.put("a", "y".repeat(50_000)));
        assertEquals(List.of("+a", "+a"), heard(id));
        assertTrue(member.longestMessage < 1_000, () -> member.longestMessage + " bytes without a value");
    }

    @Test
    void shouldSayABookmarkOfTheWholeSessionAtItsIntervalAndOnlyWhenItIsTrue()
    {
        final long id = member.watchRanges(SESSION, new String[]{"a", ""}, 0, 0, false, "", 0, 100);
        member.watch(SESSION, 0, "b", "", 0, 0);
        member.apply(Op.put("z", "v"));
        member.settle();
        for (int i = 0; i < 250; i++)
        {
            member.mvcc.doWork(member.nowNs += MS);
        }
        assertEquals(Collections.nCopies(2, member.mvcc.revision()), member.told(SESSION, id).progress);
        member.isBlocked = (sessionId) -> true;
        member.apply(Op.put("b", "v"));
        for (int i = 0; i < 250; i++)
        {
            member.mvcc.doWork(member.nowNs += MS);
        }
        assertEquals(2, member.told(SESSION, id).progress.size(), "a bookmark of a session that is behind");
        member.isBlocked = (sessionId) -> false;
        for (int i = 0; i < 250; i++)
        {
            member.mvcc.doWork(member.nowNs += MS);
        }
        assertEquals(member.mvcc.revision(), Collections.max(member.told(SESSION, id).progress));
    }

    private long bookmarked(final int intervalMs)
    {
        return member.watchRanges(SESSION, new String[]{"a", ""}, 0, 0, false, "", 0, intervalMs);
    }

    /** Bookmarks that a watcher hears in so many steps of the clock. */
    private int bookmarksHeard(final long id, final int stepCount, final long stepNs)
    {
        final int before = member.told(SESSION, id).progress.size();
        for (int i = 0; i < stepCount; i++)
        {
            member.mvcc.doWork(member.nowNs += stepNs);
        }
        return member.told(SESSION, id).progress.size() - before;
    }

    @Test
    void shouldSpeakAsOftenAsTheMostCuriousWatcherWantsForAsLongAsItIsThere()
    {
        final long hourly = bookmarked(HOUR_MS);
        assertEquals(0, bookmarksHeard(hourly, 100, MS));
        final long often = bookmarked(50);
        assertTrue(bookmarksHeard(hourly, 1_000, MS) > 0, "heard of within a second");
        assertEquals(20, bookmarksHeard(hourly, 1_000, MS));
        member.cancel(SESSION, often);
        assertEquals(0, bookmarksHeard(hourly, 3_000, MS));
        assertEquals(1, bookmarksHeard(hourly, 361, 10 * S));
    }

    @Test
    void shouldWaitSecondsNotHoursLongerWhenABookmarkHadToWait()
    {
        final long hourly = bookmarked(HOUR_MS);
        member.replyResult = Egress.QUEUED;
        assertEquals(1, bookmarksHeard(hourly, 361, 10 * S));
        assertEquals(0, bookmarksHeard(hourly, 360, 10 * S));
        assertEquals(1, bookmarksHeard(hourly, 3, 10 * S));
    }

    @Test
    void shouldCountWhatFiltersHoldAndRefuseMoreThanTheMemberHasForThem()
    {
        final String[] range = {"a", ""};
        final String prefix = "p".repeat(9_000);
        try (WatchMember small = new WatchMember(new MvccSettings().watchFilterBytes(20_000)))
        {
            small.watch(SESSION, 0, "a", "", 0, 0);
            final long before = small.mvcc.watchFigures().bytes();
            final long first = small.watchRanges(SESSION, range, 0, 0, false, prefix, 0, 0);
            final long second = small.watchRanges(SESSION + 1, range, 0, 0, false, prefix, 0, 0);
            assertTrue(first >= 0 && second >= 0);
            assertTrue(small.mvcc.watchFigures().bytes() - before > 18_000, "counted");
            assertEquals(Long.MIN_VALUE, small.watchRanges(SESSION, range, 0, 0, false, prefix, 0, 0));
            assertEquals(ErrorCode.TOO_MANY_WATCHERS.number(), small.refusal);
            assertTrue(small.watch(SESSION, 0, "a", "", 0, 0) >= 0, "a plain one has none");
            small.cancel(SESSION, first);
            assertTrue(small.watchRanges(SESSION, range, 0, 0, false, prefix, 0, 0) >= 0, "given back");
            final long held = small.mvcc.watchFigures().bytes();
            small.mvcc.onSessionClosed(SESSION);
            small.mvcc.onSessionClosed(SESSION + 1);
            small.settle();
            assertTrue(held - small.mvcc.watchFigures().bytes() > 18_000, "given back with the sessions");
        }
    }

    @Test
    void shouldNoLongerSayBookmarksOnceTheWatcherThatWantedThemIsGone()
    {
        final long id = member.watchRanges(SESSION, new String[]{"a", ""}, 0, 0, false, "", 0, 100);
        final long other = member.watch(SESSION, 0, "b", "", 0, 0);
        member.cancel(SESSION, id);
        for (int i = 0; i < 500; i++)
        {
            member.mvcc.doWork(member.nowNs += MS);
        }
        assertTrue(member.told(SESSION, other).progress.isEmpty());
    }

    @Test
    void shouldRefuseNoRangeTooManyAndThoseThatAreTooLongAndLeaveNothingBehind()
    {
        assertEquals(Long.MIN_VALUE, watch());
        final String[] many = new String[2 * (Limits.WATCH_RANGES_MAX + 1)];
        Arrays.fill(many, "a");
        assertEquals(Long.MIN_VALUE, watch(many));
        final String[] some = Arrays.copyOf(many, 2 * Limits.WATCH_RANGES_MAX);
        for (int i = 0; i < some.length; i += 2)
        {
            some[i + 1] = "";
        }
        assertEquals(0, watch(some));
        final String longKey = "k".repeat(Limits.KEY_LENGTH_MAX);
        assertEquals(Long.MIN_VALUE, watch(longKey, "", longKey, "", "a", ""));
        assertEquals(Long.MIN_VALUE, watch("b", "a"));
        assertEquals(1, watch("a", "", longKey, ""), "the hull of the longest key is a range yet");
        assertEquals(2, member.mvcc.watcherCount());
    }
}
