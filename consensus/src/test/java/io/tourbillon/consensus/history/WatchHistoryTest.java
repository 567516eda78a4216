package io.tourbillon.consensus.history;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The judge of watches, judged: each of their promises, broken once. */
class WatchHistoryTest
{
    private static final Change A2 = new Change(2, "a", "1", 2, 1, null, 0);
    private static final Change A3 = new Change(3, "a", "2", 2, 2, "1", 2);
    private static final Change B3 = new Change(3, "b", "2", 3, 1, null, 0);
    private static final Change Z4 = new Change(4, "z", "2", 4, 1, null, 0);
    private static final Change A5 = new Change(5, "a", null, 0, 0, "2", 3);
    private static final Change A6 = new Change(6, "a", "3", 6, 1, null, 0);

    private final ChangeLog log = new ChangeLog();
    private final WatchHistory watcher = watcher(true);

    private WatchHistory watcher(final boolean wantsPrevious)
    {
        return new WatchHistory("w", new WatchHistory.Wish("a", "c", false, false, wantsPrevious), log);
    }

    @BeforeEach
    void begin()
    {
        List.of(A2, A3, B3, Z4, A5, A6).forEach(log::append);
        watcher.onBegun(2);
    }

    private void breaks(final String promise, final Runnable told)
    {
        final String message = assertThrows(BrokenPromise.class, told::run).getMessage();
        assertTrue(message.contains(promise), message);
    }

    @Test
    void shouldAcceptAllInOrder()
    {
        watcher.onEvents(List.of(A2));
        watcher.onProgress(2);
        watcher.onEvents(List.of(A3, B3, A5));
        watcher.onProgress(5);
        assertFalse(watcher.isUpToDate());
        assertEquals(6, watcher.resumeRevision());
        watcher.onEvents(List.of(A6));
        assertTrue(watcher.isUpToDate());
    }

    @Test
    void shouldNoticeAGap()
    {
        breaks("gap", () -> watcher.onEvents(List.of(A3, B3)));
    }

    @Test
    void shouldNoticeWhatComesTwice()
    {
        watcher.onEvents(List.of(A2));
        breaks("again", () -> watcher.onEvents(List.of(A2)));
    }

    @Test
    void shouldNoticeWhatComesTwiceInOneMessage()
    {
        breaks("the log has", () -> watcher.onEvents(List.of(A2, A2, A3, B3)));
    }

    @Test
    void shouldNoticeWhatIsOutOfOrder()
    {
        watcher.onEvents(List.of(A2));
        breaks("", () -> watcher.onEvents(List.of(B3, A3)));
    }

    @Test
    void shouldNoticeASplitRevision()
    {
        watcher.onEvents(List.of(A2));
        breaks("split revision", () -> watcher.onEvents(List.of(A3)));
    }

    @Test
    void shouldNoticeWhatNobodyAskedFor()
    {
        breaks("did not ask", () -> watcher.onEvents(List.of(A2, A3, B3, Z4)));
    }

    @Test
    void shouldNoticeAnEventThatIsFilteredOut()
    {
        final WatchHistory puts = new WatchHistory("w", new WatchHistory.Wish("a", "", false, true, false), log);
        puts.onBegun(5);
        breaks("did not ask", () -> puts.onEvents(List.of(A5)));
    }

    @Test
    void shouldNoticeWhatTheLogHasNot()
    {
        breaks("has not", () -> watcher.onEvents(List.of(new Change(2, "a", "9", 2, 1, null, 0))));
        breaks("has not", () -> watcher.onEvents(List.of(new Change(2, "a", "1", 1, 2, null, 0))));
    }

    @Test
    void shouldNoticeProgressThatComesTooEarly()
    {
        breaks("comes before", () -> watcher.onProgress(2));
    }

    @Test
    void shouldNoticeProgressBeyondTheLog()
    {
        breaks("ahead of the log", () -> watcher.onProgress(7));
    }

    @Test
    void shouldNoticeAnotherPreviousValueOrNone()
    {
        watcher.onEvents(List.of(A2));
        breaks("another previous", () -> watcher.onEvents(List.of(new Change(3, "a", "2", 2, 2, "0", 2), B3)));
        breaks("not told the previous", () -> watcher.onEvents(List.of(new Change(3, "a", "2", 2, 2, null, 0), B3)));
        final WatchHistory without = watcher(false);
        without.onBegun(2);
        breaks("another previous", () -> without.onEvents(List.of(A2, A3, B3)));
    }

    @Test
    void shouldExcuseAPreviousValueThatIsCompacted()
    {
        log.onCompacted(3);
        watcher.onEvents(List.of(A2, new Change(3, "a", "2", 2, 2, null, 0), B3));
    }

    @Test
    void shouldNoticeACancelWithoutNeed()
    {
        log.onCompacted(3);
        watcher.onEvents(List.of(A2));
        breaks("was cancelled", () -> watcher.onCompacted(3));
        breaks("nobody compacted", () -> watcher.onCompacted(5));
    }

    @Test
    void shouldNoticeWhatComesAfterTheEnd()
    {
        log.onCompacted(3);
        watcher.onCompacted(3);
        assertTrue(watcher.isUpToDate());
        breaks("after its end", () -> watcher.onEvents(List.of(A2)));
    }
}
