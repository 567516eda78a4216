package io.tourbillon.bptree;

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
    private final String name;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[4]);
    private final UnsafeBuffer chunk = new UnsafeBuffer(ByteBuffer.allocateDirect(FreePages.CHUNK_LENGTH));

    FreeTree(final Tree tree, final FreePages freePages, final String name)
    {
        this.name = name;
        this.tree = tree;
        this.freePages = freePages;
    }

    void write()
    {
        for (int i = freePages.nextChangedChunk(); i >= 0; i = freePages.nextChangedChunk())
        {
            read(i);
            key.putInt(0, i, ByteOrder.BIG_ENDIAN);
            freePages.encodeChunk(i, chunk.addressOffset());
            tree.put(key, 0, 4, chunk, 0, FreePages.CHUNK_LENGTH);
        }
    }

    /**
     * Reads chunks, the lowest first, until enough usable pages are known.
     *
     * @param wanted usable pages.
     * @param limit  most chunks in this call.
     */
    void readUntil(final int wanted, final int limit)
    {
        for (int i = 0; i < limit && freePages.availableCount() < wanted && freePages.notReadCount() > 0; i++)
        {
            final int next = freePages.nextNotRead();
            if (next < 0)
            {
                break;
            }
            read(next);
        }
    }

    /** Reads all there is. */
    void readAll()
    {
        for (int next = freePages.nextNotRead(); next >= 0; next = freePages.nextNotRead())
        {
            read(next);
        }
        if (freePages.notReadCount() != 0)
        {
            throw new StoreException(name + ": the free list has " + -freePages.notReadCount() + " pages more than the meta page says");
        }
    }

    /** Makes sure that a chunk is known. Not in the middle of a change of the free list's own tree. */
    void read(final int number)
    {
        if (freePages.isRead(number))
        {
            return;
        }
        key.putInt(0, number, ByteOrder.BIG_ENDIAN);
        if (!tree.get(key, 0, 4, view))
        {
            freePages.onAbsent(number);
            return;
        }
        if (view.capacity() != FreePages.CHUNK_LENGTH)
        {
            throw new StoreException(name + ": the free list has a chunk " + number + " of " + view.capacity() + " bytes");
        }
        freePages.decodeChunk(number, view.addressOffset());
    }

    /** Pages that writing it may take, whatever has changed: three chunks a leaf at worst, and the branches above. */
    static int worstCasePages(final int chunkCount)
    {
        return chunkCount / 3 + chunkCount / 32 + 8;
    }
}
