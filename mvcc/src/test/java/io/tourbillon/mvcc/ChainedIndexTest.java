package io.tourbillon.mvcc;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

import static io.tourbillon.mvcc.RecordSlab.NIL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is in the table is found, what is not is not; with a byte a bucket most of that is told without a look at an element. */
class ChainedIndexTest
{
    private static final int ELEMENTS = 40_000;

    private final int[] hashes = new int[ELEMENTS + 1];
    private final int[] links = new int[ELEMENTS + 1];
    private final boolean[] isIn = new boolean[ELEMENTS + 1];
    private final Random random = new Random(41);

    private final class Elements implements ChainedIndex.Links
    {
        @Override
        public int hash(final int element)
        {
            return hashes[element];
        }

        @Override
        public int link(final int element)
        {
            return links[element];
        }

        @Override
        public void link(final int element, final int next)
        {
            links[element] = next;
        }
    }

    private boolean isFound(final ChainedIndex index, final int element)
    {
        int found = index.first(hashes[element]);
        while (found != NIL && found != element)
        {
            found = links[found];
        }
        return found == element;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFindWhatIsThereAndNothingElse(final boolean isTagged)
    {
        final ChainedIndex index = new ChainedIndex(new Elements(), 1, isTagged);
        int size = 0;
        for (int element = 1; element <= ELEMENTS; element++)
        {
            hashes[element] = random.nextInt();
        }
        for (int round = 0; round < 4 * ELEMENTS; round++)
        {
            final int element = 1 + random.nextInt(ELEMENTS);
            if (isIn[element])
            {
                index.remove(element);
            }
            else
            {
                index.insert(element);
            }
            isIn[element] = !isIn[element];
            size += isIn[element] ? 1 : -1;
            assertEquals(isIn[element], isFound(index, element));
        }
        assertEquals(size, index.size());
        for (int element = 1; element <= ELEMENTS; element++)
        {
            assertEquals(isIn[element], isFound(index, element), "element " + element);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldTellMostThatAreMissingWithoutALookAtAnElement(final int elementsPerBucket)
    {
        final ChainedIndex index = new ChainedIndex(new Elements(), elementsPerBucket, true);
        for (int element = 1; element <= ELEMENTS; element++)
        {
            hashes[element] = random.nextInt();
            index.insert(element);
        }
        int lookCount = 0;
        for (int i = 0; i < ELEMENTS; i++)
        {
            lookCount += index.first(random.nextInt()) == NIL ? 0 : 1;
        }
        assertTrue(lookCount < elementsPerBucket * ELEMENTS / 8 * 1.1, lookCount + " looks in vain");
        for (int element = 1; element <= ELEMENTS; element++)
        {
            index.remove(element);
        }
        for (int element = 1; element <= ELEMENTS; element++)
        {
            assertEquals(NIL, index.first(hashes[element]));
        }
    }
}
