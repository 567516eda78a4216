package io.tourbillon.bptree;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * One file (or memory) of several named trees, changed and committed together. One writer thread owns it; {@link #housekeeping()} and
 * {@link Checkpoint#step()} may each run on another, and each {@link #snapshot()} is read on one of its own.
 */
public final class TreeStore implements AutoCloseable
{
    /** Bytes of the caller's own header, committed atomically with the trees. */
    public static final int USER_HEADER_LENGTH = 512;
    /** Most named trees in a store. */
    public static final int MAX_TREES = 16;
    /** Longest tree name in bytes of ASCII. */
    public static final int MAX_TREE_NAME_LENGTH = 32;
    /** Bytes of a page. */
    public static final int PAGE_LENGTH = PageLayout.PAGE_LENGTH;

    /** Most snapshots open at a time. */
    public static final int MAX_SNAPSHOTS = Pins.PINS_MAX;

    /** 8 MiB: below that nobody misses it. */
    private static final int FREED_PAGES_MIN = (8 << 20) / PAGE_LENGTH;
    /** Of the pages in use. Random puts fill pages by two thirds, so the file stays under 1.5 x 1.25 times the data. */
    private static final int FREED_SHARE = 4;
    private static final int RECLAIM_SLICE_PAGES = 1024;
    /** Of the free list, after open: each may be a page of the file not yet in memory. */
    private static final int READ_SLICE_CHUNKS = 8;

    private final boolean growsInline;
    private final Workspace workspace = new Workspace();
    private final UnsafeBuffer userHeader = new UnsafeBuffer(new byte[USER_HEADER_LENGTH]);
    private final Tree[] trees = new Tree[MetaPage.TREES];
    private final NanoClock clock;

    private PageFile file;
    private boolean ownsFile;
    /** Housekeeping reads it. */
    private volatile Extents extents;
    private Pages pages;
    private MetaPage meta;
    private FreeTree freeTree;
    private FileTail tail;
    private String name;
    private long openedCheckpoint;
    private Checkpoint checkpoint;
    private volatile boolean isCheckpointDue;
    private volatile int freedPages;
    private long checkpointBytesWritten;
    private long checkpointCount;
    private long refusedReservations;

    TreeStore(final StoreOpener opener)
    {
        file = opener.file();
        ownsFile = opener.ownsFile();
        extents = opener.extents();
        growsInline = opener.growsInline();
        pages = opener.pages();
        meta = opener.meta();
        clock = opener.clock();
        name = opener.name();
        openedCheckpoint = meta.checkpoint();
        meta.userHeader(userHeader);
        for (int id = 0; id < MetaPage.TREES; id++)
        {
            final String name = meta.name(id);
            if (id == 0 || !name.isEmpty())
            {
                trees[id] = new Tree(id, name, pages, workspace);
                trees[id].restore(meta.root(id), meta.height(id), meta.size(id), meta.liveSize(id));
            }
        }
        freeTree = new FreeTree(trees[0], pages.freePages(), name);
        tail = new FileTail(pages, extents);
    }

    /**
     * Opens a store, or creates it: takes the newest valid meta page, falls back to the other. The cost does not grow with the entries.
     *
     * @param context where and how.
     * @return the store.
     * @throws StoreException when neither meta page is good, the format is newer than this code, or the file cannot be used.
     */
    public static TreeStore open(final TreeStoreContext context)
    {
        return StoreOpener.open(context);
    }

    /**
     * Opens or creates a tree. Cold path; keep what it returns.
     *
     * @param name 1 to {@link #MAX_TREE_NAME_LENGTH} ASCII characters.
     * @return the one instance of that tree.
     */
    public Tree tree(final String name)
    {
        if (name.isEmpty() || name.length() > MAX_TREE_NAME_LENGTH || !name.chars().allMatch((c) -> c > ' ' && c < 127))
        {
            throw new IllegalArgumentException("'" + name + "' is not 1 to " + MAX_TREE_NAME_LENGTH + " printable ASCII characters");
        }
        for (int id = 1; id < MetaPage.TREES; id++)
        {
            if (trees[id] == null)
            {
                trees[id] = new Tree(id, name, pages, workspace);
                meta.name(id, name);
            }
            if (trees[id].name().equals(name))
            {
                return trees[id];
            }
        }
        throw new IllegalArgumentException("the store has " + MAX_TREES + " trees already");
    }

    /**
     * The caller's header: write it at any time; {@link #freeze()} takes a copy. Writer thread.
     *
     * @return {@link #USER_HEADER_LENGTH} bytes.
     */
    public MutableDirectBuffer userHeader()
    {
        return userHeader;
    }

    /**
     * Makes sure that so many pages can be dirtied without failing. Ask before the first write of an entry. Writer thread. May give up
     * clean frames for it: views of values, of all trees, that were taken before last until the next write to any tree.
     *
     * @param pageCount worst case; see {@link Tree#pagesForPut(int)}.
     * @return false if the pool or the disk is full: nothing changed, checkpoint or free, and try later.
     * @throws IllegalArgumentException if the pool is too small to ever say yes.
     */
    public boolean reserve(final int pageCount)
    {
        return hasRoomFor(pageCount) || reserveSlowly(pageCount);
    }

    /**
     * Freezes all trees and the user header as they are now. Writer thread; its cost grows with the changed parts of the free list only.
     *
     * @return what the checkpoint thread has to run, or null while an earlier one is not durable, or if writes without a reservation
     *         have left no room to write the free list.
     */
    public Checkpoint freeze()
    {
        if (checkpoint != null)
        {
            if (!checkpoint.isDurable())
            {
                return null;
            }
            while (releaseCheckpointed() > 0)
            {
                // What is left of the last one: usually nothing, as each duty cycle takes a slice.
                continue;
            }
        }
        tail.trim(freeTree);
        final int freeTreePages = freeTreePages();
        freeTree.readUntil(freeTreePages, Integer.MAX_VALUE);
        pages.makeRoom(freeTreePages);
        if (pages.pool().freeCount() < freeTreePages || pages.usable() < freeTreePages && !adoptExtent())
        {
            return null;
        }
        freeTree.write();
        if (pages.usable() < extents.extentBytes() / PAGE_LENGTH)
        {
            extents.wantMore();
        }
        meta.begin(pages.checkpoint(), extents.extentBytes(), pages.highWater(), userHeader);
        meta.freeCount(pages.freePages().freeCount());
        tail.onFrozen();
        for (int id = 0; id < MetaPage.TREES; id++)
        {
            if (trees[id] != null)
            {
                meta.tree(id, trees[id].root(), trees[id].height(), trees[id].size(), trees[id].liveSize());
            }
        }
        meta.seal();
        pages.onFrozen();
        checkpoint = new Checkpoint(file, pages, meta);
        return checkpoint;
    }

    /**
     * Takes back the pages freed before the last freeze, and marks the memory of those that a durable checkpoint wrote as a mere cache of
     * the file; a bounded slice per call. Writer thread; cheap when there is nothing to do: call it in each duty cycle.
     *
     * @return pages of this slice; 0 when there is nothing to do.
     */
    public int releaseCheckpointed()
    {
        judgeCheckpoint();
        final int movedCount = pages.moveFreed();
        if (movedCount > 0 || checkpoint == null || !checkpoint.isDurable())
        {
            return movedCount;
        }
        final int count = pages.releaseSlice();
        if (pages.frozenCount() == 0)
        {
            checkpointBytesWritten += checkpoint.bytesWritten();
            checkpointCount++;
            checkpoint = null;
            tail.onReleased();
        }
        return count;
    }

    /**
     * A place to read from on another thread. Cold; any thread.
     *
     * @return a new snapshot, not pinned yet; close it before the store.
     * @throws IllegalStateException if there are {@link #MAX_SNAPSHOTS} open ones.
     */
    public Snapshot snapshot()
    {
        final SnapshotPages snapshotPages = new SnapshotPages(pages.table(), name, openedCheckpoint);
        final Snapshot snapshot = new Snapshot(pages.pins(), snapshotPages);
        if (!pages.pins().add(snapshot.pin()))
        {
            snapshot.close();
            throw new IllegalStateException("there are " + MAX_SNAPSHOTS + " snapshots open already");
        }
        return snapshot;
    }

    /**
     * Publishes the trees and the user header as they are now to all snapshots that ask for them, and takes back pages whose last pin has
     * gone. Writer thread; call it in each duty cycle, between entries: a root must not have half an entry. A load when there is no
     * snapshot, a few when none asks. What was dirty is copied at its next change once something was published. Keeps some frames of the
     * pool free, too: when it returns more than 0, views of values, of all trees, last until the next write to any tree.
     *
     * @return roots granted and pages taken back, the latter in slices.
     */
    public int serveReaders()
    {
        final Pins pins = pages.pins();
        int workCount = 0;
        for (int i = 0; i < pins.places(); i++)
        {
            final Pin pin = pins.at(i);
            if (pin != null && pin.isAsked())
            {
                pin.owner().capture(trees, pages.highWater(), userHeader);
                pin.grant(pages.publish(), pins.frameEpoch(), clock.nanoTime());
                workCount++;
            }
        }
        return workCount + reclaim() + pages.makeSpareRoom();
    }

    /** The part of {@link #serveReaders()} that may be done in the middle of an entry. */
    int reclaim()
    {
        return pages.reclaim(RECLAIM_SLICE_PAGES);
    }

    /**
     * Snapshots that hold a root now. Writer thread.
     *
     * @return count of pins.
     */
    public int pinCount()
    {
        return pages.pins().count();
    }

    /**
     * How long the oldest pin has been held. Writer thread.
     *
     * @return nanoseconds by the context's clock, 0 if nothing is pinned.
     */
    public long oldestPinAgeNs()
    {
        return pages.pins().oldestAgeNs(clock.nanoTime());
    }

    /**
     * Pages, or frames of the pool, that nothing but pins keeps from being used again. Writer thread.
     *
     * @return count of pages.
     */
    public int pagesHeldByPins()
    {
        return pages.heldByPins();
    }

    /**
     * Tells the owners of pins of a certain age to let go: {@link Snapshot#isToEnd()}. They are not forced to. Writer thread.
     *
     * @param ageNs nanoseconds.
     * @return how many pins are as old as that.
     */
    public int askPinsToEnd(final long ageNs)
    {
        return pages.pins().askToEnd(clock.nanoTime(), ageNs);
    }

    /**
     * Keeps the next extent of the file allocated ahead, and cuts off the end that is free. Housekeeping thread; blocks in the disk.
     *
     * @return 1 if an extent was allocated or some were cut off, 0 if there was nothing to do or no room.
     */
    public int housekeeping()
    {
        return extents.prepare() ? 1 : 0;
    }

    /** @return whether the disk has refused the next extent, and less than half of one can still be used. Writer thread. */
    public boolean isShortOfRoom()
    {
        return extents.refusal() != null && pages.usable() < extents.extentBytes() / PAGE_LENGTH / 2;
    }

    /**
     * Proves the checksum of every page in the file that any tree refers to, and every invariant of the trees and the free list: order,
     * bounds, counts, each page used once or free. Writer thread; reads everything, allocates.
     *
     * @throws StoreException that names the first thing wrong.
     */
    public void verify()
    {
        verify(StoreInspector.Progress.NONE);
    }

    void verify(final StoreInspector.Progress progress)
    {
        freeTree.readAll();
        new StoreChecker(pages, trees, progress).check();
    }

    /** @return count of pages that the store's file has ever used: its length in pages but for the spare room at its end. */
    public int pageCount()
    {
        return pages.highWater();
    }

    /** @return count of pages changed since the last freeze. */
    public int dirtyPageCount()
    {
        return pages.dirtyCount();
    }

    /** @return count of pages that no tree refers to, whether they may be used again already or not yet. */
    public int freePageCount()
    {
        return pages.freePages().freeCount();
    }

    /**
     * Frames of the pool that hold pages which no durable checkpoint has, or wait for readers.
     *
     * @return count of pages.
     */
    public int poolPagesInUse()
    {
        return pages.pool().inUse();
    }

    /**
     * Frames of the pool that hold pages which the file has too: a cache, given up page by page for those that it has not.
     *
     * @return count of pages.
     */
    public int poolPagesClean()
    {
        return pages.pool().cleanCount();
    }

    /** @return count of pages that the pool has frames for at most. */
    public int poolPagesMax()
    {
        return pages.pool().maxFrames();
    }

    /**
     * Room that is allocated and mapped in the file.
     *
     * @return bytes.
     */
    public long fileBytes()
    {
        return (long)pages.table().capacity() * PAGE_LENGTH;
    }

    /**
     * What completed checkpoints have written since open.
     *
     * @return bytes.
     */
    public long checkpointBytesWritten()
    {
        return checkpointBytesWritten;
    }

    /**
     * Zeros written since open to make room in the file really there; none where the file system allocates without. Any thread.
     *
     * @return bytes.
     */
    public long growthBytesWritten()
    {
        return extents.bytesWritten();
    }

    /**
     * Whether a checkpoint would bring back much room: pages freed that only a freeze makes usable again are more than a quarter of those
     * in use, and more than a few MiB; or half the pool is changed. Whoever runs the store begins one then. Any thread; as of the writer's
     * last {@link #releaseCheckpointed()}.
     *
     * @return true if so.
     */
    public boolean isCheckpointDue()
    {
        return isCheckpointDue;
    }

    /**
     * Pages freed since the last freeze, all of them replaced by others: what a checkpoint now would write that the next one may have to
     * write again. Any thread; as of the writer's last {@link #releaseCheckpointed()}.
     *
     * @return bytes.
     */
    public long freedBytes()
    {
        return (long)freedPages * PAGE_LENGTH;
    }

    private void judgeCheckpoint()
    {
        final int freed = pages.freePages().freedCount();
        if (freed != freedPages)
        {
            freedPages = freed;
        }
        final boolean isDue = pages.dirtyCount() > pages.pool().maxFrames() / 2 ||
            freed > FREED_PAGES_MIN && freed > (pages.highWater() - pages.freePages().freeCount()) / FREED_SHARE;
        if (isDue != isCheckpointDue)
        {
            isCheckpointDue = isDue;
        }
    }

    /**
     * Checkpoints completed since open.
     *
     * @return count.
     */
    public long checkpointCount()
    {
        return checkpointCount;
    }

    /**
     * How often {@link #reserve(int)} said no.
     *
     * @return count since open.
     */
    public long refusedReservations()
    {
        return refusedReservations;
    }

    /**
     * The number of the newest durable or frozen state.
     *
     * @return 0 for a new store, one more with each freeze.
     */
    public long lastFrozen()
    {
        return pages.checkpoint() - 1;
    }

    /**
     * Takes the state of another store in place of its own, with that one's file: trees and user header stay the same objects, cursors have
     * to seek. Writer thread, between entries; does not block. Snapshots and a checkpoint under way go on with the old state; who
     * waits for a pin waits in vain. No other thread may be in {@link #housekeeping()}.
     *
     * @param other opened by whoever calls and not used; it is empty and closed afterwards.
     * @return what was replaced, to be closed.
     */
    public RetiredStore replaceBy(final TreeStore other)
    {
        final RetiredStore retired = new RetiredStore(name, ownsFile ? file : null, pages, checkpoint);
        file = other.file;
        ownsFile = other.ownsFile;
        extents = other.extents;
        pages = other.pages;
        meta = other.meta;
        name = other.name;
        openedCheckpoint = other.openedCheckpoint;
        checkpoint = null;
        userHeader.putBytes(0, other.userHeader, 0, USER_HEADER_LENGTH);
        RetiredStore.replaceTrees(trees, other.trees, pages, workspace, meta);
        freeTree = new FreeTree(trees[0], pages.freePages(), name);
        tail = new FileTail(pages, extents);
        other.closeTrees();
        return retired;
    }

    /**
     * Frees all memory, unmaps and closes the file. What was not checkpointed is lost. No other thread may be in here.
     *
     * @throws IllegalStateException if a root is still pinned: its reader would read freed memory.
     */
    @Override
    public void close()
    {
        if (pages.pins().count() > 0)
        {
            throw new IllegalStateException(name + " is to be closed and " + pages.pins().count() + " roots are still pinned");
        }
        pages.close();
        closeTrees();
        if (ownsFile)
        {
            file.close();
        }
    }

    private void closeTrees()
    {
        workspace.close();
        for (final Tree tree : trees)
        {
            if (tree != null)
            {
                tree.close();
            }
        }
    }

    private int freeTreePages()
    {
        return FreeTree.worstCasePages(pages.freePages().chunkCapacity());
    }

    /**
     * Beside the entry's own pages there must be frames for one writing of the free list, and page numbers for two: what the first one
     * frees is usable only after the second.
     */
    private boolean hasRoomFor(final int pageCount)
    {
        final int freeTreePages = freeTreePages();
        final int wanted = pageCount + 2 * freeTreePages;
        return pages.pool().freeCount() >= pageCount + freeTreePages && pages.usable() >= wanted &&
            (pages.freePages().notReadCount() <= 0 || pages.freePages().availableCount() >= wanted);
    }

    private boolean reserveSlowly(final int pageCount)
    {
        if (pageCount + freeTreePages() > pages.pool().maxFrames())
        {
            throw new IllegalArgumentException(pageCount + " pages are wanted at once, the pool has " + pages.pool().maxFrames());
        }
        releaseCheckpointed();
        reclaim();
        pages.makeRoom(pageCount + freeTreePages());
        int wanted = pageCount + 2 * freeTreePages();
        freeTree.readUntil(wanted, READ_SLICE_CHUNKS);
        while (pages.usable() < wanted && adoptExtent())
        {
            wanted = pageCount + 2 * freeTreePages();
        }
        final boolean hasRoom = pages.pool().freeCount() >= pageCount + freeTreePages() && pages.usable() >= wanted;
        refusedReservations += hasRoom ? 0 : 1;
        return hasRoom;
    }

    private boolean adoptExtent()
    {
        extents.wantMore();
        ByteBuffer map = extents.take();
        while (map == null && growsInline && extents.prepare())
        {
            map = extents.take();
        }
        if (map == null)
        {
            return false;
        }
        pages.addExtent(map);
        return true;
    }
}
