package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.codecs.ErrorCode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Random changes, compactions and stops: what remains is, for each key, the newest change at or below the bound if it is live or a delete
 * at the bound itself, and everything above it; no record more, none less. Reads at the bound and watches from it are whole.
 */
class CompactionPropertyTest
{
    private static final String KEYS = "abcdef";
    private static final int TICKS_MAX = 1000;

    private record Change(String key, String value, long create, long main, int sub, long version)
    {
        boolean isLive()
        {
            return version > 0;
        }

        String kv()
        {
            return RecordingEgress.kv(key, value, new long[]{create, main, version, 0});
        }
    }

    private final TreeMap<String, List<Change>> history = new TreeMap<>();
    private final List<Change> all = new ArrayList<>();

    @Property(tries = 200)
    void shouldKeepExactlyWhatMayStillBeAskedFor(@ForAll final long seed)
    {
        history.clear();
        all.clear();
        final Random random = new Random(seed);
        try (Rig rig = new Rig(new MvccSettings().keysPerSlice(1 + random.nextInt(3))))
        {
            rig.betweenSteps = () -> isStopped(rig, random);
            for (int i = 20 + random.nextInt(150); i > 0; i--)
            {
                step(rig, random);
            }
            rig.betweenSteps = () -> false;
            rig.compact(Math.max(1, rig.mvcc.revision() - random.nextInt(4)), random.nextBoolean());
            for (int i = 0; rig.mvcc.isCompacting(); i++)
            {
                assertTrue(i < TICKS_MAX, "compaction does not end");
                rig.tick(1 + random.nextInt(8));
            }
            check(rig);
            rig.checkFollower(new MvccSettings());
        }
    }

    private static boolean isStopped(final Rig rig, final Random random)
    {
        if (random.nextInt(3) == 0)
        {
            rig.checkpoint();
        }
        return random.nextInt(4) == 0;
    }

    private void step(final Rig rig, final Random random)
    {
        final int choice = random.nextInt(20);
        if (choice < 11)
        {
            put(rig, random);
        }
        else if (choice < 15)
        {
            delete(rig, random);
        }
        else if (choice < 17)
        {
            rig.compact(rig.mvcc.compactRevision() + random.nextInt(8), random.nextInt(3) == 0);
        }
        else if (choice < 18)
        {
            rig.tick(random.nextInt(6));
        }
        else
        {
            rig.checkpoint();
            if (random.nextBoolean())
            {
                rig.crash();
            }
        }
    }

    private void put(final Rig rig, final Random random)
    {
        final Op txn = Op.txn();
        final long main = rig.mvcc.revision() + 1;
        final int count = 1 + random.nextInt(3);
        final int first = random.nextInt(KEYS.length());
        for (int i = 0; i < count; i++)
        {
            final String key = "" + KEYS.charAt((first + i) % KEYS.length());
            txn.then(Op.put(key, "v" + main));
            final Change last = last(key);
            final boolean isLive = last != null && last.isLive();
            add(new Change(key, "v" + main, isLive ? last.create : main, main, i, isLive ? last.version + 1 : 1));
        }
        rig.run(txn);
    }

    private void delete(final Rig rig, final Random random)
    {
        final String from = "" + KEYS.charAt(random.nextInt(KEYS.length()));
        final String end = random.nextInt(3) == 0 ? "\0" : "";
        final long main = rig.mvcc.revision() + 1;
        int sub = 0;
        for (final String key : history.keySet())
        {
            if (EtcdModel.isInRange(key, from, end) && last(key).isLive())
            {
                add(new Change(key, "", 0, main, sub++, 0));
            }
        }
        rig.run(Op.delete(from, end));
    }

    private Change last(final String key)
    {
        final List<Change> changes = history.get(key);
        return changes == null ? null : changes.get(changes.size() - 1);
    }

    private void add(final Change change)
    {
        history.computeIfAbsent(change.key, key -> new ArrayList<>()).add(change);
        all.add(change);
    }

    private void check(final Rig rig)
    {
        final long bound = rig.mvcc.compactRevision();
        final Set<String> expected = new HashSet<>();
        final StringBuilder atBound = new StringBuilder();
        int liveCount = 0;
        int headCount = 0;
        for (final Map.Entry<String, List<Change>> entry : history.entrySet())
        {
            Change newest = null;
            int keptCount = 0;
            for (final Change change : entry.getValue())
            {
                newest = change.main <= bound ? change : newest;
                keptCount += change.main > bound ? 1 : 0;
            }
            final boolean isKept = newest != null && (newest.isLive() || newest.main == bound);
            entry.getValue().stream().filter(change -> change.main > bound).forEach(change -> expected.add(change.main + "." + change.sub));
            if (isKept)
            {
                expected.add(newest.main + "." + newest.sub);
            }
            if (newest != null && newest.isLive())
            {
                liveCount++;
                atBound.append(' ').append(newest.kv());
            }
            headCount += isKept || keptCount > 0 ? 1 : 0;
        }
        assertEquals(expected, records(rig), () -> "records, bound " + bound);
        assertEquals(headCount, rig.store.tree(Mvcc.KEYS_TREE).size(), "heads");
        assertEquals("range at " + rig.mvcc.revision() + " count " + liveCount + atBound, rig.run(Op.range("\0", "\0").atRevision(bound)));
        if (bound > 1)
        {
            final String below = rig.run(Op.range("\0", "\0").atRevision(bound - 1));
            assertEquals("error " + ErrorCode.COMPACTED.number(), below);
        }
        checkWatch(rig, bound);
    }

    private void checkWatch(final Rig rig, final long bound)
    {
        final long id = Long.parseLong(rig.watch(0, "\0", "\0", bound, 0).split(" ")[1]);
        rig.settle();
        final List<String> events = new ArrayList<>();
        all.stream().filter(change -> change.main >= bound)
            .forEach(change -> events.add((change.isLive() ? "PUT " : "DELETE ") + change.kv()));
        assertEquals(events, rig.egress.eventsOf(Rig.SESSION, id));
        assertFalse(rig.mvcc.isCompacting());
    }

    private static Set<String> records(final Rig rig)
    {
        final Set<String> found = new HashSet<>();
        final Cursor cursor = rig.store.tree(Mvcc.REVISIONS_TREE).cursor();
        for (boolean isValid = cursor.first(); isValid; isValid = cursor.next())
        {
            found.add(RevisionKey.main(cursor.key()) + "." + RevisionKey.sub(cursor.key()));
        }
        return found;
    }
}
