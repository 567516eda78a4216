package io.tourbillon.mvcc;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

import static io.tourbillon.mvcc.RecordSlab.NIL;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The interval tree finds what a list of ranges gives when all of it is looked at. */
class IntervalTreesTest
{
    /** Sorts before every letter, so that names sort as ranges do. */
    private static final String SEPARATOR = "\1";

    private final WatchPatterns patterns = new WatchPatterns();
    private final IntervalTrees trees = new IntervalTrees(patterns);
    /** Ranges in the set, by key and end. */
    private final TreeMap<String, Integer> model = new TreeMap<>();
    private int root = NIL;

    private static UnsafeBuffer bytes(final String text)
    {
        return new UnsafeBuffer(text.getBytes(ISO_8859_1));
    }

    private void add(final String key, final String end)
    {
        final KeyRange range = new KeyRange();
        range.of(bytes(key + end), 0, key.length(), key.length(), end.length());
        final int pattern = patterns.obtain(range);
        if (patterns.retain(pattern))
        {
            root = trees.add(root, pattern);
            model.put(key + SEPARATOR + end, pattern);
        }
    }

    private void remove(final String name)
    {
        final int pattern = model.remove(name);
        root = trees.remove(root, pattern);
        while (!patterns.release(pattern))
        {
            assertTrue(patterns.size() > 0);
        }
        patterns.drop(pattern);
    }

    private List<Integer> found(final String key)
    {
        final List<Integer> found = new ArrayList<>();
        int pattern = NIL;
        while ((pattern = trees.next(root, bytes(key), 0, key.length(), pattern)) != NIL)
        {
            found.add(pattern);
        }
        return found;
    }

    private List<Integer> expected(final String key)
    {
        final List<Integer> expected = new ArrayList<>();
        model.forEach((name, pattern) ->
        {
            final String[] parts = name.split(SEPARATOR);
            if (EtcdModel.isInRange(key, parts[0], parts[1]))
            {
                expected.add(pattern);
            }
        });
        return expected;
    }

    private static String word(final Random random)
    {
        final StringBuilder word = new StringBuilder();
        for (int i = 1 + random.nextInt(12); i > 0; i--)
        {
            word.append((char)('a' + random.nextInt(3)));
        }
        return word.toString();
    }

    @Property(tries = 100)
    void shouldFindWhatAListFinds(@ForAll final long seed)
    {
        final Random random = new Random(seed);
        final int steps = random.nextInt(300);
        for (int i = 0; i < steps; i++)
        {
            final String key = word(random);
            final String end = random.nextInt(8) == 0 ? "\0" : word(random);
            if (random.nextInt(3) == 0 && !model.isEmpty())
            {
                final List<String> names = new ArrayList<>(model.keySet());
                remove(names.get(random.nextInt(names.size())));
            }
            else if ("\0".equals(end) || end.compareTo(key) > 0)
            {
                add(key, end);
            }
            final String probe = word(random);
            assertEquals(expected(probe), found(probe), () -> "key " + probe + " in " + model.keySet());
        }
        assertEquals(model.size(), patterns.size());
        while (!model.isEmpty())
        {
            remove(model.firstKey());
        }
        assertEquals(NIL, root);
        assertEquals(0, patterns.size());
    }

    /** Disjoint ranges put in ascending order, which would make a list of a plain tree. */
    @Test
    void shouldLookAtFewNodesAmongAHundredThousandRanges()
    {
        final int count = 100_000;
        for (int i = 0; i < count; i++)
        {
            add(String.format("key-%08d", i), String.format("key-%08d~", i));
        }
        final long before = trees.visitCount();
        for (int i = 0; i < 1000; i++)
        {
            assertEquals(1, found(String.format("key-%08dx", i * 97)).size());
        }
        final long visited = (trees.visitCount() - before) / 1000;
        assertTrue(visited < 150, () -> "looked at " + visited + " nodes for one key");
    }
}
