package io.tourbillon.bptree;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.Arrays;

/**
 * A place from which one thread, not the writer's, reads a store: it asks for a root, gets it in the writer's next
 * {@link TreeStore#serveReaders()}, reads it as long as it likes and lets go. The writer never waits for it, nor it for the writer's work.
 * <p>
 * What a pin costs: pages that it can see and that are freed meanwhile are not used again, so the file grows with the pin's age; frames of
 * the pool that it might be looking at are not used again, so a pin that does not {@link #pass()} now and then starves the pool, and
 * {@link TreeStore#reserve(int)} says no. So short pins for reads; state transfer and backup, which pin for long, pass between any two
 * chunks, and give up when {@link #isToEnd()} says so. One thread at a time.
 */
public final class Snapshot implements AutoCloseable
{
    private final Pin pin = new Pin(this);
    private final Pins pins;
    private final SnapshotPages pages;
    private final KeyScratch key = new KeyScratch();
    private final SnapshotTree[] trees = new SnapshotTree[MetaPage.TREES];
    private final String[] names = new String[MetaPage.TREES];
    private final UnsafeBuffer userHeader = new UnsafeBuffer(new byte[TreeStore.USER_HEADER_LENGTH]);
    private boolean isClosed;

    Snapshot(final Pins pins, final SnapshotPages pages)
    {
        this.pins = pins;
        this.pages = pages;
        for (int id = 1; id < trees.length; id++)
        {
            trees[id] = new SnapshotTree(id, this, pages, key);
        }
    }

    /**
     * Asks for a root, or sees whether it has come. The root has everything that the writer had done when this was first called. Does not
     * block: call it again, in each duty cycle, while it says false.
     *
     * @return true if a root is pinned.
     */
    public boolean tryPin()
    {
        if (isClosed)
        {
            throw new IllegalStateException("the snapshot is closed");
        }
        if (pin.isIdle())
        {
            pin.ask();
        }
        return pin.isPinned();
    }

    /**
     * Tells whether a root is held. Its thread.
     *
     * @return true from the {@link #tryPin()} that said so to {@link #unpin()}.
     */
    public boolean isPinned()
    {
        return pin.isPinned();
    }

    /**
     * Lets go of the root, or withdraws the question for one. All views and cursors are void. Costs one store.
     */
    public void unpin()
    {
        pin.letGo();
    }

    /**
     * Says that no view of a value or key is held any more, so that the writer may use the memory behind it; the root stays. Call it
     * between any two bounded pieces of work. Cursors stay where they are. Costs a load and a store.
     */
    public void pass()
    {
        assert pin.isPinned();
        pin.pass(pins.frameEpoch());
        pages.pass();
    }

    /**
     * Tells whether the store's owner wants this pin gone: {@link TreeStore#askPinsToEnd(long)}.
     *
     * @return true if the reader should unpin soon, and start again or fail.
     */
    public boolean isToEnd()
    {
        return pin.isToEnd();
    }

    /**
     * The caller's header as it was with this root.
     *
     * @return {@link TreeStore#USER_HEADER_LENGTH} bytes, valid until {@link #unpin()}.
     */
    public DirectBuffer userHeader()
    {
        assert pin.isPinned();
        return userHeader;
    }

    /**
     * A tree by its name. While pinned.
     *
     * @param name that {@link TreeStore#tree(String)} was called with.
     * @return the tree, the same object each time; null if this root knows no such tree.
     */
    public SnapshotTree tree(final String name)
    {
        assert pin.isPinned();
        final int id = Arrays.asList(names).indexOf(name);
        return id < 0 ? null : trees[id];
    }

    /**
     * Unpins, gives the place back and frees its memory.
     */
    @Override
    public void close()
    {
        if (!isClosed)
        {
            isClosed = true;
            pin.letGo();
            pins.remove(pin);
            key.close();
        }
    }

    Pin pin()
    {
        return pin;
    }

    /** The tree of an id from 1 on, named {@link #nameOf(int)}. */
    SnapshotTree treeAt(final int id)
    {
        assert pin.isPinned();
        return trees[id];
    }

    /** Null if this root knows no such tree. */
    String nameOf(final int id)
    {
        assert pin.isPinned();
        return names[id];
    }

    int extentBytes()
    {
        return pages.extentBytes();
    }

    /** Writer, of one that has asked: fills in the root as it is now. What is in here is the reader's once it is granted. */
    void capture(final Tree[] current, final int pagesEnd, final DirectBuffer header)
    {
        pages.capture(pagesEnd);
        userHeader.putBytes(0, header, 0, TreeStore.USER_HEADER_LENGTH);
        for (int id = 1; id < trees.length; id++)
        {
            if (current[id] == null)
            {
                names[id] = null;
                trees[id].captureAbsent();
            }
            else
            {
                names[id] = current[id].name();
                trees[id].capture(current[id]);
            }
        }
    }
}
