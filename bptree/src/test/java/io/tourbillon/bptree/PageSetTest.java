package io.tourbillon.bptree;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.BitSet;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Against the JDK's own set of bits, while it grows; over several pieces, most of which are not there. */
class PageSetTest
{
    private static final int PAGES = 1_000_000;

    private final Random random = new Random(11);
    private final PageSet set = new PageSet();
    private final PageSet other = new PageSet();
    private final BitSet model = new BitSet();
    private final BitSet otherModel = new BitSet();
    private int capacity;

    @AfterEach
    void tearDown()
    {
        set.close();
        other.close();
    }

    @Test
    void shouldAgreeWithASetOfBitsWhileItGrows()
    {
        for (int round = 0; round < 20_000; round++)
        {
            if (round % 1_000 == 0)
            {
                growBy(1 + random.nextInt(PAGES / 20));
            }
            final int number = random.nextInt(capacity);
            switch (random.nextInt(8))
            {
                case 0, 1, 2 -> add(set, model, number);
                case 3 -> add(other, otherModel, number);
                case 4 -> remove(number);
                case 5 -> move(number >>> 6, random.nextInt(20_000));
                default -> look(number);
            }
        }
        for (int number = 0; number < capacity; number++)
        {
            look(number);
        }
    }

    @Test
    void shouldShowAViewWhatWasThereWhileItGrows()
    {
        growBy(100);
        set.add(7);
        set.add(99);
        final PageSet view = set.view();
        growBy(PAGES);
        set.add(PAGES);
        assertTrue(view.has(7) && view.has(99));
        assertFalse(view.has(8) || view.has(PAGES));
        assertEquals(99, view.next(8));
        assertEquals(PageSet.NONE, view.next(100));
        assertEquals(PageSet.NONE, view.next(PAGES));
    }

    private void growBy(final int pages)
    {
        capacity += pages;
        set.capacity(capacity);
        other.capacity(capacity);
    }

    private static void add(final PageSet to, final BitSet toModel, final int number)
    {
        to.add(number);
        toModel.set(number);
    }

    private void remove(final int number)
    {
        final int first = Math.max(0, model.previousSetBit(number));
        set.remove(first);
        model.clear(first);
    }

    private void move(final int from, final int words)
    {
        final int to = Math.min((capacity + 63) >>> 6, from + words);
        int expected = 0;
        for (int number = model.nextSetBit(from << 6); number >= 0 && number >>> 6 < to; number = model.nextSetBit(number + 1))
        {
            model.clear(number);
            otherModel.set(number);
            expected++;
        }
        assertEquals(expected, set.moveTo(other, from, to));
    }

    private void look(final int number)
    {
        assertEquals(model.get(number), set.has(number));
        assertEquals(otherModel.get(number), other.has(number));
        assertEquals(model.nextSetBit(number), set.next(number));
        final long[] words = model.get(number & -Long.SIZE, (number & -Long.SIZE) + Long.SIZE).toLongArray();
        assertEquals(words.length == 0 ? 0 : words[0], set.word(number >>> 6));
    }
}
