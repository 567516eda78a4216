package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * The distinct keys and ranges that are watched, each once with its bytes, whoever watches it. A pattern is named by an int, lives while
 * it is retained, and knows the first of the sessions' heads that watch it. Apply thread.
 * <pre>
 *  0      4      8            12          16          20
 *  | hash | link | first head | retained  | keyLength |      bytes: key, range end
 * </pre>
 */
final class WatchPatterns implements ChainedIndex.Links
{
    private static final int HASH_OFFSET = 0;
    private static final int LINK_OFFSET = 4;
    private static final int FIRST_HEAD_OFFSET = 8;
    private static final int RETAINED_OFFSET = 12;
    private static final int KEY_LENGTH_OFFSET = 16;
    private static final int RECORD_LENGTH = 20;
    private static final int ARRAY_OVERHEAD = 16;

    private final RecordSlab slab = new RecordSlab(RECORD_LENGTH);
    private final ChainedIndex index = new ChainedIndex(this);
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer otherView = new UnsafeBuffer(0, 0);
    private byte[][] bytes = new byte[16][];
    private long keyBytes;

    /** The pattern of a single key; NIL if nobody watches it. */
    int findSingle(final DirectBuffer key, final int offset, final int length)
    {
        final int hash = hash(key, offset, length, 0, 0);
        for (int pattern = index.first(hash); pattern != NIL; pattern = link(pattern))
        {
            if (hash(pattern) == hash && bytes[pattern].length == length && keyLength(pattern) == length &&
                Bytes.areEqual(key, offset, length, view(pattern), 0, length))
            {
                return pattern;
            }
        }
        return NIL;
    }

    /** The pattern of a key or range, made if it is not there; retain it. */
    int obtain(final KeyRange range)
    {
        final int hash = hash(range.buffer(), range.keyOffset(), range.keyLength(), range.endOffset(), range.endLength());
        for (int pattern = index.first(hash); pattern != NIL; pattern = link(pattern))
        {
            if (hash(pattern) == hash && isSame(pattern, range))
            {
                return pattern;
            }
        }
        final int pattern = slab.allocate();
        slab.putInt(pattern, HASH_OFFSET, hash);
        slab.putInt(pattern, KEY_LENGTH_OFFSET, range.keyLength());
        putBytes(pattern, range);
        index.insert(pattern);
        return pattern;
    }

    private void putBytes(final int pattern, final KeyRange range)
    {
        if (pattern >= bytes.length)
        {
            bytes = Arrays.copyOf(bytes, pattern + pattern / 2);
        }
        final byte[] copy = new byte[range.keyLength() + range.endLength()];
        range.buffer().getBytes(range.keyOffset(), copy, 0, range.keyLength());
        range.buffer().getBytes(range.endOffset(), copy, range.keyLength(), range.endLength());
        bytes[pattern] = copy;
        keyBytes += heapBytes(copy);
    }

    private static long heapBytes(final byte[] array)
    {
        return ARRAY_OVERHEAD + (array.length + 7 & ~7);
    }

    private boolean isSame(final int pattern, final KeyRange range)
    {
        final int keyLength = keyLength(pattern);
        final UnsafeBuffer own = view(pattern);
        return Bytes.areEqual(own, 0, keyLength, range.buffer(), range.keyOffset(), range.keyLength()) &&
            Bytes.areEqual(own, keyLength, own.capacity() - keyLength, range.buffer(), range.endOffset(), range.endLength());
    }

    private static int hash(final DirectBuffer buffer, final int offset, final int length, final int endOffset, final int endLength)
    {
        final long keyHash = Bytes.hash(0, buffer, offset, length);
        final long hash = endLength == 0 ? keyHash : Bytes.hash(keyHash, buffer, endOffset, endLength);
        return (int)(hash ^ hash >>> 32);
    }

    /** Holds a pattern; true if nobody did before. */
    boolean retain(final int pattern)
    {
        final int before = slab.getInt(pattern, RETAINED_OFFSET);
        slab.putInt(pattern, RETAINED_OFFSET, before + 1);
        return before == 0;
    }

    /** Lets go of a pattern; true if it was the last to hold it: {@link #drop} it then. */
    boolean release(final int pattern)
    {
        final int left = slab.getInt(pattern, RETAINED_OFFSET) - 1;
        assert left >= 0 : "released more often than retained";
        slab.putInt(pattern, RETAINED_OFFSET, left);
        return left == 0;
    }

    void drop(final int pattern)
    {
        assert firstHead(pattern) == NIL : "somebody watches it";
        index.remove(pattern);
        keyBytes -= heapBytes(bytes[pattern]);
        bytes[pattern] = null;
        slab.free(pattern);
    }

    boolean isSingle(final int pattern)
    {
        return keyLength(pattern) == bytes[pattern].length;
    }

    int firstHead(final int pattern)
    {
        return slab.getInt(pattern, FIRST_HEAD_OFFSET);
    }

    void firstHead(final int pattern, final int head)
    {
        slab.putInt(pattern, FIRST_HEAD_OFFSET, head);
    }

    private int keyLength(final int pattern)
    {
        return slab.getInt(pattern, KEY_LENGTH_OFFSET);
    }

    private UnsafeBuffer view(final int pattern)
    {
        view.wrap(bytes[pattern]);
        return view;
    }

    /** Whether a range begins at or before a key. */
    boolean beginsAtOrBefore(final int pattern, final DirectBuffer key, final int offset, final int length)
    {
        return Bytes.compare(view(pattern), 0, keyLength(pattern), key, offset, length) <= 0;
    }

    /** Whether a range ends after a key. */
    boolean endsAfter(final int pattern, final DirectBuffer key, final int offset, final int length)
    {
        final int keyLength = keyLength(pattern);
        final UnsafeBuffer own = view(pattern);
        final int endLength = own.capacity() - keyLength;
        return Bytes.isOpenEnd(own, keyLength, endLength) || Bytes.compare(own, keyLength, endLength, key, offset, length) > 0;
    }

    boolean contains(final int pattern, final DirectBuffer key, final int offset, final int length)
    {
        return isSingle(pattern) ? Bytes.areEqual(view(pattern), 0, keyLength(pattern), key, offset, length) :
            beginsAtOrBefore(pattern, key, offset, length) && endsAfter(pattern, key, offset, length);
    }

    /** Order of ranges: by key, then by the bytes of the end. */
    int compare(final int left, final int right)
    {
        if (left == right)
        {
            return 0;
        }
        final int leftLength = keyLength(left);
        final int rightLength = keyLength(right);
        final UnsafeBuffer other = otherView;
        other.wrap(bytes[right]);
        final int byKey = Bytes.compare(view(left), 0, leftLength, other, 0, rightLength);
        return byKey != 0 ? byKey :
            Bytes.compare(view, leftLength, view.capacity() - leftLength, other, rightLength, other.capacity() - rightLength);
    }

    /** The range that ends later of two. */
    int laterEnd(final int left, final int right)
    {
        final int leftLength = keyLength(left);
        final int rightLength = keyLength(right);
        final UnsafeBuffer other = otherView;
        other.wrap(bytes[right]);
        final int rightEnd = other.capacity() - rightLength;
        if (Bytes.isOpenEnd(other, rightLength, rightEnd))
        {
            return right;
        }
        final UnsafeBuffer own = view(left);
        final int leftEnd = own.capacity() - leftLength;
        return Bytes.isOpenEnd(own, leftLength, leftEnd) || Bytes.compare(own, leftLength, leftEnd, other, rightLength, rightEnd) >= 0 ?
            left : right;
    }

    int size()
    {
        return index.size();
    }

    /** Bytes of heap held. */
    long bytes()
    {
        return slab.bytes() + index.bytes() + keyBytes + 4L * bytes.length;
    }

    @Override
    public int hash(final int pattern)
    {
        return slab.getInt(pattern, HASH_OFFSET);
    }

    @Override
    public int link(final int pattern)
    {
        return slab.getInt(pattern, LINK_OFFSET);
    }

    @Override
    public void link(final int pattern, final int next)
    {
        slab.putInt(pattern, LINK_OFFSET, next);
    }
}
