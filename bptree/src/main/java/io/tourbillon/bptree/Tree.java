package io.tourbillon.bptree;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One named tree: keys of bytes, compared unsigned, to values of bytes. Writer thread only; nothing here allocates in steady state,
 * blocks (but for a page fault on the mapped file) or fails for want of room after {@link TreeStore#reserve(int)} said yes.
 */
public final class Tree extends TreeView
{
    /** Longest key in bytes: 8 KiB, and what a layer above puts before or behind it. */
    public static final int MAX_KEY_LENGTH = (8 << 10) + 64;
    /** Longest value in bytes: 16 MiB. */
    public static final int MAX_VALUE_LENGTH = 16 << 20;
    /** Result of {@link #removeValue}: there was no such key. */
    public static final int NOT_FOUND = -1;

    /**
     * A key that breaks a long common prefix makes a page split until the halves can bear their keys in full: at worst, 200 slots
     * down to two.
     */
    private static final int SPLITS_MAX = 8;

    private final String name;
    private final Workspace workspace;
    private final ValueScratch scratch = new ValueScratch();

    private int id;
    private Pages pages;
    private TreePath path;
    private TreeInserter inserter;
    private TreeRemover remover;
    private int root;
    private int height;
    private long size;
    private long liveSize;
    private long changeCount;

    Tree(final int id, final String name, final Pages pages, final Workspace workspace)
    {
        this.name = name;
        this.workspace = workspace;
        moveTo(id, pages);
    }

    private void moveTo(final int newId, final Pages newPages)
    {
        id = newId;
        pages = newPages;
        path = new TreePath(this, pages);
        inserter = new TreeInserter(this, pages, workspace, path);
        remover = new TreeRemover(this, pages, workspace, path);
    }

    /**
     * Becomes the tree of another store: the pages it was in are nobody's business any more.
     *
     * @param other null: there it is empty.
     */
    void become(final int newId, final Pages newPages, final Tree other)
    {
        path.close();
        moveTo(newId, newPages);
        restore(
            other == null ? PageLayout.NO_PAGE : other.root,
            other == null ? 0 : other.height,
            other == null ? 0 : other.size,
            other == null ? 0 : other.liveSize);
        changeCount++;
    }

    /**
     * Looks a key up.
     *
     * @param key    holds it.
     * @param offset of its first byte.
     * @param length in bytes, in [0, MAX_KEY_LENGTH].
     * @param value  is wrapped over the value, or over the tree's own buffer where the value spans pages: valid until the next get of
     *               such a value or the next write. Untouched when there is no such key.
     * @return true if the key is there.
     */
    public boolean get(final DirectBuffer key, final int offset, final int length, final UnsafeBuffer value)
    {
        if (root == PageLayout.NO_PAGE)
        {
            return false;
        }
        path.seek(key, offset, length);
        if (!path.isFound())
        {
            return false;
        }
        LeafPage.wrapValue(pages, id, path.leaf(), path.leafSlot(), value, scratch);
        return true;
    }

    /**
     * Puts a value under a key, replacing what was there; the entry counts as live.
     *
     * @param key         holds the key.
     * @param keyOffset   of its first byte.
     * @param keyLength   in bytes, in [0, MAX_KEY_LENGTH].
     * @param value       holds the value; not a view on this store's own pages.
     * @param valueOffset of its first byte.
     * @param valueLength in bytes, in [0, MAX_VALUE_LENGTH].
     * @return true if the key was not there before.
     */
    public boolean put(
        final DirectBuffer key,
        final int keyOffset,
        final int keyLength,
        final DirectBuffer value,
        final int valueOffset,
        final int valueLength)
    {
        return put(key, keyOffset, keyLength, value, valueOffset, valueLength, true);
    }

    /**
     * Puts a value under a key, replacing what was there, and says whether the entry counts as live: what {@link #liveSize()} and
     * {@link #liveRank(DirectBuffer, int, int)} count is the caller's to decide, and may change with each put of the key.
     *
     * @param key         holds the key.
     * @param keyOffset   of its first byte.
     * @param keyLength   in bytes, in [0, MAX_KEY_LENGTH].
     * @param value       holds the value; not a view on this store's own pages.
     * @param valueOffset of its first byte.
     * @param valueLength in bytes, in [0, MAX_VALUE_LENGTH].
     * @param isLive      whether to count the entry as live from now on.
     * @return true if the key was not there before, live or not.
     */
    public boolean put(
        final DirectBuffer key,
        final int keyOffset,
        final int keyLength,
        final DirectBuffer value,
        final int valueOffset,
        final int valueLength,
        final boolean isLive)
    {
        if (valueLength < 0 || valueLength > MAX_VALUE_LENGTH)
        {
            throw new IllegalArgumentException("value length " + valueLength + " is not in [0, " + MAX_VALUE_LENGTH + "]");
        }
        value.boundsCheck(valueOffset, valueLength);
        if (root == PageLayout.NO_PAGE)
        {
            KeyScratch.check(key, keyOffset, keyLength);
            root(PageLayout.number(pages.allocate(PageLayout.LEAF, id)), 1);
        }
        path.seek(key, keyOffset, keyLength);
        changeCount++;
        return inserter.put(value.byteArray(), value.addressOffset() + valueOffset, valueLength, isLive);
    }

    /**
     * Removes a key.
     *
     * @param key    holds it.
     * @param offset of its first byte.
     * @param length in bytes, in [0, MAX_KEY_LENGTH].
     * @return true if it was there.
     */
    public boolean remove(final DirectBuffer key, final int offset, final int length)
    {
        return removeValue(key, offset, length) != NOT_FOUND;
    }

    /**
     * Removes a key, and says how long its value was: for who counts bytes and need not look it up first.
     *
     * @param key    holds it.
     * @param offset of its first byte.
     * @param length in bytes, in [0, MAX_KEY_LENGTH].
     * @return length of the value in bytes; {@link #NOT_FOUND} if the key was not there.
     */
    public int removeValue(final DirectBuffer key, final int offset, final int length)
    {
        if (root == PageLayout.NO_PAGE)
        {
            return NOT_FOUND;
        }
        path.seek(key, offset, length);
        if (!path.isFound())
        {
            return NOT_FOUND;
        }
        final int valueLength = LeafPage.valueLength(path.leaf(), path.leafSlot());
        changeCount++;
        remover.remove();
        return valueLength;
    }

    /**
     * Counts the entries with a key below the given one, in O(log n): the count of a range is a difference of two.
     *
     * @param key    holds it.
     * @param offset of its first byte.
     * @param length in bytes, in [0, MAX_KEY_LENGTH].
     * @return count of entries below.
     */
    public long rank(final DirectBuffer key, final int offset, final int length)
    {
        if (root == PageLayout.NO_PAGE)
        {
            return 0;
        }
        path.seek(key, offset, length);
        long rank = path.leafSlot();
        for (int level = path.leafLevel() - 1; level >= 0; level--)
        {
            rank += BranchPage.sum(path.page[level], path.slot[level]);
        }
        return rank;
    }

    /**
     * Counts the live entries with a key below the given one, in O(log n): the count of a range is a difference of two.
     *
     * @param key    holds it.
     * @param offset of its first byte.
     * @param length in bytes, in [0, MAX_KEY_LENGTH].
     * @return count of live entries below.
     */
    public long liveRank(final DirectBuffer key, final int offset, final int length)
    {
        if (root == PageLayout.NO_PAGE)
        {
            return 0;
        }
        path.seek(key, offset, length);
        long rank = 0;
        for (int level = path.leafLevel(); level >= 0; level--)
        {
            rank += BranchPage.sumLive(path.page[level], path.slot[level]);
        }
        return rank;
    }

    /**
     * How many entries there are, live or not, in O(1).
     *
     * @return count of entries.
     */
    public long size()
    {
        return size;
    }

    /**
     * How many entries were put as live, in O(1).
     *
     * @return count of live entries.
     */
    public long liveSize()
    {
        return liveSize;
    }

    /**
     * A new cursor over this tree: make it once, use it for ever.
     *
     * @return a cursor that is not valid yet.
     */
    public Cursor cursor()
    {
        return new Cursor(this, workspace.key);
    }

    /**
     * Most pages that one put of a value of this length may dirty: what to ask of {@link TreeStore#reserve(int)}.
     *
     * @param valueLength in bytes.
     * @return count of pages.
     */
    public int pagesForPut(final int valueLength)
    {
        final int tails = (SPLITS_MAX + 1) * KeyTails.PAGES_MAX; // the key's own, and with each split that of a separator
        return (SPLITS_MAX + 1) * (height + 1) + tails + OverflowPages.pageCount(valueLength);
    }

    /**
     * Most pages that one remove may dirty.
     *
     * @return count of pages.
     */
    public int pagesForRemove()
    {
        return height + 1;
    }

    /**
     * The name it was opened with.
     *
     * @return 1 to {@link TreeStore#MAX_TREE_NAME_LENGTH} ASCII characters.
     */
    public String name()
    {
        return name;
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
        return root;
    }

    @Override
    int height()
    {
        return height;
    }

    void root(final int number, final int newHeight)
    {
        root = number;
        height = newHeight;
    }

    void restore(final int number, final int oldHeight, final long oldSize, final long oldLiveSize)
    {
        root(number, oldHeight);
        size = oldSize;
        liveSize = oldLiveSize;
    }

    /** Corrects the counts of the tree and of the branches on the path. */
    void addSize(final int entries, final int live)
    {
        size += entries;
        liveSize += live;
        path.addEntries(entries, live);
    }

    void close()
    {
        path.close();
    }

    @Override
    long changeCount()
    {
        return changeCount;
    }

    /** Frees the overflow pages of an entry about to go. */
    void freeValue(final long leaf, final int slot)
    {
        if (LeafPage.isOverflow(LeafPage.cell(leaf, slot)))
        {
            final long payload = LeafPage.payload(leaf, slot);
            OverflowPages.free(pages, id, LeafPage.overflowPage(payload), LeafPage.overflowLength(payload));
        }
    }
}
