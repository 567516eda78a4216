package io.tourbillon.bptree;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A tree and the dumb map that it must agree with. */
final class Model
{
    final TreeMap<byte[], byte[]> map = new TreeMap<>(Arrays::compareUnsigned);
    private final UnsafeBuffer keyBuffer = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer valueBuffer = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private Tree tree;

    Model(final Tree tree)
    {
        this.tree = tree;
    }

    void tree(final Tree reopened)
    {
        tree = reopened;
    }

    Tree tree()
    {
        return tree;
    }

    void put(final byte[] key, final byte[] value)
    {
        keyBuffer.wrap(key);
        valueBuffer.wrap(value);
        final boolean isNew = tree.put(keyBuffer, 0, key.length, valueBuffer, 0, value.length, isLive(value));
        assertEquals(map.put(key, value) == null, isNew);
    }

    void remove(final byte[] key)
    {
        keyBuffer.wrap(key);
        assertEquals(map.remove(key) != null, tree.remove(keyBuffer, 0, key.length));
    }

    void checkGet(final byte[] key)
    {
        keyBuffer.wrap(key);
        final byte[] expected = map.get(key);
        assertEquals(expected != null, tree.get(keyBuffer, 0, key.length, view));
        if (expected != null)
        {
            assertArrayEquals(expected, copy(view));
        }
    }

    void checkSeeks(final byte[] key)
    {
        keyBuffer.wrap(key);
        final Cursor cursor = tree.cursor();
        checkAt(cursor, cursor.seek(keyBuffer, 0, key.length), map.ceilingEntry(key));
        if (cursor.isValid())
        {
            final byte[] at = copy(cursor.key());
            checkAt(cursor, cursor.previous(), map.lowerEntry(at));
        }
        checkAt(cursor, cursor.seekFloor(keyBuffer, 0, key.length), map.floorEntry(key));
        if (cursor.isValid())
        {
            final byte[] at = copy(cursor.key());
            checkAt(cursor, cursor.next(), map.higherEntry(at));
        }
        assertEquals(map.headMap(key).size(), tree.rank(keyBuffer, 0, key.length));
        assertEquals(liveCount(map.headMap(key)), tree.liveRank(keyBuffer, 0, key.length));
    }

    /** Everything, forward and backward. */
    void checkAll()
    {
        assertEquals(map.size(), tree.size());
        assertEquals(liveCount(map), tree.liveSize());
        final Cursor cursor = tree.cursor();
        boolean isAt = cursor.first();
        for (final Map.Entry<byte[], byte[]> entry : map.entrySet())
        {
            checkAt(cursor, isAt, entry);
            isAt = cursor.next();
        }
        assertFalse(isAt);
        isAt = cursor.last();
        for (final Map.Entry<byte[], byte[]> entry : map.descendingMap().entrySet())
        {
            checkAt(cursor, isAt, entry);
            isAt = cursor.previous();
        }
        assertFalse(isAt);
    }

    /** Every other value, whatever its length. */
    private static boolean isLive(final byte[] value)
    {
        return value.length > 0 && (value[0] & 1) != 0;
    }

    private static long liveCount(final Map<byte[], byte[]> entries)
    {
        return entries.values().stream().filter(Model::isLive).count();
    }

    static byte[] copy(final DirectBuffer buffer)
    {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private static void checkAt(final Cursor cursor, final boolean isAt, final Map.Entry<byte[], byte[]> expected)
    {
        assertEquals(expected != null, isAt);
        assertEquals(isAt, cursor.isValid());
        if (expected != null)
        {
            assertTrue(isAt);
            assertArrayEquals(expected.getKey(), copy(cursor.key()));
            assertArrayEquals(expected.getValue(), copy(cursor.value()));
        }
    }
}
