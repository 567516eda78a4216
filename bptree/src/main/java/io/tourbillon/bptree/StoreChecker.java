package io.tourbillon.bptree;

import java.util.Arrays;
import java.util.BitSet;

import static io.tourbillon.bptree.PageLayout.*;

/** Walks a whole store and proves what must hold. Slow and allocating; for verify and tests. */
final class StoreChecker
{
    private static final int PAGES_PER_WORD = 1024;

    private final Pages pages;
    private final Tree[] trees;
    private final StoreInspector.Progress progress;
    private final BitSet seen = new BitSet();
    private Tree tree;
    private long liveFound;
    private long walked;

    StoreChecker(final Pages pages, final Tree[] trees, final StoreInspector.Progress progress)
    {
        this.pages = pages;
        this.trees = trees;
        this.progress = progress;
    }

    void check()
    {
        for (final Tree each : trees)
        {
            if (each != null)
            {
                tree = each;
                liveFound = 0;
                final long found = each.root() == NO_PAGE ? 0 : checkPage(each.root(), each.height(), Long.MAX_VALUE, null, null);
                require(found == each.size(), "holds " + found + " entries, should hold " + each.size());
                require(liveFound == each.liveSize(), "holds " + liveFound + " live entries, should hold " + each.liveSize());
            }
        }
        for (int number = FIRST_PAGE; number < pages.highWater(); number++)
        {
            final boolean isFree = pages.freePages().isFree(number);
            require(seen.get(number) != isFree, "page " + number + (isFree ? " is used and free" : " is neither used nor free"));
        }
        tell();
    }

    private void tell()
    {
        progress.onPages(walked, pages.highWater() - FIRST_PAGE - pages.freePages().freeCount());
    }

    /** @return entries below it. */
    private long checkPage(final int number, final int height, final long parentCheckpoint, final byte[] low, final byte[] high)
    {
        final long page = page(number, parentCheckpoint);
        final int count = slotCount(page);
        require(type(page) == (height == 1 ? LEAF : BRANCH), "page " + number + " is of type " + type(page) + " at height " + height);
        require(count > 0, "page " + number + " is empty");
        checkLayout(page);
        byte[] previous = null;
        long entries = 0;
        for (int i = 0; i < count; i++)
        {
            final boolean isKeyless = height > 1 && i == 0;
            final byte[] key = isKeyless ? low : key(page, i);
            require(isKeyless || previous == null || compare(previous, key) < 0, "page " + number + " slot " + i + " is out of order");
            require(isKeyless || low == null || compare(low, key) <= 0, "page " + number + " slot " + i + " is below its parent's key");
            require(isKeyless || high == null || compare(key, high) < 0, "page " + number + " slot " + i + " belongs further right");
            if (height == 1)
            {
                checkValue(page, i);
                entries++;
                liveFound += LeafPage.live(LeafPage.cell(page, i));
            }
            else
            {
                final byte[] end = i + 1 < count ? key(page, i + 1) : high;
                final long liveBefore = liveFound;
                final long below = checkPage(BranchPage.child(page, i), height - 1, checkpoint(page), key, end);
                require(below == BranchPage.entries(page, i), "page " + number + " slot " + i + " counts " +
                    BranchPage.entries(page, i) + " entries, there are " + below);
                require(liveFound - liveBefore == BranchPage.live(page, i), "page " + number + " slot " + i + " counts " +
                    BranchPage.live(page, i) + " live entries, there are " + (liveFound - liveBefore));
                entries += below;
            }
            previous = isKeyless ? null : key;
        }
        return entries;
    }

    private long page(final int number, final long parentCheckpoint)
    {
        require(number >= FIRST_PAGE && number < pages.highWater(), "page " + number + " does not exist");
        require(!seen.get(number), "page " + number + " is referred to twice");
        seen.set(number);
        if (++walked % PAGES_PER_WORD == 0)
        {
            tell();
        }
        final boolean isInFile = pages.isInFile(number);
        final long written = isInFile ? pages.prove(number, tree.id(), pages.checkpoint() - 1) : 0;
        final long page = pages.address(number, tree.id());
        require(!isInFile || Bytes.compare(page + NUMBER_OFFSET, written + NUMBER_OFFSET, PAGE_LENGTH - NUMBER_OFFSET) == 0,
            "page " + number + " is not in memory as it is in the file");
        require(number(page) == number && treeId(page) == tree.id(), "page " + number + " has another's header");
        require(checkpoint(page) <= parentCheckpoint, "page " + number + " is newer than its parent");
        return page;
    }

    private void checkLayout(final long page)
    {
        int cells = 0;
        for (int i = 0; i < slotCount(page); i++)
        {
            cells += SlottedPage.cellLength(page, i);
            require(SlottedPage.cellOffset(page, i) >= heapStart(page), "page " + number(page) + " has a cell before its heap");
            checkTail(page, i);
        }
        final int heap = SlottedPage.heapEnd(page) - heapStart(page);
        require(cells + garbage(page) == heap, "page " + number(page) + " has " + cells + " bytes of cells and " + garbage(page) +
            " of garbage in a heap of " + heap);
        require(prefixLength(page) <= KeyTails.PREFIX_LENGTH_MAX, "page " + number(page) + " has a prefix of " + prefixLength(page));
        require(SlottedPage.contiguousFree(page) >= 0, "page " + number(page) + " has slots that run into its cells");
    }

    private void checkValue(final long leaf, final int slot)
    {
        if (LeafPage.isOverflow(LeafPage.cell(leaf, slot)))
        {
            final long payload = LeafPage.payload(leaf, slot);
            checkOverflow(LeafPage.overflowPage(payload), LeafPage.overflowLength(payload), checkpoint(leaf));
        }
    }

    private void checkTail(final long page, final int slot)
    {
        final int length = SlottedPage.keyLength(page, slot);
        require(length <= Tree.MAX_KEY_LENGTH, "page " + number(page) + " slot " + slot + " has a key of " + length + " bytes");
        if (KeyTails.isLong(length))
        {
            checkOverflow(KeyTails.firstPage(page, slot), length - KeyTails.INLINE_LENGTH, checkpoint(page));
        }
    }

    private void checkOverflow(final int firstPage, final int length, final long parentCheckpoint)
    {
        int number = firstPage;
        for (int i = 0; i < OverflowPages.pageCount(length); i++)
        {
            final long page = page(number, parentCheckpoint);
            require(type(page) == OVERFLOW, "page " + number + " is not an overflow page");
            number = next(page);
        }
        require(number == NO_PAGE, "page " + number + " follows the last page of a value");
    }

    private byte[] key(final long page, final int slot)
    {
        final KeyScratch scratch = new KeyScratch();
        scratch.take(pages, tree.id(), page, slot);
        final byte[] key = scratch.bytes();
        scratch.close();
        return key;
    }

    private static int compare(final byte[] a, final byte[] b)
    {
        return Arrays.compareUnsigned(a, b);
    }

    private void require(final boolean holds, final String otherwise)
    {
        if (!holds)
        {
            throw new StoreException("tree " + tree.id() + " '" + tree.name() + "': " + otherwise);
        }
    }
}
