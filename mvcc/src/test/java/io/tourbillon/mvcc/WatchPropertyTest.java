package io.tourbillon.mvcc;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What each watcher hears is the log from its start on, through its ranges and filters: no gap, no duplicate, whole revisions; with many
 * sessions, streams that are full at random, starts in the past and the future, cancels, compactions that overtake the slow, replaced
 * states, bookmarks and slices down to one step.
 */
class WatchPropertyTest
{
    private static final int STEPS = 250;

    @Property(tries = 100)
    void shouldTellEachWatcherTheLogFromItsStart(@ForAll final long seed)
    {
        final Random random = new Random(seed);
        final MvccSettings settings = new MvccSettings().eventsPerSlice(1 + random.nextInt(random.nextBoolean() ? 4 : 200));
        try (WatchMember member = new WatchMember(settings))
        {
            final int blockedOf = 1 + random.nextInt(6);
            member.isBlocked = (sessionId) -> sessionId % 3 != 0 && random.nextInt(6) < blockedOf;
            final int sessionCount = 1 + random.nextInt(12);
            for (int i = 0; i < STEPS; i++)
            {
                step(member, random, sessionCount);
            }
            member.isBlocked = (sessionId) -> false;
            member.settle();
            member.check();
        }
    }

    private static void step(final WatchMember member, final Random random, final int sessionCount)
    {
        final long sessionId = 2 + random.nextInt(sessionCount);
        switch (random.nextInt(16))
        {
            case 0, 1 -> watch(member, random, sessionId);
            case 2 -> watchRanges(member, random, sessionId);
            case 3 -> cancel(member, random, sessionId);
            case 4 -> member.progress(sessionId);
            case 5 ->
            {
                if (random.nextInt(4) == 0)
                {
                    member.compact(Math.max(member.mvcc.compactRevision() + 1, member.mvcc.revision() - random.nextInt(20)));
                }
            }
            case 6 -> member.apply(Op.delete(key(random), random.nextBoolean() ? "" : "\0"));
            case 7, 8 -> member.apply(txn(random));
            case 9 -> replace(member, random);
            case 10 -> rest(member, random.nextInt(100));
            default -> member.apply(Op.put(key(random), "v".repeat(random.nextInt(8) == 0 ? 9000 : 3)));
        }
        rest(member, random.nextInt(3));
    }

    private static void rest(final WatchMember member, final int count)
    {
        for (int i = 0; i < count; i++)
        {
            member.nowNs += 1_000_000; // so that bookmarks come due
            member.mvcc.doWork(member.nowNs);
        }
    }

    private static void replace(final WatchMember member, final Random random)
    {
        if (random.nextInt(10) == 0)
        {
            member.mvcc.onStateReplaced();
        }
    }

    private static void watch(final WatchMember member, final Random random, final long sessionId)
    {
        final String key = key(random);
        final String end = random.nextBoolean() ? "" : random.nextInt(3) == 0 ? "\0" : key + "~";
        final long revision = member.mvcc.revision();
        final long start = random.nextBoolean() ? 0 : Math.max(1, revision - 30 + random.nextInt(35));
        for (int i = random.nextInt(10) == 0 ? 40 : 1; i > 0; i--)
        {
            member.watch(sessionId, 0, key, end, start, random.nextInt(3) == 0 ? random.nextInt(8) : 0);
        }
    }

    /** Ranges that lie apart, touch and overlap, with filters. */
    private static void watchRanges(final WatchMember member, final Random random, final long sessionId)
    {
        final String[] ranges = new String[2 * (1 + random.nextInt(4))];
        for (int i = 0; i < ranges.length; i += 2)
        {
            ranges[i] = key(random);
            ranges[i + 1] = random.nextInt(3) > 0 ? "" : random.nextInt(8) == 0 ? "\0" : ranges[i] + "~";
        }
        final long start = random.nextBoolean() ? 0 : Math.max(1, member.mvcc.revision() - 30 + random.nextInt(35));
        member.watchRanges(sessionId, ranges, start, random.nextInt(3) == 0 ? random.nextInt(8) : 0, random.nextInt(3) == 0,
            List.of("", "", "v", "ww").get(random.nextInt(4)), random.nextInt(3) == 0 ? random.nextInt(4) : 0,
            random.nextInt(3) == 0 ? 10 + random.nextInt(30) : 0);
    }

    private static void cancel(final WatchMember member, final Random random, final long sessionId)
    {
        final List<Long> ids = new ArrayList<>();
        for (final Map.Entry<Long, WatchMember.Told> entry : member.sessions.getOrDefault(sessionId, Map.of()).entrySet())
        {
            if (!entry.getValue().isCancelled)
            {
                ids.add(entry.getKey());
            }
        }
        for (int i = 1 + random.nextInt(3); i > 0 && !ids.isEmpty(); i--)
        {
            member.cancel(sessionId, ids.remove(random.nextInt(ids.size())));
        }
    }

    private static String key(final Random random)
    {
        return "abcd".charAt(random.nextInt(4)) + (random.nextInt(3) == 0 ? "" : "" + random.nextInt(3));
    }

    private static Op txn(final Random random)
    {
        final Op txn = Op.txn();
        for (final String key : List.of("a", "a0", "b", "b1", "c2", "d"))
        {
            if (random.nextBoolean())
            {
                txn.then(Op.put(key, "w".repeat(random.nextInt(4) == 0 ? 12_000 : 2)));
            }
        }
        return txn;
    }
}
