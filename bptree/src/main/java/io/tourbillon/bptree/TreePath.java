package io.tourbillon.bptree;

import org.agrona.DirectBuffer;

/**
 * A key, the pages from a tree's root to the leaf where it is or belongs, and the slot taken in each; the last slot is the leaf's.
 * <p>
 * All gets and writes of a tree go by its one path, and it stays where they leave it: a put of the key just looked up does not descend
 * again, and neither does a put of a key behind the tree's last one right after the put of that one.
 */
final class TreePath implements AutoCloseable
{
    /** With two children a branch, the fewest that the longest keys allow, 31 levels hold all page numbers there are. */
    static final int MAX_HEIGHT = 40;

    final long[] page = new long[MAX_HEIGHT];
    final int[] slot = new int[MAX_HEIGHT];
    private final Tree tree;
    private final Pages pages;
    private final KeyScratch key = new KeyScratch();
    private boolean isHere;
    private boolean isFound;
    private long seenRelease;

    TreePath(final Tree tree, final Pages pages)
    {
        this.tree = tree;
        this.pages = pages;
    }

    /** Goes to where a key is or belongs. The tree must not be empty. */
    void seek(final DirectBuffer wanted, final int offset, final int length)
    {
        if (isHere && seenRelease == pages.releaseCount())
        {
            final int c = key.compareOther(wanted, offset, length);
            if (c == 0)
            {
                return;
            }
            if (isAtEnd() && c > 0)
            {
                key.set(wanted, offset, length);
                slot[leafLevel()] = PageLayout.slotCount(leaf());
                isFound = false;
                return;
            }
        }
        key.set(wanted, offset, length);
        descend();
    }

    /** Goes down to where the key at hand is or belongs. */
    void descend()
    {
        isHere = false;
        final long wanted = key.address();
        final int length = key.length();
        final int treeId = tree.id();
        final int last = tree.height() - 1;
        long at = pages.address(tree.root(), treeId);
        for (int level = 0; level < last; level++)
        {
            page[level] = at;
            slot[level] = BranchPage.childSlot(pages, treeId, at, wanted, length);
            at = pages.address(BranchPage.child(at, slot[level]), treeId);
        }
        page[last] = at;
        final int found = LeafPage.search(pages, treeId, at, wanted, length);
        isFound = found >= 0;
        slot[last] = isFound ? found : ~found;
        seenRelease = pages.releaseCount();
        isHere = true;
    }

    /** The tree is about to change: unless {@link #stay()} follows, the next seek descends. */
    void leave()
    {
        isHere = false;
    }

    /** The change is made, the path was kept true to it, and the key is in the tree. */
    void stay()
    {
        isFound = true;
        isHere = true;
    }

    KeyScratch key()
    {
        return key;
    }

    boolean isFound()
    {
        return isFound;
    }

    int leafLevel()
    {
        return tree.height() - 1;
    }

    long leaf()
    {
        return page[tree.height() - 1];
    }

    int leafSlot()
    {
        return slot[tree.height() - 1];
    }

    /** Makes every page of the path private. A private page has only private pages above it. */
    void touch()
    {
        final int last = tree.height() - 1;
        if (pages.isPrivate(page[last]))
        {
            return;
        }
        for (int level = 0; level <= last; level++)
        {
            if (!pages.isPrivate(page[level]))
            {
                page[level] = pages.copy(page[level]);
                final int number = PageLayout.number(page[level]);
                if (level == 0)
                {
                    tree.root(number, tree.height());
                }
                else
                {
                    BranchPage.child(page[level - 1], slot[level - 1], number);
                }
            }
        }
    }

    /** Corrects the counts of the branches above the leaf. */
    void addEntries(final int entries, final int live)
    {
        for (int level = tree.height() - 2; level >= 0; level--)
        {
            BranchPage.add(page[level], slot[level], entries, live);
        }
    }

    /** Whether the slot taken is behind the last key of the whole tree. */
    boolean isAppending()
    {
        return isOnRightEdge() && leafSlot() == PageLayout.slotCount(leaf());
    }

    /** Whether no key of the tree is greater than the key at hand. */
    private boolean isAtEnd()
    {
        return isOnRightEdge() && leafSlot() + (isFound ? 1 : 0) == PageLayout.slotCount(leaf());
    }

    private boolean isOnRightEdge()
    {
        for (int level = leafLevel() - 1; level >= 0; level--)
        {
            if (slot[level] != PageLayout.slotCount(page[level]) - 1)
            {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close()
    {
        key.close();
    }
}
