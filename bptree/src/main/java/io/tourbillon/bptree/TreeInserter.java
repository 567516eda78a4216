package io.tourbillon.bptree;

import static io.tourbillon.bptree.PageLayout.*;

/**
 * Puts. A page that is full is split, or, if its parent has no room for one more child, the parent is split first; after each split the
 * put begins again at the root, so each step is small and leaves a sound tree.
 */
final class TreeInserter
{
    private final Tree tree;
    private final Pages pages;
    private final Workspace workspace;
    private final TreePath path;

    TreeInserter(final Tree tree, final Pages pages, final Workspace workspace, final TreePath path)
    {
        this.tree = tree;
        this.pages = pages;
        this.workspace = workspace;
        this.path = path;
    }

    /**
     * The path is where the key is or belongs.
     *
     * @return true if the key is new.
     */
    boolean put(final Object base, final long value, final int valueLength, final boolean isLive)
    {
        path.leave();
        final long key = path.key().address();
        final int keyLength = path.key().length();
        path.touch();
        final boolean isNew = !path.isFound();
        final boolean isInline = LeafPage.isInline(keyLength, valueLength);
        final int payloadLength = isInline ? valueLength : LeafPage.OVERFLOW_REFERENCE_LENGTH;
        long cell = isNew ? 0 : takeOver(payloadLength, isLive);
        if (cell == 0)
        {
            cell = insert(key, keyLength, payloadLength);
            tree.addSize(1, isLive ? 1 : 0);
        }
        final long payload = cell + LeafPage.FIXED_LENGTH + SlottedPage.restLength(path.leaf(), keyLength - prefixLength(path.leaf()));
        fill(cell, payload, isInline, isLive, base, value, valueLength);
        path.stay();
        return isNew;
    }

    private void fill(
        final long cell,
        final long payload,
        final boolean isInline,
        final boolean isLive,
        final Object base,
        final long value,
        final int valueLength)
    {
        if (isInline)
        {
            LeafPage.inlineLength(cell, valueLength, isLive);
            Bytes.copy(base, value, payload, valueLength);
        }
        else
        {
            LeafPage.overflow(cell, isLive);
            LeafPage.overflowReference(payload, OverflowPages.write(pages, tree.id(), base, value, valueLength), valueLength);
        }
    }

    /**
     * Keeps the entry of the value to be replaced if the page has room for the new one; otherwise removes it.
     *
     * @return the cell, or 0 if the entry is gone.
     */
    private long takeOver(final int payloadLength, final boolean isLive)
    {
        final long leaf = path.leaf();
        final int slot = path.leafSlot();
        final int wasLive = LeafPage.live(LeafPage.cell(leaf, slot));
        tree.freeValue(leaf, slot);
        final long cell = SlottedPage.resize(leaf, slot, payloadLength);
        if (cell == 0)
        {
            KeyTails.free(pages, tree.id(), leaf, slot);
            SlottedPage.remove(leaf, slot);
            tree.addSize(-1, -wasLive);
        }
        else if (isLive != (wasLive == 1))
        {
            tree.addSize(0, isLive ? 1 : -1);
        }
        return cell;
    }

    private long insert(final long key, final int keyLength, final int payloadLength)
    {
        long cell = workspace.builder.insert(path.leaf(), path.leafSlot(), key, keyLength, payloadLength);
        while (cell == 0)
        {
            split(key, keyLength);
            path.descend();
            assert !path.isFound();
            cell = workspace.builder.insert(path.leaf(), path.leafSlot(), key, keyLength, payloadLength);
        }
        KeyTails.write(pages, tree.id(), path.leaf(), path.leafSlot(), key, keyLength);
        return cell;
    }

    private void split(final long key, final int keyLength)
    {
        final boolean isAppending = path.isAppending();
        int level = path.leafLevel();
        while (level > 0 && !splitAt(level, isAppending, key, keyLength))
        {
            level--;
        }
        if (level == 0)
        {
            growRoot();
        }
    }

    /** A branch above the root, with the old root as its only child: now the root can be split. */
    private void growRoot()
    {
        final long old = path.page[0];
        final long root = pages.allocate(BRANCH, tree.id());
        SlottedPage.insert(root, 0, 0, 0, 0);
        BranchPage.fill(root, 0, old);
        assert tree.height() < TreePath.MAX_HEIGHT;
        tree.root(number(root), tree.height() + 1);
    }

    /**
     * Splits the page at a level of the path; an append leaves the left page full (100/0).
     *
     * @return false if the parent has no room: nothing changed but its layout.
     */
    private boolean splitAt(final int level, final boolean isAppending, final long key, final int keyLength)
    {
        final long page = path.page[level];
        final long parent = path.page[level - 1];
        final int parentSlot = path.slot[level - 1];
        final int count = slotCount(page);
        final int from = type(page) == LEAF ? splitLeaf(page, isAppending, key, keyLength) : splitBranch(page, isAppending);
        final KeyScratch separator = workspace.separator;
        if (workspace.builder.insert(parent, parentSlot + 1, separator.address(), separator.length(), 0) == 0)
        {
            return false;
        }
        if (type(page) == LEAF)
        {
            KeyTails.write(pages, tree.id(), parent, parentSlot + 1, separator.address(), separator.length());
        }
        else
        {
            KeyTails.hand(parent, parentSlot + 1, KeyTails.firstPage(page, from)); // the key goes up, and nobody keeps it here
        }
        final long right = pages.allocate(type(page), tree.id());
        if (from < count)
        {
            workspace.builder.split(page, from, right);
            BranchPage.fill(parent, parentSlot, page);
        }
        BranchPage.fill(parent, parentSlot + 1, right);
        return true;
    }

    /** Chooses where to split a leaf and leaves the shortest key that tells the halves apart in the workspace. */
    private int splitLeaf(final long page, final boolean isAppending, final long key, final int keyLength)
    {
        final int count = slotCount(page);
        final KeyScratch left = workspace.neighbour;
        final KeyScratch separator = workspace.separator;
        if (isAppending)
        {
            left.take(pages, tree.id(), page, count - 1);
            separator.shortest(left, key, keyLength);
            return count;
        }
        assert count >= 2 : "two of the largest cells fit a page";
        final int from = middle(page);
        left.take(pages, tree.id(), page, from - 1);
        separator.take(pages, tree.id(), page, from);
        separator.shortest(left, separator.address(), separator.length());
        return from;
    }

    private int splitBranch(final long page, final boolean isAppending)
    {
        assert slotCount(page) >= 2 : "two of the largest cells fit a page";
        final int from = isAppending ? slotCount(page) - 1 : middle(page);
        workspace.separator.take(pages, tree.id(), page, from);
        return from;
    }

    /** The slot where half of the slots' and cells' bytes are to the left; at least one slot stays on either side. */
    private static int middle(final long page)
    {
        final int count = slotCount(page);
        final int half = (SlottedPage.heapEnd(page) - SlottedPage.SLOTS_OFFSET - SlottedPage.totalFree(page)) / 2;
        int length = 0;
        int index = 0;
        while (index < count - 1 && length < half)
        {
            length += SlottedPage.slotLength(page) + SlottedPage.cellLength(page, index);
            index++;
        }
        return Math.max(1, index);
    }
}
