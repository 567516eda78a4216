package io.tourbillon.journal;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Off-heap table from entry index to address (segment number in the upper, position of the record in the file in the lower 32 bits).
 * Eight bytes an entry, in blocks: a block is dropped once the whole of it lies before the first index.
 *
 * <p>One writer; readers may look up any index that they learned of from the writer through an acquire, and check what they find there: the
 * block of a deleted index may be gone.
 */
final class EntryTable
{
    static final long NO_ADDRESS = -1;

    /**
     * Of an entry whose record was lost on the disk: it has none until it is repaired.
     */
    static final long DAMAGED = -2;

    /**
     * 65,536 entries of 8 bytes: 512 KiB.
     */
    private static final int BLOCK_BITS = 16;
    private static final int BLOCK_ENTRIES = 1 << BLOCK_BITS;
    private static final int BLOCK_MASK = BLOCK_ENTRIES - 1;

    /**
     * Immutable but for the blocks' bytes: replaced when a block is added, so that a reader sees one consistent directory.
     */
    private record Directory(long firstBlock, UnsafeBuffer[] blocks)
    {
    }

    private volatile Directory directory = new Directory(0, new UnsafeBuffer[0]);

    static long address(final int segmentNumber, final long position)
    {
        assert position > 0 && position <= Integer.MAX_VALUE : position;
        return (long)segmentNumber << 32 | position;
    }

    static int segmentNumber(final long address)
    {
        return (int)(address >>> 32);
    }

    static int position(final long address)
    {
        return (int)address;
    }

    /**
     * Sets the address of an entry. The writer only; allocates once in 65,536 indexes.
     *
     * @param firstIndex blocks wholly before it may go.
     */
    void put(final long index, final long address, final long firstIndex)
    {
        final Directory current = directory;
        final long slot = (index >>> BLOCK_BITS) - current.firstBlock;
        if (slot >= 0 && slot < current.blocks.length)
        {
            current.blocks[(int)slot].putLong((int)(index & BLOCK_MASK) << 3, address);
            return;
        }
        grow(index >>> BLOCK_BITS, firstIndex >>> BLOCK_BITS);
        put(index, address, firstIndex);
    }

    long get(final long index)
    {
        final Directory current = directory;
        final long slot = (index >>> BLOCK_BITS) - current.firstBlock;
        if (slot < 0 || slot >= current.blocks.length)
        {
            return NO_ADDRESS;
        }
        return current.blocks[(int)slot].getLong((int)(index & BLOCK_MASK) << 3);
    }

    private void grow(final long block, final long wantedFirstBlock)
    {
        final Directory current = directory;
        final long endBlock = current.firstBlock + current.blocks.length;
        if (block != endBlock)
        {
            // A new log, or one truncated into a block that was dropped: nothing of the old directory is looked up again.
            directory = new Directory(block, new UnsafeBuffer[]{ newBlock() });
            return;
        }
        final int droppedCount = (int)Math.max(0, Math.min(wantedFirstBlock - current.firstBlock, current.blocks.length));
        final UnsafeBuffer[] blocks = Arrays.copyOfRange(current.blocks, droppedCount, current.blocks.length + 1);
        blocks[blocks.length - 1] = newBlock();
        directory = new Directory(current.firstBlock + droppedCount, blocks);
    }

    private static UnsafeBuffer newBlock()
    {
        return new UnsafeBuffer(ByteBuffer.allocateDirect(BLOCK_ENTRIES << 3));
    }
}
