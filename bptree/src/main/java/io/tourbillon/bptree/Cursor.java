package io.tourbillon.bptree;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * A place in a tree, or in a snapshot's tree. Reusable, does not allocate once its buffers have grown to the longest value seen. The thread
 * of the tree. Any write to the tree invalidates it: seek again. It bears {@link TreeStore#reserve(int)}, {@link TreeStore#serveReaders()}
 * and {@link Snapshot#pass()}, which end the views it gave.
 */
public final class Cursor
{
    private final TreeView tree;
    private final KeyScratch wanted;
    private final long[] page = new long[TreePath.MAX_HEIGHT];
    private final int[] slot = new int[TreePath.MAX_HEIGHT];
    private final UnsafeBuffer keyBytes = new UnsafeBuffer(ByteBuffer.allocateDirect(KeyScratch.CAPACITY));
    private final long keyAddress = keyBytes.addressOffset();
    private final UnsafeBuffer keyView = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer valueView = new UnsafeBuffer(0, 0);
    private final ValueScratch scratch = new ValueScratch();

    private PageSource pages;
    private long leaf;
    private int leafSlot;
    private int leafCount;
    private int leafLevel;
    private boolean isValid;
    /** Whether the leaf's prefix is in the buffer of the key. */
    private boolean hasPrefix;
    private long seenChange;
    private long seenRelease;
    private long pulled;

    Cursor(final TreeView tree, final KeyScratch wanted)
    {
        this.tree = tree;
        this.pages = tree.pages();
        this.wanted = wanted;
    }

    /**
     * Goes to the first entry with a key at or after the given one.
     *
     * @param key    holds it.
     * @param offset of its first byte.
     * @param length in bytes; 0 means the very first.
     * @return true if there is such an entry.
     */
    public boolean seek(final DirectBuffer key, final int offset, final int length)
    {
        if (!descend(key, offset, length))
        {
            return false;
        }
        leafSlot = leafSlot >= 0 ? leafSlot : ~leafSlot;
        isValid = leafSlot < leafCount || nextLeaf();
        return isValid;
    }

    /**
     * Goes to the last entry with a key at or before the given one.
     *
     * @param key    holds it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return true if there is such an entry.
     */
    public boolean seekFloor(final DirectBuffer key, final int offset, final int length)
    {
        if (!descend(key, offset, length))
        {
            return false;
        }
        leafSlot = leafSlot >= 0 ? leafSlot : ~leafSlot - 1;
        isValid = leafSlot >= 0 || previousLeaf();
        return isValid;
    }

    /**
     * Goes to the first entry.
     *
     * @return false if the tree is empty.
     */
    public boolean first()
    {
        isValid = begin();
        if (isValid)
        {
            goDown(0, tree.root(), true);
        }
        return isValid;
    }

    /**
     * Goes to the last entry.
     *
     * @return false if the tree is empty.
     */
    public boolean last()
    {
        isValid = begin();
        if (isValid)
        {
            goDown(0, tree.root(), false);
        }
        return isValid;
    }

    /**
     * Goes to the following entry; the cursor must be valid.
     *
     * @return false at the end; the cursor is invalid then.
     */
    public boolean next()
    {
        refresh();
        if (++leafSlot == leafCount)
        {
            isValid = nextLeaf();
        }
        return isValid;
    }

    /**
     * Goes to the entry before; the cursor must be valid.
     *
     * @return false at the beginning; the cursor is invalid then.
     */
    public boolean previous()
    {
        refresh();
        if (--leafSlot < 0)
        {
            isValid = previousLeaf();
        }
        return isValid;
    }

    /**
     * Tells whether the cursor stands on an entry.
     *
     * @return true if so.
     */
    public boolean isValid()
    {
        return isValid;
    }

    /**
     * The key here, in a buffer of the cursor's own: valid until the cursor moves; offset 0, length = capacity.
     *
     * @return a view.
     */
    public DirectBuffer key()
    {
        refresh();
        if (!hasPrefix)
        {
            SlottedPage.copyPrefix(leaf, keyAddress);
            hasPrefix = true;
        }
        final int length = SlottedPage.copySuffix(leaf, leafSlot, keyAddress);
        KeyTails.read(pages, tree.id(), leaf, leafSlot, keyAddress, length);
        keyView.wrap(keyAddress, length);
        return keyView;
    }

    /**
     * The value here: a view on the page, or on a buffer of the cursor's own where the value spans pages. Valid until the cursor
     * moves or the tree changes; offset 0, length = capacity.
     *
     * @return a view.
     */
    public DirectBuffer value()
    {
        refresh();
        LeafPage.wrapValue(pages, tree.id(), leaf, leafSlot, valueView, scratch);
        return valueView;
    }

    private void refresh()
    {
        assert isValid : "the cursor stands on no entry";
        assert seenChange == tree.changeCount() : "the tree has changed: seek again";
        if (seenRelease != pages.releaseCount())
        {
            findPagesAgain();
        }
    }

    /** The same pages by number, which may be elsewhere in memory by now; slots stay as they are. */
    private void findPagesAgain()
    {
        seenRelease = pages.releaseCount();
        int number = tree.root();
        for (int level = 0; level < leafLevel; level++)
        {
            page[level] = pages.address(number, tree.id());
            number = BranchPage.child(page[level], slot[level]);
        }
        enterLeaf(number);
    }

    private boolean begin()
    {
        seenChange = tree.changeCount();
        pages = tree.pages();
        seenRelease = pages.releaseCount();
        leafLevel = tree.height() - 1;
        isValid = false;
        return tree.root() != PageLayout.NO_PAGE;
    }

    /** Leaves what the search in the leaf found in leafSlot. */
    private boolean descend(final DirectBuffer key, final int offset, final int length)
    {
        if (!begin())
        {
            return false;
        }
        wanted.set(key, offset, length);
        int number = tree.root();
        for (int level = 0; level < leafLevel; level++)
        {
            page[level] = pages.address(number, tree.id());
            slot[level] = BranchPage.childSlot(pages, tree.id(), page[level], wanted.address(), length);
            number = BranchPage.child(page[level], slot[level]);
        }
        enterLeaf(number);
        leafSlot = LeafPage.search(pages, tree.id(), leaf, wanted.address(), length);
        return true;
    }

    private void enterLeaf(final int number)
    {
        leaf = pages.address(number, tree.id());
        leafCount = PageLayout.slotCount(leaf);
        hasPrefix = false;
    }

    private boolean nextLeaf()
    {
        for (int level = leafLevel - 1; level >= 0; level--)
        {
            if (slot[level] + 1 < PageLayout.slotCount(page[level]))
            {
                slot[level]++;
                goDown(level + 1, BranchPage.child(page[level], slot[level]), true);
                return true;
            }
        }
        return false;
    }

    private boolean previousLeaf()
    {
        for (int level = leafLevel - 1; level >= 0; level--)
        {
            if (slot[level] > 0)
            {
                slot[level]--;
                goDown(level + 1, BranchPage.child(page[level], slot[level]), false);
                return true;
            }
        }
        return false;
    }

    /** To the outermost leaf below a page. */
    private void goDown(final int fromLevel, final int fromNumber, final boolean isToFirst)
    {
        int number = fromNumber;
        for (int level = fromLevel; level < leafLevel; level++)
        {
            page[level] = pages.address(number, tree.id());
            slot[level] = isToFirst ? 0 : PageLayout.slotCount(page[level]) - 1;
            number = BranchPage.child(page[level], slot[level]);
        }
        enterLeaf(number);
        pulled += LeafPage.pull(leaf);
        leafSlot = isToFirst ? 0 : leafCount - 1;
    }
}
