package io.tourbillon.bptree;

import java.nio.ByteBuffer;

/**
 * All pages by number, whichever memory they are in, and the rules of copy-on-write: what bears the current checkpoint number is changed
 * in place, anything else is copied first. Owned by the writer.
 */
final class Pages implements PageSource, AutoCloseable
{
    /** Some ten microseconds, some hundred when nothing of it is in the cache: a duty cycle of the writer bears it. */
    private static final int RELEASE_SLICE_PAGES = 256;
    /** 64 KiB of bitmaps, likewise. */
    private static final int MOVE_SLICE_CHUNKS = 256;
    /** Frames that are made free together: some microseconds. */
    private static final int EVICT_SLICE_PAGES = 64;
    /** Of the pool, free ahead of need: a sixteenth, and no more than 8 MiB. */
    private static final int SPARE_SHARE = 16;
    private static final int SPARE_PAGES_MAX = (8 << 20) / PageLayout.PAGE_LENGTH;

    private final PageTable table;
    private final PagePool pool;
    private final FreePages freePages = new FreePages();
    private final Pins pins = new Pins();
    private final RetiredPages seen = new RetiredPages();
    private final RetiredPages moved = new RetiredPages();
    private final String name;
    private final PageProof proof;
    private final long openedCheckpoint;

    private long checkpoint;
    private int highWater;
    private PageSet dirty = new PageSet();
    private PageSet frozen = new PageSet();
    private int dirtyCount;
    private int frozenCount;
    private long releaseCount;
    private int releaseNext;
    private boolean hasChanged;
    private int stamp;

    /**
     * @param checkpoint the number of the state that was opened; the next one is worked on.
     * @param highWater  pages at and after it were never used.
     */
    Pages(final String name, final PageTable table, final PagePool pool, final long checkpoint, final int highWater)
    {
        this.name = name;
        this.proof = new PageProof(name);
        this.stamp = (int)pins.epoch();
        this.table = table;
        this.pool = pool;
        this.openedCheckpoint = checkpoint;
        this.checkpoint = checkpoint + 1;
        this.highWater = highWater;
    }

    /** @param map null if it is to be mapped when it is touched. */
    void addExtent(final ByteBuffer map)
    {
        table.addExtent(map);
        onGrown();
    }

    /** What an existing file has. */
    void addExtents(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            table.addExtent(null);
        }
        onGrown();
    }

    private void onGrown()
    {
        final int capacity = table.capacity();
        freePages.capacity(capacity);
        dirty.capacity(capacity);
        frozen.capacity(capacity);
    }

    /**
     * Lets usable pages at the end be as if they had never been used.
     *
     * @param limit most pages in this call.
     */
    void trim(final int limit)
    {
        highWater -= freePages.takeLast(highWater, limit);
    }

    @Override
    public long address(final int number, final int treeId)
    {
        assert number >= PageLayout.FIRST_PAGE && number < highWater : number;
        final long address = table.address(number);
        return address != 0 ? address : load(number, treeId, openedCheckpoint);
    }

    /** Whether a page is the writer's own, to be changed in place: no checkpoint and no published root has it. */
    boolean isPrivate(final long page)
    {
        return PageLayout.checkpoint(page) == checkpoint && PageLayout.stamp(page) == stamp;
    }

    /** A new page: number and frame. Its number is in its header. */
    long allocate(final int type, final int treeId)
    {
        return allocateAt(takeNumber(), type, treeId);
    }

    /**
     * Numbers of so many adjacent pages, each for {@link #allocateAt(int, int, int)}.
     *
     * @return the first of them; NO_PAGE if there are none side by side: nothing taken.
     */
    int takeRun(final int count)
    {
        final int first = freePages.takeRun(count);
        if (first != PageLayout.NO_PAGE || count > table.capacity() - highWater)
        {
            return first;
        }
        highWater += count;
        return highWater - count;
    }

    private int takeNumber()
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
        return number;
    }

    /** A new page of a number that was taken. */
    long allocateAt(final int number, final int type, final int treeId)
    {
        final long frame = pool.take();
        PageLayout.init(frame, number, checkpoint, type, treeId);
        PageLayout.stamp(frame, stamp);
        table.address(number, frame);
        dirty.add(number);
        dirtyCount++;
        hasChanged = true;
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
        PageLayout.stamp(copy, stamp);
        free(page);
        return copy;
    }

    void free(final long page)
    {
        final int number = PageLayout.number(page);
        if (PageLayout.checkpoint(page) != checkpoint)
        {
            freePages.free(number);
            if (pool.isClean(page))
            {
                pool.retake(page);
                leaveFrame(number, page);
            }
            return;
        }
        dirty.remove(number);
        dirtyCount--;
        if (PageLayout.stamp(page) == stamp || pins.oldestEpoch() == Pins.NONE)
        {
            dropPage(number, page);
            freePages.freeAtOnce(number);
        }
        else
        {
            seen.add(page, number, pins.epoch());
            freePages.retire(number);
        }
    }

    /** A page that the file has is looked for there from now on; its frame is free once pinned readers have passed. */
    private void leaveFrame(final int number, final long frame)
    {
        table.address(number, table.mapped(number));
        if (pins.oldestEpoch() == Pins.NONE)
        {
            pool.giveBack(frame);
        }
        else
        {
            moved.add(frame, PageLayout.NO_PAGE, pins.nextFrameEpoch());
            pins.advanceFrameEpoch();
        }
    }

    /**
     * Sees to it that so many frames are free, or will be when pinned readers have passed, by giving up clean ones. Addresses taken before
     * may be void then.
     */
    void makeRoom(final int frameCount)
    {
        final int missing = frameCount - pool.freeCount() - moved.count();
        if (missing > 0 && pool.cleanCount() > 0)
        {
            evict(Math.max(missing, EVICT_SLICE_PAGES));
        }
    }

    /** As {@link #makeRoom(int)}, a slice at a time, of what the next reservations may want: readers need time to pass. */
    int makeSpareRoom()
    {
        final int before = pool.cleanCount();
        final int spare = Math.min(pool.maxFrames() / SPARE_SHARE, SPARE_PAGES_MAX);
        if (before > 0 && pool.freeCount() + moved.count() < spare)
        {
            evict(EVICT_SLICE_PAGES);
        }
        return before - pool.cleanCount();
    }

    private void evict(final int limit)
    {
        releaseCount++;
        for (int i = Math.min(limit, pool.cleanCount()); i > 0; i--)
        {
            final long frame = pool.nextClean();
            pool.retake(frame);
            leaveFrame(PageLayout.number(frame), frame);
        }
    }

    private void dropPage(final int number, final long frame)
    {
        table.address(number, 0);
        pool.giveBack(frame);
    }

    /**
     * What is now is the root that readers get, until something changes: from here on, what it refers to is copied before a change.
     *
     * @return the epoch to pin it by.
     */
    long publish()
    {
        if (hasChanged)
        {
            hasChanged = false;
            pins.advanceEpoch();
            stamp = (int)pins.epoch();
        }
        return pins.epoch() - 1;
    }

    /**
     * Uses again what no pin holds any more.
     *
     * @param limit most pages in this call.
     * @return pages that came back.
     */
    int reclaim(final int limit)
    {
        int count = 0;
        if (!seen.isEmpty())
        {
            final long oldest = pins.oldestEpoch();
            for (; count < limit && !seen.isEmpty() && seen.headEpoch() <= oldest; count++)
            {
                dropPage(seen.headNumber(), seen.headFrame());
                freePages.reuse(seen.headNumber());
                seen.removeHead();
            }
        }
        if (!moved.isEmpty())
        {
            final long oldest = pins.oldestPassed();
            for (; count < limit && !moved.isEmpty() && moved.headEpoch() <= oldest; count++)
            {
                pool.giveBack(moved.headFrame());
                moved.removeHead();
            }
        }
        if (freePages.isHolding() && freePages.heldEpoch() <= pins.oldestEpoch())
        {
            count += freePages.releaseHeld(MOVE_SLICE_CHUNKS);
        }
        return count;
    }

    /** What follows a freeze, in slices: pages freed before it become usable. Returns more than 0 until all are. */
    int moveFreed()
    {
        return freePages.isMoving() ? freePages.moveFreed(MOVE_SLICE_CHUNKS) : 0;
    }

    /** What follows a durable checkpoint, in slices: frames whose pages the file has now are clean. Returns their count, 0 when all are. */
    int releaseSlice()
    {
        final int before = frozenCount;
        if (frozenCount > 0)
        {
            releaseFrames(RELEASE_SLICE_PAGES);
        }
        return before - frozenCount;
    }

    /** Everything so far belongs to the frozen state; what is allocated from now on, to the next. */
    void onFrozen()
    {
        assert frozenCount == 0;
        final PageSet empty = frozen;
        frozen = dirty;
        frozenCount = dirtyCount;
        dirty = empty;
        dirtyCount = 0;
        releaseNext = 0;
        freePages.onFrozen(pins.epoch(), pins.oldestEpoch());
        checkpoint++;
    }

    private void releaseFrames(final int limit)
    {
        for (int i = 0; i < limit && frozenCount > 0; i++)
        {
            final int number = frozen.next(releaseNext);
            final long frame = table.address(number);
            if (freePages.isFree(number))
            {
                leaveFrame(number, frame);
            }
            else
            {
                pool.keep(frame);
            }
            frozen.remove(number);
            frozenCount--;
            releaseNext = number + 1;
        }
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

    PageSet frozen()
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

    Pins pins()
    {
        return pins;
    }

    /** Pages that wait for pins alone: their frames, their numbers, or both. */
    int heldByPins()
    {
        return seen.count() + moved.count() + freePages.heldCount();
    }

    @Override
    public long releaseCount()
    {
        return releaseCount;
    }

    @Override
    public void close()
    {
        table.close();
        pool.close();
        freePages.close();
        dirty.close();
        frozen.close();
    }

    private long load(final int number, final int treeId, final long newest)
    {
        final long page = prove(number, treeId, newest);
        table.address(number, page);
        return page;
    }

    /**
     * Proves a page as the file has it.
     *
     * @param newest checkpoint that it may be of.
     * @return its address in the mapping.
     */
    long prove(final int number, final int treeId, final long newest)
    {
        proof.requireExists(number, highWater);
        final long page = table.mapped(number);
        proof.check(page, number, treeId, newest);
        return page;
    }

    /** For the checker: whether the file has the page as it is now. */
    boolean isInFile(final int number)
    {
        final long address = table.address(number);
        return address == 0 || address == table.mapped(number) || pool.isClean(address);
    }
}
