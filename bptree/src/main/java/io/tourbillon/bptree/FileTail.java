package io.tourbillon.bptree;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Gives the file's free end back, in whole extents. At a freeze, usable pages at the end become pages never used: that moves the meta
 * pages' high water down. When neither theirs, nor what has been used since, is above an extent, it is cut off: a crash at any time finds
 * a file at least as long as either meta page wants it. Owned by the writer.
 */
final class FileTail
{
    /** 128 MiB a checkpoint: a fraction of a millisecond. */
    private static final int TRIM_PAGES_MAX = 32_768;
    /** Stays, so that a store that breathes does not allocate and cut again and again: this share, and one extent at least. */
    private static final int SPARE_SHARE = 32;

    private final Pages pages;
    private final Extents extents;
    private int frozenEnd;

    FileTail(final Pages pages, final Extents extents)
    {
        this.pages = pages;
        this.extents = extents;
        frozenEnd = pages.highWater();
    }

    /** Just before a freeze. */
    void trim(final FreeTree freeTree)
    {
        if (pages.freePages().freeCount() == 0)
        {
            return;
        }
        for (int budget = TRIM_PAGES_MAX; budget > 0; budget -= FreePages.CHUNK_PAGES)
        {
            final int before = pages.highWater();
            freeTree.read((before - 1) / FreePages.CHUNK_PAGES);
            pages.trim(FreePages.CHUNK_PAGES);
            if (pages.highWater() == before)
            {
                break;
            }
        }
    }

    /** The high water is on its way to the meta pages. */
    void onFrozen()
    {
        frozenEnd = pages.highWater();
    }

    /** Both meta pages have it. */
    void onReleased()
    {
        final PageTable table = pages.table();
        final int end = Math.max(pages.highWater(), frozenEnd);
        final int neededCount = (end + (1 << table.extentShift()) - 1) >>> table.extentShift();
        final int keptCount = neededCount + Math.max(1, neededCount / SPARE_SHARE);
        if (table.extentCount() > keptCount && !extents.isCutting())
        {
            final List<ByteBuffer> maps = table.dropExtents(keptCount);
            extents.giveBack(keptCount, maps);
        }
    }
}
