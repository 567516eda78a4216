package io.tourbillon.mvcc;

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
