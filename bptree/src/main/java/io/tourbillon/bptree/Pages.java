package io.tourbillon.bptree;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * All pages by number, whichever memory they are in, and the rules of copy-on-write: what bears the current checkpoint number is changed
 * in place, anything else is copied first. Owned by the writer.
 */
final class Pages implements AutoCloseable
{
    private final PageTable table;
    private final PagePool pool;
    private final FreePages freePages = new FreePages();
    private final CRC32C crc = new CRC32C();
    private final String name;
    private final long openedCheckpoint;

    private long checkpoint;
    private int highWater;
    private long[] dirty = new long[0];
    private long[] frozen = new long[0];
    private int dirtyCount;
    private int frozenCount;
    private long releaseCount;

    /**
     * @param checkpoint the number of the state that was opened; the next one is worked on.
     * @param highWater  pages at and after it were never used.
     */
    Pages(final String name, final PageTable table, final PagePool pool, final long checkpoint, final int highWater)
    {
        this.name = name;
        this.table = table;
        this.pool = pool;
        this.openedCheckpoint = checkpoint;
        this.checkpoint = checkpoint + 1;
        this.highWater = highWater;
    }

    void addExtent(final ByteBuffer map)
    {
        table.addExtent(map);
        final int capacity = table.capacity();
        freePages.capacity(capacity);
        final int words = (capacity + 63) >>> 6;
        if (words > dirty.length)
        {
            final int length = Math.max(words, dirty.length * 2);
            dirty = Arrays.copyOf(dirty, length);
            frozen = Arrays.copyOf(frozen, length);
        }
    }

    /** Where a page is. Checks it, once, when it comes from the file. */
    long address(final int number, final int treeId)
    {
        assert number >= PageLayout.FIRST_PAGE && number < highWater : number;
        final long address = table.address(number);
        return address != 0 ? address : load(number, treeId, openedCheckpoint);
    }

    /** Whether a page is the writer's own, to be changed in place. */
    boolean isPrivate(final long page)
    {
        return PageLayout.checkpoint(page) == checkpoint;
    }

    /** A new page: number and frame. Its number is in its header. */
    long allocate(final int type, final int treeId)
    {
        int number = freePages.take();
        if (number == PageLayout.NO_PAGE)
        {
            if (highWater >= table.capacity())
            {
                throw new IllegalStateException(name + ": no page is left: reserve() was not asked");
            }
            number = highWater++;
        }
        final long frame = pool.take();
        PageLayout.init(frame, number, checkpoint, type, treeId);
        table.address(number, frame);
        dirty[number >>> 6] |= 1L << number;
        dirtyCount++;
        return frame;
    }

    /** A private copy of a page, under a new number; the old page is free. */
    long copy(final long page)
    {
        assert !isPrivate(page);
        final long copy = allocate(PageLayout.type(page), PageLayout.treeId(page));
        final int number = PageLayout.number(copy);
        Bytes.copy(page, copy, PageLayout.PAGE_LENGTH);
        PageLayout.number(copy, number);
        PageLayout.checkpoint(copy, checkpoint);
        freePages.free(PageLayout.number(page));
        return copy;
    }

    void free(final long page)
    {
        final int number = PageLayout.number(page);
        if (isPrivate(page))
        {
            dirty[number >>> 6] &= ~(1L << number);
            dirtyCount--;
            table.address(number, 0);
            pool.giveBack(page);
            freePages.freeAtOnce(number);
        }
        else
        {
            freePages.free(number);
        }
    }

    /** Everything so far belongs to the frozen state; what is allocated from now on, to the next. */
    void onFrozen()
    {
        assert frozenCount == 0;
        final long[] empty = frozen;
        frozen = dirty;
        frozenCount = dirtyCount;
        dirty = empty;
        dirtyCount = 0;
        freePages.onFrozen();
        checkpoint++;
    }

    /**
     * Gives back the frames of frozen pages, which the file has now.
     *
     * @param fromWord where the last slice ended.
     * @param limit    most pages in this slice, roughly.
     * @return where the next slice begins; -1 when all are back.
     */
    int release(final int fromWord, final int limit)
    {
        releaseCount += frozenCount > 0 ? 1 : 0;
        int released = 0;
        int word = fromWord;
        for (; word < frozen.length && frozenCount > 0 && released < limit; word++)
        {
            for (long bits = frozen[word]; bits != 0; bits &= bits - 1)
            {
                final int number = (word << 6) + Long.numberOfTrailingZeros(bits);
                pool.giveBack(table.address(number));
                table.address(number, table.mapped(number));
                released++;
                frozenCount--;
            }
            frozen[word] = 0;
        }
        return frozenCount > 0 ? word : -1;
    }

    long checkpoint()
    {
        return checkpoint;
    }

    int highWater()
    {
        return highWater;
    }

    /** Page numbers that can be taken without growing the file. */
    int usable()
    {
        return freePages.availableCount() + table.capacity() - highWater;
    }

    FreePages freePages()
    {
        return freePages;
    }

    PagePool pool()
    {
        return pool;
    }

    PageTable table()
    {
        return table;
    }

    long[] frozen()
    {
        return frozen;
    }

    int frozenCount()
    {
        return frozenCount;
    }

    int dirtyCount()
    {
        return dirtyCount;
    }

    /** Rises when frames go back to the pool: addresses taken before may be another page's by now. */
    long releaseCount()
    {
        return releaseCount;
    }

    @Override
    public void close()
    {
        table.close();
        pool.close();
    }

    /**
     * Proves a page as the file has it.
     *
     * @param newest checkpoint that it may be of.
     * @return its address in the mapping.
     */
    long load(final int number, final int treeId, final long newest)
    {
        if (number < PageLayout.FIRST_PAGE || number >= highWater)
        {
            throw new StoreException(name + ": page " + number + " is referred to but the store ends at page " + highWater);
        }
        final ByteBuffer view = table.view(number);
        crc.reset();
        crc.update(view.position(view.position() + PageLayout.NUMBER_OFFSET));
        final long page = table.mapped(number);
        checkHeader(page, number, treeId, newest, (int)crc.getValue());
        table.address(number, page);
        return page;
    }

    private void checkHeader(final long page, final int number, final int treeId, final long newest, final int computed)
    {
        if (PageLayout.crc(page) != computed)
        {
            throw new StoreException(name + ": page " + number + " is damaged: its checksum is " +
                Integer.toHexString(PageLayout.crc(page)) + ", its content gives " + Integer.toHexString(computed));
        }
        if (PageLayout.number(page) != number || PageLayout.treeId(page) != treeId)
        {
            throw new StoreException(name + ": page " + number + " of tree " + treeId + " holds page " + PageLayout.number(page) +
                " of tree " + PageLayout.treeId(page) + ": a write went astray");
        }
        if (PageLayout.checkpoint(page) > newest)
        {
            throw new StoreException(name + ": page " + number + " is of checkpoint " + PageLayout.checkpoint(page) +
                ", newer than the root of checkpoint " + newest);
        }
        if (PageLayout.HEADER_LENGTH + PageLayout.slotCount(page) * SlottedPage.SLOT_LENGTH > PageLayout.heapStart(page))
        {
            throw new StoreException(name + ": page " + number + " has slots that run into its cells");
        }
    }

    /** For the checker: a page as it is now, without touching what has been proven. */
    boolean isInFile(final int number)
    {
        final long address = table.address(number);
        return address == 0 || address == table.mapped(number);
    }
}
