package io.tourbillon.bptree;

import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

import static io.tourbillon.bptree.PageLayout.*;

/**
 * Writes the state that a snapshot has pinned into a file of its own, which is a store: its live pages alone, numbered anew in the order in
 * which they are written, each behind those that it refers to, and the meta pages last. One thread, not the writer's; holds one page
 * for each level of a tree.
 * <p>
 * The image ends with its last page. Before it is opened as a store it has to be brought to whole extents: {@link #pad(Path)}.
 */
public final class StoreImage implements AutoCloseable
{
    /** All pages of an image are of its first checkpoint. */
    private static final long CHECKPOINT = 1;
    private static final int RUN_PAGES = 64;
    private static final int NONE = -1;

    /** A page on its way out: what it refers to is written first. */
    private static final class Level
    {
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(PAGE_LENGTH);
        private final long page = BufferUtil.address(bytes);
        private int nextSlot;
    }

    private final Snapshot snapshot;
    private final PageFile file;
    private final MetaPage meta = new MetaPage();
    private final UnsafeBuffer userHeader = new UnsafeBuffer(new byte[TreeStore.USER_HEADER_LENGTH]);
    private final Level[] levels = new Level[TreePath.MAX_HEIGHT];
    private final ByteBuffer staging = ByteBuffer.allocateDirect(RUN_PAGES * PAGE_LENGTH);
    private final long stagingAddress = BufferUtil.address(staging);
    private final CRC32C crc = new CRC32C();
    private int staged;
    private int treeId;
    private int depth = NONE;
    private int nextNumber = FIRST_PAGE;
    private boolean isDone;

    /**
     * Begins an image; nothing is written yet.
     *
     * @param snapshot   pinned, and to be kept so until the image is done or given up.
     * @param path       of the file; one that is there is replaced. It gets this name when it is whole.
     * @param userHeader that the image is to have, of {@link TreeStore#USER_HEADER_LENGTH} bytes.
     * @throws IOException if the file cannot be made.
     */
    public StoreImage(final Snapshot snapshot, final Path path, final DirectBuffer userHeader) throws IOException
    {
        this.snapshot = snapshot;
        this.userHeader.putBytes(0, userHeader, 0, TreeStore.USER_HEADER_LENGTH);
        Files.deleteIfExists(path);
        file = PageFile.open(path);
    }

    /**
     * Brings an image to whole extents, really written, and forces it. Blocks.
     *
     * @param path of an image that is whole.
     * @throws IOException if the disk refuses, or the file is no image.
     */
    public static void pad(final Path path) throws IOException
    {
        try (PageFile padded = PageFile.open(path))
        {
            final MetaPage meta = new MetaPage();
            padded.read(meta.bytes(), 0);
            if (!meta.isIntact() || meta.extentBytes() <= 0 || (long)meta.highWater() * PAGE_LENGTH > padded.length())
            {
                throw new IOException(path + " is not an image of a store");
            }
            final ByteBuffer zeros = ByteBuffer.allocateDirect(RUN_PAGES * PAGE_LENGTH);
            final long used = padded.length();
            final long end = (used + meta.extentBytes() - 1) / meta.extentBytes() * meta.extentBytes();
            for (long at = used; at < end; at += zeros.limit())
            {
                padded.write(zeros.clear().limit((int)Math.min(zeros.capacity(), end - at)), at);
            }
            BufferUtil.free(zeros);
            padded.force();
        }
    }

    /**
     * What the newest good meta page of an image or a store says.
     *
     * @param userHeader {@link TreeStore#USER_HEADER_LENGTH} bytes.
     * @param length     of all its pages, in bytes.
     * @param liveSizes  of the trees, by their names.
     */
    public record Summary(DirectBuffer userHeader, long length, Map<String, Long> liveSizes)
    {
        private static Summary of(final MetaPage meta)
        {
            final UnsafeBuffer header = new UnsafeBuffer(new byte[TreeStore.USER_HEADER_LENGTH]);
            meta.userHeader(header);
            final Map<String, Long> sizes = new HashMap<>();
            for (int id = 1; id < MetaPage.TREES; id++)
            {
                sizes.put(meta.name(id), meta.liveSize(id));
            }
            return new Summary(header, (long)meta.highWater() * PAGE_LENGTH, sizes);
        }
    }

    /**
     * Looks at a file that may be an image or a store, and changes nothing.
     *
     * @param path of the file.
     * @return what its newest good meta page says, or null if it has none at its start.
     * @throws IOException if it cannot be read.
     */
    public static Summary summaryOf(final Path path) throws IOException
    {
        MetaPage newest = null;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ))
        {
            for (int slot = 0; slot < FIRST_PAGE; slot++)
            {
                final MetaPage meta = new MetaPage();
                final ByteBuffer page = meta.bytes();
                while (page.hasRemaining() && channel.read(page, (long)slot * PAGE_LENGTH + page.position()) > 0)
                {
                    continue; // a read may be short
                }
                if (!page.hasRemaining() && meta.isIntact() && (newest == null || newest.checkpoint() < meta.checkpoint()))
                {
                    newest = meta;
                }
            }
        }
        return newest == null ? null : Summary.of(newest);
    }

    /**
     * Writes so many pages, more by one value at most; the last step forces the file and gives it its name. Blocks in the disk. Passes
     * ({@link Snapshot#pass()}) at its end.
     *
     * @param pageLimit from 1.
     * @return true once the image is whole and durable.
     * @throws IOException if the disk refuses.
     */
    public boolean step(final int pageLimit) throws IOException
    {
        final int end = nextNumber + pageLimit;
        while (!isDone && nextNumber < end)
        {
            if (depth != NONE)
            {
                goOn(levels[depth]);
            }
            else if (!enterNextTree())
            {
                finish();
            }
        }
        snapshot.pass();
        return isDone;
    }

    /**
     * @return bytes of the image, so far or in all.
     */
    public long length()
    {
        return (long)nextNumber * PAGE_LENGTH;
    }

    private boolean enterNextTree()
    {
        while (++treeId < MetaPage.TREES)
        {
            if (snapshot.nameOf(treeId) != null)
            {
                meta.name(treeId, snapshot.nameOf(treeId));
                final SnapshotTree tree = snapshot.treeAt(treeId);
                meta.tree(treeId, NO_PAGE, tree.height(), tree.size(), tree.liveSize());
                if (tree.root() != NO_PAGE)
                {
                    enter(tree.root());
                    return true;
                }
            }
        }
        return false;
    }

    private void enter(final int number)
    {
        depth++;
        if (levels[depth] == null)
        {
            levels[depth] = new Level();
        }
        Bytes.copy(pages().address(number, treeId), levels[depth].page, PAGE_LENGTH);
        levels[depth].nextSlot = 0;
    }

    private void goOn(final Level level) throws IOException
    {
        final int slot = level.nextSlot;
        if (slot == slotCount(level.page))
        {
            leave(write(level.page));
            return;
        }
        final int tail = KeyTails.firstPage(level.page, slot);
        if (tail != NO_PAGE)
        {
            final int tailLength = SlottedPage.keyLength(level.page, slot) - KeyTails.INLINE_LENGTH;
            KeyTails.hand(level.page, slot, copyChain(tail, tailLength));
        }
        if (type(level.page) == BRANCH)
        {
            enter(BranchPage.child(level.page, slot));
            return;
        }
        if (LeafPage.isOverflow(LeafPage.cell(level.page, slot)))
        {
            final long payload = LeafPage.payload(level.page, slot);
            final int length = LeafPage.overflowLength(payload);
            LeafPage.overflowReference(payload, copyChain(LeafPage.overflowPage(payload), length), length);
        }
        level.nextSlot++;
    }

    /** A page is written: who refers to it has to know its number. */
    private void leave(final int number)
    {
        levels[depth].nextSlot = 0;
        depth--;
        if (depth == NONE)
        {
            final SnapshotTree tree = snapshot.treeAt(treeId);
            meta.tree(treeId, number, tree.height(), tree.size(), tree.liveSize());
        }
        else
        {
            BranchPage.child(levels[depth].page, levels[depth].nextSlot, number);
            levels[depth].nextSlot++;
        }
    }

    private int copyChain(final int firstPage, final int length) throws IOException
    {
        final int first = nextNumber;
        int number = firstPage;
        for (int offset = 0; offset < length; offset += BODY_LENGTH)
        {
            final long page = pages().address(number, treeId);
            number = next(page);
            stage(page, offset + BODY_LENGTH < length ? nextNumber + 1 : NO_PAGE);
        }
        return first;
    }

    private int write(final long page) throws IOException
    {
        stage(page, next(page));
        return nextNumber - 1;
    }

    private void stage(final long page, final int following) throws IOException
    {
        if (staged == RUN_PAGES)
        {
            flush();
        }
        final int offset = staged * PAGE_LENGTH;
        final long copy = stagingAddress + offset;
        Bytes.copy(page, copy, PAGE_LENGTH);
        number(copy, nextNumber);
        checkpoint(copy, CHECKPOINT);
        next(copy, following);
        crc.reset();
        crc.update(staging.clear().limit(offset + PAGE_LENGTH).position(offset + NUMBER_OFFSET));
        PageLayout.stamp(copy, (int)crc.getValue());
        staged++;
        nextNumber++;
    }

    private void flush() throws IOException
    {
        if (staged > 0)
        {
            final long position = (long)(nextNumber - staged) * PAGE_LENGTH;
            file.write(staging.clear().limit(staged * PAGE_LENGTH), position);
            staged = 0;
        }
    }

    private void finish() throws IOException
    {
        flush();
        meta.begin(CHECKPOINT, snapshot.extentBytes(), nextNumber, userHeader);
        meta.freeCount(0);
        meta.seal();
        file.force();
        meta.write(file, 0);
        meta.write(file, 1);
        file.publish();
        isDone = true;
    }

    private PageSource pages()
    {
        return snapshot.treeAt(treeId).pages();
    }

    /** Closes the file and frees memory. One that is not whole is left under another name, and written over by the next. */
    @Override
    public void close()
    {
        file.close();
        BufferUtil.free(staging);
        for (int i = 0; i < levels.length && levels[i] != null; i++)
        {
            BufferUtil.free(levels[i].bytes);
        }
    }
}
