package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Strings in and out of trees, for tests. */
final class Entries
{
    private Entries()
    {
    }

    static UnsafeBuffer bytes(final String text)
    {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    static UnsafeBuffer filled(final int length, final int with)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[length]);
        buffer.setMemory(0, length, (byte)with);
        return buffer;
    }

    static boolean put(final TreeStore store, final Tree tree, final UnsafeBuffer key, final UnsafeBuffer value)
    {
        assertTrue(store.reserve(tree.pagesForPut(value.capacity())));
        return tree.put(key, 0, key.capacity(), value, 0, value.capacity());
    }

    static void put(final TreeStore store, final Tree tree, final int from, final int to, final int valueLength)
    {
        for (int i = from; i < to; i++)
        {
            put(store, tree, bytes(String.format("key-%08d", i)), filled(valueLength, i));
        }
    }

    static void checkpoint(final TreeStore store)
    {
        final Checkpoint checkpoint = store.freeze();
        run(checkpoint);
        while (checkpoint.pageCount() > 0 && store.releaseCheckpointed() > 0)
        {
            assertTrue(checkpoint.isDurable());
        }
    }

    static void run(final Checkpoint checkpoint)
    {
        try
        {
            boolean isDone = false;
            while (!isDone)
            {
                isDone = checkpoint.step();
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
