package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * The root of everything: the two 4 KiB pages at the file's start, which say the same but while a checkpoint replaces them, page 0 first.
 * <pre>
 *  0        4         8         16           24        28         32                 64              576
 *  | crc32c | version | "TBPTREE" | checkpoint | extent  | highWater | free (4), - (28) | user header | 17 trees of 64 bytes
 *  tree:
 *  0      4        8       16          17 .. 24   24                     56      64
 *  | root | height | size  | nameLength | -       | name (ASCII, 32)     | live  |
 * </pre>
 * crc32c covers [4, 4096). Its place, and those of version and magic, never change, so that any binary can tell a newer format from
 * damage. Tree 0 is the free list. A root of 0 is an empty tree.
 */
final class MetaPage
{
    /** 2: keys have tails, see {@link KeyTails}, and the free list one bitmap a chunk, not two. No older one is read. */
    static final int FORMAT_VERSION = 2;
    static final int TREES = TreeStore.MAX_TREES + 1;

    private static final long MAGIC = ByteBuffer.wrap("TBPTREE\n".getBytes(StandardCharsets.US_ASCII))
        .order(ByteOrder.LITTLE_ENDIAN).getLong();
    private static final int CRC_OFFSET = 0;
    private static final int VERSION_OFFSET = 4;
    private static final int MAGIC_OFFSET = 8;
    private static final int CHECKPOINT_OFFSET = 16;
    private static final int EXTENT_OFFSET = 24;
    private static final int HIGH_WATER_OFFSET = 28;
    private static final int FREE_OFFSET = 32;
    private static final int USER_HEADER_OFFSET = 64;
    private static final int TREES_OFFSET = USER_HEADER_OFFSET + TreeStore.USER_HEADER_LENGTH;
    private static final int TREE_LENGTH = 64;
    private static final int HEIGHT_OFFSET = 4;
    private static final int SIZE_OFFSET = 8;
    private static final int NAME_LENGTH_OFFSET = 16;
    private static final int NAME_OFFSET = 24;
    private static final int LIVE_SIZE_OFFSET = 56;

    static
    {
        if (TREES_OFFSET + TREES * TREE_LENGTH > PageLayout.PAGE_LENGTH)
        {
            throw new StoreException("the meta page does not fit one page");
        }
    }

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(PageLayout.PAGE_LENGTH);
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private final CRC32C crc = new CRC32C();

    /** The whole page, position 0. */
    ByteBuffer bytes()
    {
        bytes.clear();
        return bytes;
    }

    void begin(final long checkpoint, final int extentBytes, final int highWater, final UnsafeBuffer userHeader)
    {
        buffer.putInt(VERSION_OFFSET, FORMAT_VERSION);
        buffer.putLong(MAGIC_OFFSET, MAGIC);
        buffer.putLong(CHECKPOINT_OFFSET, checkpoint);
        buffer.putInt(EXTENT_OFFSET, extentBytes);
        buffer.putInt(HIGH_WATER_OFFSET, highWater);
        buffer.putBytes(USER_HEADER_OFFSET, userHeader, 0, TreeStore.USER_HEADER_LENGTH);
    }

    void tree(final int treeId, final int root, final int height, final long size, final long liveSize)
    {
        final int offset = TREES_OFFSET + treeId * TREE_LENGTH;
        buffer.putInt(offset, root);
        buffer.putInt(offset + HEIGHT_OFFSET, height);
        buffer.putLong(offset + SIZE_OFFSET, size);
        buffer.putLong(offset + LIVE_SIZE_OFFSET, liveSize);
    }

    void name(final int treeId, final String name)
    {
        final int offset = TREES_OFFSET + treeId * TREE_LENGTH;
        buffer.putByte(offset + NAME_LENGTH_OFFSET, (byte)name.length());
        buffer.putStringWithoutLengthAscii(offset + NAME_OFFSET, name);
    }

    void seal()
    {
        buffer.putInt(CRC_OFFSET, computeCrc());
    }

    boolean isIntact()
    {
        return isOurs() && buffer.getInt(CRC_OFFSET) == computeCrc();
    }

    /** Puts it in one of the two places, forced. */
    void write(final PageFile file, final int slot) throws IOException
    {
        file.write(bytes(), (long)slot * PageLayout.PAGE_LENGTH);
        file.force();
    }

    int version()
    {
        return buffer.getInt(VERSION_OFFSET);
    }

    boolean isOurs()
    {
        return buffer.getLong(MAGIC_OFFSET) == MAGIC;
    }

    long checkpoint()
    {
        return buffer.getLong(CHECKPOINT_OFFSET);
    }

    int extentBytes()
    {
        return buffer.getInt(EXTENT_OFFSET);
    }

    int highWater()
    {
        return buffer.getInt(HIGH_WATER_OFFSET);
    }

    void userHeader(final UnsafeBuffer target)
    {
        target.putBytes(0, buffer, USER_HEADER_OFFSET, TreeStore.USER_HEADER_LENGTH);
    }

    /** Pages in the free list: how many its chunks have set, which are read only when they are needed. */
    int freeCount()
    {
        return buffer.getInt(FREE_OFFSET);
    }

    void freeCount(final int count)
    {
        buffer.putInt(FREE_OFFSET, count);
    }

    int root(final int treeId)
    {
        return buffer.getInt(TREES_OFFSET + treeId * TREE_LENGTH);
    }

    int height(final int treeId)
    {
        return buffer.getInt(TREES_OFFSET + treeId * TREE_LENGTH + HEIGHT_OFFSET);
    }

    long size(final int treeId)
    {
        return buffer.getLong(TREES_OFFSET + treeId * TREE_LENGTH + SIZE_OFFSET);
    }

    long liveSize(final int treeId)
    {
        return buffer.getLong(TREES_OFFSET + treeId * TREE_LENGTH + LIVE_SIZE_OFFSET);
    }

    /** Empty if there is no such tree. */
    String name(final int treeId)
    {
        final int offset = TREES_OFFSET + treeId * TREE_LENGTH;
        final byte[] ascii = new byte[buffer.getByte(offset + NAME_LENGTH_OFFSET)];
        buffer.getBytes(offset + NAME_OFFSET, ascii);
        return new String(ascii, US_ASCII);
    }

    private int computeCrc()
    {
        crc.reset();
        crc.update(bytes.clear().position(VERSION_OFFSET));
        return (int)crc.getValue();
    }
}
