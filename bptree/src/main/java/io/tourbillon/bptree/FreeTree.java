package io.tourbillon.bptree;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The free pages in the file: tree 0, from chunk number (4 bytes, big-endian) to the two bitmaps of that chunk. It is written by the
 * very copy-on-write it keeps the books of: writing a chunk may take and free pages and so change chunks, which are written again, until
 * nothing changes any more. That ends: once the few leaves that hold the changed chunks are private, a chunk is replaced in place.
 */
final class FreeTree
{
    private final Tree tree;
    private final FreePages freePages;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[4]);
    private final UnsafeBuffer chunk = new UnsafeBuffer(ByteBuffer.allocateDirect(FreePages.CHUNK_LENGTH));

    FreeTree(final Tree tree, final FreePages freePages)
    {
        this.tree = tree;
        this.freePages = freePages;
    }

    void write()
    {
        for (int i = freePages.nextChangedChunk(); i >= 0; i = freePages.nextChangedChunk())
        {
            key.putInt(0, i, ByteOrder.BIG_ENDIAN);
            freePages.encodeChunk(i, chunk.addressOffset());
            tree.put(key, 0, 4, chunk, 0, FreePages.CHUNK_LENGTH);
        }
    }

    void read(final String name)
    {
        final Cursor cursor = tree.cursor();
        for (boolean isAt = cursor.first(); isAt; isAt = cursor.next())
        {
            final DirectBuffer value = cursor.value();
            final int number = cursor.key().getInt(0, ByteOrder.BIG_ENDIAN);
            if (value.capacity() != FreePages.CHUNK_LENGTH || number < 0 || number >= freePages.chunkCapacity())
            {
                throw new StoreException(name + ": the free list has a chunk " + number + " of " + value.capacity() + " bytes");
            }
            freePages.decodeChunk(number, value.addressOffset());
        }
    }

    /** Pages that writing it may take, whatever has changed: three chunks a leaf at worst, and the branches above. */
    static int worstCasePages(final int chunkCount)
    {
        return chunkCount / 3 + chunkCount / 32 + 8;
    }
}
