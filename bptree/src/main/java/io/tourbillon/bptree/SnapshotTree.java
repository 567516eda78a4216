package io.tourbillon.bptree;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One tree as a pinned root has it. For the thread of its {@link Snapshot}, and only while that is pinned; nothing here blocks but for a
 * page fault on the mapped file, nothing allocates in steady state. Keep it: it follows its snapshot from pin to pin.
 */
public final class SnapshotTree extends TreeView
{
    private final int id;
    private final Snapshot snapshot;
    private final SnapshotPages pages;
    private final KeyScratch key;
    private final ValueScratch scratch = new ValueScratch();
    private int root;
    private int height;
    private long size;
    private long liveSize;
    private long pinCount;

    SnapshotTree(final int id, final Snapshot snapshot, final SnapshotPages pages, final KeyScratch key)
    {
        this.id = id;
        this.snapshot = snapshot;
        this.pages = pages;
        this.key = key;
    }

    /**
     * Looks a key up.
     *
     * @param wanted holds it.
     * @param offset of its first byte.
     * @param length in bytes, in [0, {@link Tree#MAX_KEY_LENGTH}].
     * @param value  is wrapped over the value, or over this tree's own buffer where the value spans pages: valid until the next get of
     *               such a value, and until {@link Snapshot#pass()} or {@link Snapshot#unpin()}. Untouched when there is no such key.
     * @return true if the key is there.
     */
    public boolean get(final DirectBuffer wanted, final int offset, final int length, final UnsafeBuffer value)
    {
        assert snapshot.isPinned();
        if (root == PageLayout.NO_PAGE)
        {
            return false;
        }
        key.set(wanted, offset, length);
        long page = pages.address(root, id);
        for (int level = height - 1; level > 0; level--)
        {
            page = pages.address(BranchPage.child(page, BranchPage.childSlot(pages, id, page, key.address(), length)), id);
        }
        final int slot = LeafPage.search(pages, id, page, key.address(), length);
        if (slot < 0)
        {
            return false;
        }
        LeafPage.wrapValue(pages, id, page, slot, value, scratch);
        return true;
    }

    /**
     * How many entries there are, in O(1).
     *
     * @return count of entries.
     */
    public long size()
    {
        assert snapshot.isPinned();
        return size;
    }

    /**
     * A new cursor over this tree: make it once, use it for ever. It survives {@link Snapshot#pass()}, the views that it gave do not;
     * after a new pin it has to seek again.
     *
     * @return a cursor that is not valid yet.
     */
    public Cursor cursor()
    {
        return new Cursor(this, key);
    }

    /** Writer, before it grants. */
    void capture(final Tree tree)
    {
        root = tree.root();
        height = tree.height();
        size = tree.size();
        liveSize = tree.liveSize();
        pinCount++;
    }

    /** Writer, before it grants: there is no such tree at that root. */
    void captureAbsent()
    {
        root = PageLayout.NO_PAGE;
        height = 0;
        size = 0;
        liveSize = 0;
        pinCount++;
    }

    /** Entries that were put as live. */
    long liveSize()
    {
        assert snapshot.isPinned();
        return liveSize;
    }

    @Override
    int id()
    {
        return id;
    }

    @Override
    PageSource pages()
    {
        return pages;
    }

    @Override
    int root()
    {
        assert snapshot.isPinned();
        return root;
    }

    @Override
    int height()
    {
        return height;
    }

    @Override
    long changeCount()
    {
        return pinCount;
    }
}
