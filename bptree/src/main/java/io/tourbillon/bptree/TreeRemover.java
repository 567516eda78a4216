package io.tourbillon.bptree;

import static io.tourbillon.bptree.PageLayout.*;

/**
 * Removes. A page without entries is freed at once; one filled less than a quarter is merged with a neighbour under the same parent
 * if both together fill at most three quarters; a root with a single child gives way to it.
 */
final class TreeRemover
{
    private static final int UNDERFULL_LENGTH = SlottedPage.SLOTTED_LENGTH / 4;
    private static final int MERGED_LENGTH_MAX = SlottedPage.SLOTTED_LENGTH / 4 * 3;

    private final Tree tree;
    private final Pages pages;
    private final Workspace workspace;
    private final TreePath path;

    TreeRemover(final Tree tree, final Pages pages, final Workspace workspace, final TreePath path)
    {
        this.tree = tree;
        this.pages = pages;
        this.workspace = workspace;
        this.path = path;
    }

    /** The path is at the key, which is there. */
    void remove()
    {
        assert path.isFound() : "nothing to remove";
        path.leave();
        path.touch();
        tree.freeValue(path.leaf(), path.leafSlot());
        KeyTails.free(pages, tree.id(), path.leaf(), path.leafSlot());
        tree.addSize(-1, -LeafPage.live(LeafPage.cell(path.leaf(), path.leafSlot())));
        SlottedPage.remove(path.leaf(), path.leafSlot());
        shrink();
    }

    private void shrink()
    {
        int level = path.leafLevel();
        while (level >= 0 && (freeIfEmpty(level) || mergeIfUnderfull(level)))
        {
            level--;
        }
        while (tree.height() > 1)
        {
            final long root = pages.address(tree.root(), tree.id());
            if (slotCount(root) > 1)
            {
                break;
            }
            tree.root(BranchPage.child(root, 0), tree.height() - 1);
            pages.free(root);
        }
    }

    private boolean freeIfEmpty(final int level)
    {
        final long page = path.page[level];
        if (slotCount(page) != 0)
        {
            return false;
        }
        pages.free(page);
        if (level == 0)
        {
            tree.root(NO_PAGE, 0);
        }
        else
        {
            final long parent = path.page[level - 1];
            final int slot = path.slot[level - 1];
            if (slot > 0 || slotCount(parent) > 1)
            {
                KeyTails.free(pages, tree.id(), parent, Math.max(1, slot)); // without the first child the second needs no key
            }
            removeChild(parent, slot);
        }
        return true;
    }

    private boolean mergeIfUnderfull(final int level)
    {
        final long page = path.page[level];
        if (level == 0 || used(page) >= UNDERFULL_LENGTH)
        {
            return false;
        }
        final long parent = path.page[level - 1];
        final int slot = path.slot[level - 1];
        return slot + 1 < slotCount(parent) && mergeWithRight(page, parent, slot) || slot > 0 && mergeWithLeft(page, parent, slot);
    }

    private boolean mergeWithRight(final long page, final long parent, final int slot)
    {
        final long right = pages.address(BranchPage.child(parent, slot + 1), tree.id());
        return merge(page, right, parent, slot, page);
    }

    private boolean mergeWithLeft(final long page, final long parent, final int slot)
    {
        final long left = pages.address(BranchPage.child(parent, slot - 1), tree.id());
        return merge(left, page, parent, slot - 1, page);
    }

    /** Two neighbours become one, in the page that is private already; the other is freed, not copied. */
    private boolean merge(final long left, final long right, final long parent, final int leftSlot, final long target)
    {
        if (used(left) + used(right) > MERGED_LENGTH_MAX)
        {
            return false;
        }
        final KeyScratch separator = workspace.separator;
        separator.take(pages, tree.id(), parent, leftSlot + 1);
        if (!workspace.builder.merge(left, right, separator, KeyTails.firstPage(parent, leftSlot + 1), target))
        {
            return false;
        }
        if (type(target) == LEAF)
        {
            KeyTails.free(pages, tree.id(), parent, leftSlot + 1);
        }
        BranchPage.fill(parent, leftSlot, target);
        removeChild(parent, leftSlot + 1);
        pages.free(target == left ? right : left);
        return true;
    }

    private static void removeChild(final long parent, final int slot)
    {
        SlottedPage.remove(parent, slot);
        if (slot == 0 && slotCount(parent) > 0)
        {
            SlottedPage.dropKey(parent);
        }
    }

    private static int used(final long page)
    {
        return SlottedPage.SLOTTED_LENGTH - SlottedPage.totalFree(page);
    }
}
