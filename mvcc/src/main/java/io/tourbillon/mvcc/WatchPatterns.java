package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.util.Arrays;
import java.util.stream.IntStream;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * The distinct keys and ranges that are watched, each once with its bytes, whoever watches it. A pattern is named by an int, lives while
 * it is retained, and knows the first of the sessions' heads that watch it. Apply thread.
 * <pre>
 *  0      4            8          12          14          16
 *  | link | first head | retained | keyLength | endLength | key ... | range end ... |
 * </pre>
 * It lies in the slab of the shortest records that it fits: up to {@link #FINE_LENGTH_MAX} these are 8 bytes apart, then by a third. What
 * is freed serves patterns of its slab alone, so watchers of all lengths, made and cancelled in turn, hold four times the longest at most.
 */
final class WatchPatterns implements ChainedIndex.Links
{
    private static final int LINK_OFFSET = 0;
    private static final int FIRST_HEAD_OFFSET = 4;
    private static final int RETAINED_OFFSET = 8;
    private static final int KEY_LENGTH_OFFSET = 12;
    private static final int END_LENGTH_OFFSET = 14;
    private static final int BYTES_OFFSET = 16;
    private static final int STEP = 8;
    private static final int FINE_LENGTH_MAX = 128;
    /** A name is the number of a slab and of a record in it. */
    private static final int RECORD_BITS = 26;
    private static final int RECORD_MASK = (1 << RECORD_BITS) - 1;
    /** So that names stay positive. */
    private static final int SLABS_MAX = 1 << Integer.SIZE - 1 - RECORD_BITS;

    private static final int[] RECORD_LENGTHS = recordLengths(Limits.KEY_LENGTH_MAX);

    static
    {
        assert Limits.KEY_LENGTH_MAX < 1 << Short.SIZE : "lengths are unsigned shorts";
    }

    private final RecordSlab[] slabs = new RecordSlab[RECORD_LENGTHS.length];
    private final ChainedIndex index = new ChainedIndex(this, 1, true);

    WatchPatterns()
    {
        Arrays.setAll(slabs, (i) -> new RecordSlab(RECORD_LENGTHS[i]));
    }

    /** Of the records in each slab, for keys and range ends of up to so many bytes. */
    static int[] recordLengths(final int keyLengthMax)
    {
        final int[] lengths = IntStream.iterate(BYTES_OFFSET + STEP, WatchPatterns::longer).limit(SLABS_MAX).toArray();
        final int longest = BYTES_OFFSET + 2 * keyLengthMax;
        int count = 1;
        while (lengths[count - 1] < longest)
        {
            if (count == SLABS_MAX)
            {
                throw new IllegalStateException("keys of " + keyLengthMax + " bytes do not fit what is watched: records of " + longest +
                    " bytes, and the longest of " + SLABS_MAX + " slabs has " + lengths[count - 1]);
            }
            count++;
        }
        return Arrays.copyOf(lengths, count);
    }

    private static int longer(final int length)
    {
        return length + (length < FINE_LENGTH_MAX ? STEP : length / 3 & -STEP);
    }

    private RecordSlab slab(final int pattern)
    {
        return slabs[pattern >>> RECORD_BITS];
    }

    private int getInt(final int pattern, final int field)
    {
        return slab(pattern).getInt(pattern & RECORD_MASK, field);
    }

    private void putInt(final int pattern, final int field, final int value)
    {
        slab(pattern).putInt(pattern & RECORD_MASK, field, value);
    }

    /** What its key lies in, from {@link #keyAt} on; the range end follows. */
    private DirectBuffer buffer(final int pattern)
    {
        return slab(pattern).chunk(pattern & RECORD_MASK);
    }

    private int keyAt(final int pattern)
    {
        return slab(pattern).offset(pattern & RECORD_MASK) + BYTES_OFFSET;
    }

    private int keyLength(final int pattern)
    {
        return length(pattern, KEY_LENGTH_OFFSET);
    }

    private int endLength(final int pattern)
    {
        return length(pattern, END_LENGTH_OFFSET);
    }

    private int length(final int pattern, final int field)
    {
        return slab(pattern).chunk(pattern & RECORD_MASK).getShort(keyAt(pattern) - BYTES_OFFSET + field) & 0xFFFF;
    }

    private int endAt(final int pattern)
    {
        return keyAt(pattern) + keyLength(pattern);
    }

    /** The pattern of a single key; NIL if nobody watches it. */
    int findSingle(final DirectBuffer key, final int offset, final int length)
    {
        final int hash = hash(key, offset, length, 0, 0);
        for (int pattern = index.first(hash); pattern != NIL; pattern = link(pattern))
        {
            if (isSingle(pattern) && Bytes.areEqual(key, offset, length, buffer(pattern), keyAt(pattern), keyLength(pattern)))
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
            if (isSame(pattern, range))
            {
                return pattern;
            }
        }
        final int pattern = allocate(range);
        index.insert(pattern);
        return pattern;
    }

    private int allocate(final KeyRange range)
    {
        int number = 0;
        while (RECORD_LENGTHS[number] < BYTES_OFFSET + range.keyLength() + range.endLength())
        {
            number++;
        }
        final int record = slabs[number].allocate();
        assert record <= RECORD_MASK : record;
        final MutableDirectBuffer chunk = slabs[number].chunk(record);
        final int at = slabs[number].offset(record);
        chunk.putShort(at + KEY_LENGTH_OFFSET, (short)range.keyLength());
        chunk.putShort(at + END_LENGTH_OFFSET, (short)range.endLength());
        chunk.putBytes(at + BYTES_OFFSET, range.buffer(), range.keyOffset(), range.keyLength());
        chunk.putBytes(at + BYTES_OFFSET + range.keyLength(), range.buffer(), range.endOffset(), range.endLength());
        return number << RECORD_BITS | record;
    }

    private boolean isSame(final int pattern, final KeyRange range)
    {
        final DirectBuffer own = buffer(pattern);
        return Bytes.areEqual(own, keyAt(pattern), keyLength(pattern), range.buffer(), range.keyOffset(), range.keyLength()) &&
            Bytes.areEqual(own, endAt(pattern), endLength(pattern), range.buffer(), range.endOffset(), range.endLength());
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
        final int before = getInt(pattern, RETAINED_OFFSET);
        putInt(pattern, RETAINED_OFFSET, before + 1);
        return before == 0;
    }

    /** Lets go of a pattern; true if it was the last to hold it: {@link #drop} it then. */
    boolean release(final int pattern)
    {
        final int left = getInt(pattern, RETAINED_OFFSET) - 1;
        assert left >= 0 : "released more often than retained";
        putInt(pattern, RETAINED_OFFSET, left);
        return left == 0;
    }

    void drop(final int pattern)
    {
        assert firstHead(pattern) == NIL : "somebody watches it";
        index.remove(pattern);
        slab(pattern).free(pattern & RECORD_MASK);
    }

    boolean isSingle(final int pattern)
    {
        return endLength(pattern) == 0;
    }

    /** Lets a range be the pattern's, as long as that is retained. */
    void read(final int pattern, final KeyRange range)
    {
        range.of(buffer(pattern), keyAt(pattern), keyLength(pattern), endAt(pattern), endLength(pattern));
    }

    int firstHead(final int pattern)
    {
        return getInt(pattern, FIRST_HEAD_OFFSET);
    }

    void firstHead(final int pattern, final int head)
    {
        putInt(pattern, FIRST_HEAD_OFFSET, head);
    }

    /** Whether a range begins at or before a key. */
    boolean beginsAtOrBefore(final int pattern, final DirectBuffer key, final int offset, final int length)
    {
        return Bytes.compare(buffer(pattern), keyAt(pattern), keyLength(pattern), key, offset, length) <= 0;
    }

    /** Whether a range ends after a key. */
    boolean endsAfter(final int pattern, final DirectBuffer key, final int offset, final int length)
    {
        return hasOpenEnd(pattern) || Bytes.compare(buffer(pattern), endAt(pattern), endLength(pattern), key, offset, length) > 0;
    }

    private boolean hasOpenEnd(final int pattern)
    {
        return Bytes.isOpenEnd(buffer(pattern), endAt(pattern), endLength(pattern));
    }

    boolean contains(final int pattern, final DirectBuffer key, final int offset, final int length)
    {
        return isSingle(pattern) ? Bytes.areEqual(buffer(pattern), keyAt(pattern), keyLength(pattern), key, offset, length) :
            beginsAtOrBefore(pattern, key, offset, length) && endsAfter(pattern, key, offset, length);
    }

    /** Order of ranges: by key, then by the bytes of the end. */
    int compare(final int left, final int right)
    {
        if (left == right)
        {
            return 0;
        }
        final int byKey = Bytes.compare(
            buffer(left), keyAt(left), keyLength(left), buffer(right), keyAt(right), keyLength(right));
        return byKey != 0 ? byKey : compareEnds(left, right);
    }

    private int compareEnds(final int left, final int right)
    {
        return Bytes.compare(buffer(left), endAt(left), endLength(left), buffer(right), endAt(right), endLength(right));
    }

    /** The range that ends later of two. */
    int laterEnd(final int left, final int right)
    {
        return !hasOpenEnd(right) && (hasOpenEnd(left) || compareEnds(left, right) >= 0) ? left : right;
    }

    int size()
    {
        return index.size();
    }

    /** Bytes of heap held. */
    long bytes()
    {
        long bytes = index.bytes();
        for (final RecordSlab slab : slabs)
        {
            bytes += slab.bytes();
        }
        return bytes;
    }

    @Override
    public int hash(final int pattern)
    {
        return hash(buffer(pattern), keyAt(pattern), keyLength(pattern), endAt(pattern), endLength(pattern));
    }

    @Override
    public int link(final int pattern)
    {
        return getInt(pattern, LINK_OFFSET);
    }

    @Override
    public void link(final int pattern, final int next)
    {
        putInt(pattern, LINK_OFFSET, next);
    }
}
