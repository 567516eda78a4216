package io.tourbillon.mvcc;

import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * Records of one length, each named by an int. They lie in chunks of plain bytes: growing adds a chunk and moves nothing, and what is freed
 * is given out again. Apply thread.
 */
final class RecordSlab
{
    /** Names no record. */
    static final int NIL = 0;

    /** So that a table of few records is small; for long records, so that their chunk is made in no time: 48 KiB. */
    private static final int CHUNK_SHIFT_MAX = 10;
    private static final int CHUNK_LENGTH_MAX = 48 << 10;
    private static final int CHUNK_OVERHEAD = 72;

    private final int recordLength;
    private final int chunkShift;
    private final int chunkMask;
    private UnsafeBuffer[] chunks = new UnsafeBuffer[4];
    private int chunkCount;
    private int used = 1;
    private int free = NIL;

    RecordSlab(final int recordLength)
    {
        assert recordLength >= Integer.BYTES && recordLength % Integer.BYTES == 0 : recordLength;
        this.recordLength = recordLength;
        final int fitting = Math.max(1, CHUNK_LENGTH_MAX / recordLength);
        chunkShift = Math.min(CHUNK_SHIFT_MAX, Integer.SIZE - 1 - Integer.numberOfLeadingZeros(fitting));
        chunkMask = (1 << chunkShift) - 1;
    }

    /** A record of zeros. Records that were never freed come in ascending order from 1 on. */
    int allocate()
    {
        if (free != NIL)
        {
            final int record = free;
            free = getInt(record, 0);
            chunk(record).setMemory(offset(record), recordLength, (byte)0);
            return record;
        }
        if (used >> chunkShift == chunkCount)
        {
            addChunk();
        }
        return used++;
    }

    private void addChunk()
    {
        if (chunkCount == chunks.length)
        {
            chunks = Arrays.copyOf(chunks, 2 * chunkCount);
        }
        chunks[chunkCount++] = new UnsafeBuffer(new byte[recordLength << chunkShift]);
    }

    void free(final int record)
    {
        putInt(record, 0, free);
        free = record;
    }

    int getInt(final int record, final int field)
    {
        return chunk(record).getInt(offset(record) + field);
    }

    void putInt(final int record, final int field, final int value)
    {
        chunk(record).putInt(offset(record) + field, value);
    }

    long getLong(final int record, final int field)
    {
        return chunk(record).getLong(offset(record) + field);
    }

    void putLong(final int record, final int field, final long value)
    {
        chunk(record).putLong(offset(record) + field, value);
    }

    /** Where a record lies, from its {@link #offset} on. */
    UnsafeBuffer chunk(final int record)
    {
        assert record != NIL : "no record";
        return chunks[record >> chunkShift];
    }

    int offset(final int record)
    {
        return (record & chunkMask) * recordLength;
    }

    /** Bytes of heap held. */
    long bytes()
    {
        return (long)chunkCount * ((recordLength << chunkShift) + CHUNK_OVERHEAD) + 4L * chunks.length;
    }
}
