package io.tourbillon.transport.client;

import io.tourbillon.transport.client.async.WatchQuery;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class WatchTest
{
    private static final byte[] KEY = {1};

    /** A history of revisions with some events each, cut into messages at random, with the connection lost at random. */
    @Test
    void shouldDeliverEveryEventOnceInOrderHoweverMessagesAreCutAndConnectionsLost()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            final Random random = new Random(seed);
            final List<Long> history = new ArrayList<>();
            for (long revision = 5; revision < 60; revision++)
            {
                for (int i = random.nextInt(4); i > 0; i--)
                {
                    history.add(revision);
                }
            }
            assertEquals(history, deliver(history, random), "seed " + seed);
        }
    }

    @Test
    void shouldStartBehindTheHeadItWasCreatedAtWhenNoRevisionWasGiven()
    {
        final Watch watch = new Watch(1, KEY, KEY, 0, 0);
        assertEquals(0, watch.resumeRevision());
        watch.onLost();
        assertEquals(0, watch.resumeRevision());
        watch.onCreated(17);
        watch.onLost();
        assertEquals(18, watch.resumeRevision());
    }

    @Test
    void shouldResumeBehindProgress()
    {
        final Watch watch = new Watch(1, KEY, KEY, 3, 0);
        watch.onProgress(9);
        assertEquals(3, watch.resumeRevision());
        watch.onCreated(17);
        watch.onProgress(40);
        watch.onLost();
        assertEquals(41, watch.resumeRevision());
    }

    @Test
    void shouldRefuseAWholeRevisionThatIsSentAgain()
    {
        final Watch watch = new Watch(1, KEY, KEY, 0, 0);
        watch.onCreated(4);
        assertTrue(watch.onEvent(5, 1, false));
        assertTrue(watch.onEvent(5, 1, false));
        assertFalse(watch.onEvent(5, 2, false));
        assertFalse(watch.onEvent(4, 3, false));
        assertTrue(watch.onEvent(6, 4, false));
    }

    @Test
    void shouldRefuseAtOnceMoreRangesThanOneWatchMayHave()
    {
        final WatchRanges ranges = new WatchRanges();
        final WatchQuery query = WatchQuery.of("k");
        for (int i = 0; i < WatchRanges.RANGES_MAX; i++)
        {
            ranges.range(KEY, KEY);
        }
        for (int i = 1; i < WatchRanges.RANGES_MAX; i++)
        {
            query.range(KEY, KEY);
        }
        final String reason = "ranges of a watch=65: must be in [1, 64]";
        assertEquals(reason, assertThrows(IllegalArgumentException.class, () -> ranges.range(KEY, KEY)).getMessage());
        assertEquals(reason, assertThrows(IllegalArgumentException.class, () -> query.range(KEY, KEY)).getMessage());
    }

    private static List<Long> deliver(final List<Long> history, final Random random)
    {
        final Watch watch = new Watch(1, KEY, KEY, 5, 0);
        final List<Long> delivered = new ArrayList<>();
        long messageNumber = 0;
        while (delivered.size() < history.size())
        {
            final long from = watch.resumeRevision();
            watch.onCreated(100);
            int next = (int)history.stream().filter(revision -> revision < from).count();
            boolean isLost = false;
            while (next < history.size() && !isLost)
            {
                final int end = Math.min(history.size(), next + 1 + random.nextInt(5));
                final boolean isFragment = end < history.size() && history.get(end).equals(history.get(end - 1));
                messageNumber++;
                for (; next < end; next++)
                {
                    if (watch.onEvent(history.get(next), messageNumber, isFragment))
                    {
                        delivered.add(history.get(next));
                    }
                }
                isLost = random.nextInt(4) == 0;
            }
            watch.onLost();
        }
        return delivered;
    }
}
