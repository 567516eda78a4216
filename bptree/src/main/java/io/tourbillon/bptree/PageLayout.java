package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

import java.nio.ByteOrder;

/**
 * The header that all pages but the two meta pages begin with. A page is addressed by where its first byte is in memory.
 * <pre>
 *  0         4         8                   16   17   18      20      22      24      26      28        32
 *  | crc32c  | number  | checkpoint        |type|tree| slots | prefix| heap  |garbage|   -   | next    | content ... 4096
 * </pre>
 * crc32c covers bytes [4, 4096) and is filled as the page is written to the file; in the pool its place holds the page's stamp, the epoch
 * of the roots that it is or was private to: a page of the current checkpoint and the current epoch is no pinned reader's.
 * `checkpoint` is the number of the checkpoint that will carry, or has carried, the page to the file: a page that bears the number being
 * worked on is private to the writer and changed in place; any other is immutable.
 * `prefix` is the length of what all keys of the page begin with, stored once, its first 32 bytes at 32; `heap` is where
 * the lowest cell begins; `garbage` counts dead bytes among the cells; `next` links the pages of one large value.
 */
final class PageLayout
{
    static final int PAGE_SHIFT = 12;
    static final int PAGE_LENGTH = 1 << PAGE_SHIFT;
    static final int CRC_OFFSET = 0;
    static final int NUMBER_OFFSET = 4;
    static final int CHECKPOINT_OFFSET = 8;
    static final int TYPE_OFFSET = 16;
    static final int TREE_OFFSET = 17;
    static final int SLOT_COUNT_OFFSET = 18;
    static final int PREFIX_LENGTH_OFFSET = 20;
    static final int HEAP_START_OFFSET = 22;
    static final int GARBAGE_OFFSET = 24;
    static final int NEXT_OFFSET = 28;
    static final int HEADER_LENGTH = 32;
    static final int BODY_LENGTH = PAGE_LENGTH - HEADER_LENGTH;

    static final int LEAF = 1;
    static final int BRANCH = 2;
    static final int OVERFLOW = 3;

    /** The first two pages of a file are the meta pages. */
    static final int FIRST_PAGE = 2;
    static final int NO_PAGE = 0;

    static
    {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN)
        {
            throw new StoreException("the store needs a little-endian machine");
        }
    }

    private PageLayout()
    {
    }

    static void init(final long page, final int number, final long checkpoint, final int type, final int treeId)
    {
        UnsafeApi.putInt(page + CRC_OFFSET, 0);
        UnsafeApi.putInt(page + NUMBER_OFFSET, number);
        UnsafeApi.putLong(page + CHECKPOINT_OFFSET, checkpoint);
        UnsafeApi.putLong(page + TYPE_OFFSET, 0L);
        UnsafeApi.putLong(page + GARBAGE_OFFSET, 0L);
        UnsafeApi.putByte(page + TYPE_OFFSET, (byte)type);
        UnsafeApi.putByte(page + TREE_OFFSET, (byte)treeId);
        UnsafeApi.putShort(page + HEAP_START_OFFSET, (short)PAGE_LENGTH);
    }

    static int crc(final long page)
    {
        return UnsafeApi.getInt(page + CRC_OFFSET);
    }

    static int stamp(final long page)
    {
        return UnsafeApi.getInt(page + CRC_OFFSET);
    }

    static void stamp(final long page, final int epoch)
    {
        UnsafeApi.putInt(page + CRC_OFFSET, epoch);
    }

    static int number(final long page)
    {
        return UnsafeApi.getInt(page + NUMBER_OFFSET);
    }

    static void number(final long page, final int number)
    {
        UnsafeApi.putInt(page + NUMBER_OFFSET, number);
    }

    static long checkpoint(final long page)
    {
        return UnsafeApi.getLong(page + CHECKPOINT_OFFSET);
    }

    static void checkpoint(final long page, final long checkpoint)
    {
        UnsafeApi.putLong(page + CHECKPOINT_OFFSET, checkpoint);
    }

    static int type(final long page)
    {
        return UnsafeApi.getByte(page + TYPE_OFFSET);
    }

    static int treeId(final long page)
    {
        return UnsafeApi.getByte(page + TREE_OFFSET);
    }

    static int slotCount(final long page)
    {
        return UnsafeApi.getShort(page + SLOT_COUNT_OFFSET) & 0xFFFF;
    }

    static void slotCount(final long page, final int count)
    {
        UnsafeApi.putShort(page + SLOT_COUNT_OFFSET, (short)count);
    }

    static int prefixLength(final long page)
    {
        return UnsafeApi.getShort(page + PREFIX_LENGTH_OFFSET) & 0xFFFF;
    }

    static void prefixLength(final long page, final int length)
    {
        UnsafeApi.putShort(page + PREFIX_LENGTH_OFFSET, (short)length);
    }

    static int heapStart(final long page)
    {
        return UnsafeApi.getShort(page + HEAP_START_OFFSET) & 0xFFFF;
    }

    static void heapStart(final long page, final int offset)
    {
        UnsafeApi.putShort(page + HEAP_START_OFFSET, (short)offset);
    }

    static int garbage(final long page)
    {
        return UnsafeApi.getShort(page + GARBAGE_OFFSET) & 0xFFFF;
    }

    static void garbage(final long page, final int length)
    {
        UnsafeApi.putShort(page + GARBAGE_OFFSET, (short)length);
    }

    static int next(final long page)
    {
        return UnsafeApi.getInt(page + NEXT_OFFSET);
    }

    static void next(final long page, final int number)
    {
        UnsafeApi.putInt(page + NEXT_OFFSET, number);
    }
}
