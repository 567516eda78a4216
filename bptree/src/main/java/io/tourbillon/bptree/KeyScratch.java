package io.tourbillon.bptree;

import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;

/**
 * The key that an operation works with, copied off the caller's buffer and followed by zeros, so that page code reads plain addresses
 * and may load whole words. Owned by the writer.
 */
final class KeyScratch implements AutoCloseable
{
    /** The longest key plus what whole-word reads and writes may touch beyond it. */
    static final int CAPACITY = Tree.MAX_KEY_LENGTH + 64;

    private final long address = UnsafeApi.allocateMemory(CAPACITY);
    private int length;

    void set(final DirectBuffer key, final int offset, final int keyLength)
    {
        check(key, offset, keyLength);
        Bytes.copyKey(key.byteArray(), key.addressOffset() + offset, address, keyLength);
        UnsafeApi.putLong(address + keyLength, 0L);
        length = keyLength;
    }

    /** Compares another key with this one: negative if the other comes first. */
    int compareOther(final DirectBuffer key, final int offset, final int keyLength)
    {
        check(key, offset, keyLength);
        final int c = Bytes.compare(key.byteArray(), key.addressOffset() + offset, address, Math.min(keyLength, length));
        return c != 0 ? c : keyLength - length;
    }

    /** Refuses a key that is too long or not within its buffer. */
    static void check(final DirectBuffer key, final int offset, final int keyLength)
    {
        if (keyLength < 0 || keyLength > Tree.MAX_KEY_LENGTH)
        {
            throw new IllegalArgumentException("key length " + keyLength + " is not in [0, " + Tree.MAX_KEY_LENGTH + "]");
        }
        key.boundsCheck(offset, keyLength);
    }

    /** Takes the key of a slot. */
    void take(final PageSource pages, final int treeId, final long page, final int index)
    {
        length = SlottedPage.copyKey(page, index, address);
        KeyTails.read(pages, treeId, page, index, address, length);
        UnsafeApi.putLong(address + length, 0L);
    }

    /** Becomes the shortest key above left and not above right; right may be this one's own bytes. */
    void shortest(final KeyScratch left, final long right, final int rightLength)
    {
        final int shared = Bytes.commonPrefix(left.address, left.length, right, rightLength);
        assert shared < rightLength : "left is not below right";
        if (right != address)
        {
            Bytes.copyKey(null, right, address, shared + 1);
        }
        length = shared + 1;
        UnsafeApi.putLong(address + length, 0L);
    }

    byte[] bytes()
    {
        final byte[] copy = new byte[length];
        for (int i = 0; i < length; i++)
        {
            copy[i] = UnsafeApi.getByte(address + i);
        }
        return copy;
    }

    long address()
    {
        return address;
    }

    int length()
    {
        return length;
    }

    @Override
    public void close()
    {
        UnsafeApi.freeMemory(address);
    }
}
