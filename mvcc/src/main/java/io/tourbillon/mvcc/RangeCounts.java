package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * How many keys some ranges held at some old revisions: what was counted there once is true for ever, so whoever reads a range page by page
 * has it counted once. A page notes what remains behind it under the place where the next one begins. The oldest note gives way.
 */
final class RangeCounts
{
    static final int UNKNOWN = -1;
    /** 64 notes of at most 2 keys each: 256 KiB if all keys were of the longest. */
    private static final int NOTES_MAX = 64;
    private static final int INITIAL_LENGTH = 64;

    private final long[] revisions = new long[NOTES_MAX];
    private final long[] counts = new long[NOTES_MAX];
    private final int[] keyLengths = new int[NOTES_MAX];
    private final int[] endLengths = new int[NOTES_MAX];
    private final UnsafeBuffer[] bytes = new UnsafeBuffer[NOTES_MAX];
    private int next;

    /** Keys in the range at the revision, or {@link #UNKNOWN}. */
    long find(final KeyRange range, final long revision)
    {
        for (int i = 0; i < NOTES_MAX; i++)
        {
            if (revisions[i] == revision && isOf(i, range))
            {
                return counts[i];
            }
        }
        return UNKNOWN;
    }

    private boolean isOf(final int note, final KeyRange range)
    {
        final UnsafeBuffer own = bytes[note];
        final int keyLength = keyLengths[note];
        return Bytes.areEqual(own, 0, keyLength, range.buffer(), range.keyOffset(), range.keyLength()) &&
            Bytes.areEqual(own, keyLength, endLengths[note], range.buffer(), range.endOffset(), range.endLength());
    }

    /** Notes the count of the range from a key, given by its bytes and so many zero bytes behind them, to the end of another range. */
    void note(
        final DirectBuffer key, final int keyOffset, final int keyLength, final int zeroCount, final KeyRange range, final long revision,
        final long count)
    {
        assert revision > 0 : revision;
        final int wholeLength = keyLength + zeroCount;
        final UnsafeBuffer own = ensure(next, wholeLength + range.endLength());
        own.putBytes(0, key, keyOffset, keyLength);
        own.setMemory(keyLength, zeroCount, (byte)0);
        own.putBytes(wholeLength, range.buffer(), range.endOffset(), range.endLength());
        revisions[next] = revision;
        counts[next] = count;
        keyLengths[next] = wholeLength;
        endLengths[next] = range.endLength();
        next = next + 1 == NOTES_MAX ? 0 : next + 1;
    }

    private UnsafeBuffer ensure(final int note, final int length)
    {
        if (bytes[note] == null || bytes[note].capacity() < length)
        {
            bytes[note] = new UnsafeBuffer(new byte[Math.max(INITIAL_LENGTH, 2 * length)]);
        }
        return bytes[note];
    }
}
