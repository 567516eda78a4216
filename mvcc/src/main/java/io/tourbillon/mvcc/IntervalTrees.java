package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;

import static io.tourbillon.mvcc.RecordSlab.NIL;

/**
 * Sets of ranges, each a treap ordered by the ranges' keys whose nodes also know the latest end below them: the next range that contains a
 * key is O(log n) away. A set is named by its root; NIL is the empty one. Apply thread; looking up does not allocate.
 * <pre>
 *  0         4      8       12             16
 *  | pattern | left | right | latest end   |      latest end: the pattern that has it
 * </pre>
 */
final class IntervalTrees
{
    private static final int PATTERN_OFFSET = 0;
    private static final int LEFT_OFFSET = 4;
    private static final int RIGHT_OFFSET = 8;
    private static final int LATEST_OFFSET = 12;
    private static final int RECORD_LENGTH = 16;
    private static final long SEED = 0x7A5E_11D3_9C4B_26F1L;

    private final WatchPatterns patterns;
    private final RecordSlab slab = new RecordSlab(RECORD_LENGTH);
    private long visitCount;

    IntervalTrees(final WatchPatterns patterns)
    {
        this.patterns = patterns;
    }

    /** Adds a range that is not in the set; the new root. */
    int add(final int root, final int pattern)
    {
        final int node = slab.allocate();
        slab.putInt(node, PATTERN_OFFSET, pattern);
        slab.putInt(node, LATEST_OFFSET, pattern);
        return insert(root, node);
    }

    private int insert(final int root, final int node)
    {
        if (root == NIL)
        {
            return node;
        }
        final boolean isLeft = patterns.compare(pattern(node), pattern(root)) < 0;
        final int side = isLeft ? LEFT_OFFSET : RIGHT_OFFSET;
        final int child = insert(slab.getInt(root, side), node);
        slab.putInt(root, side, child);
        return priority(child) > priority(root) ? rotate(root, child, isLeft) : update(root);
    }

    /** Puts the child in the place of its parent. */
    private int rotate(final int parent, final int child, final boolean isLeft)
    {
        final int from = isLeft ? RIGHT_OFFSET : LEFT_OFFSET;
        slab.putInt(parent, isLeft ? LEFT_OFFSET : RIGHT_OFFSET, slab.getInt(child, from));
        slab.putInt(child, from, parent);
        update(parent);
        return update(child);
    }

    /** Removes a range that is in the set; the new root. */
    int remove(final int root, final int pattern)
    {
        assert root != NIL : "a range that is not in its set";
        final int order = patterns.compare(pattern, pattern(root));
        if (order == 0)
        {
            final int joined = join(left(root), right(root));
            slab.free(root);
            return joined;
        }
        final int side = order < 0 ? LEFT_OFFSET : RIGHT_OFFSET;
        slab.putInt(root, side, remove(slab.getInt(root, side), pattern));
        return update(root);
    }

    private int join(final int left, final int right)
    {
        if (left == NIL || right == NIL)
        {
            return left == NIL ? right : left;
        }
        if (priority(left) > priority(right))
        {
            slab.putInt(left, RIGHT_OFFSET, join(right(left), right));
            return update(left);
        }
        slab.putInt(right, LEFT_OFFSET, join(left, left(right)));
        return update(right);
    }

    private int update(final int node)
    {
        int latest = pattern(node);
        latest = left(node) == NIL ? latest : patterns.laterEnd(latest, latest(left(node)));
        latest = right(node) == NIL ? latest : patterns.laterEnd(latest, latest(right(node)));
        slab.putInt(node, LATEST_OFFSET, latest);
        return node;
    }

    /**
     * The next range that contains a key.
     *
     * @param after the range found before, which is still retained; NIL to begin.
     * @return a pattern; NIL if there is no further one.
     */
    int next(final int root, final DirectBuffer key, final int offset, final int length, final int after)
    {
        if (root == NIL || !patterns.endsAfter(latest(root), key, offset, length))
        {
            return NIL;
        }
        visitCount++;
        final int pattern = pattern(root);
        final boolean isAfter = after == NIL || patterns.compare(pattern, after) > 0;
        if (isAfter)
        {
            final int found = next(left(root), key, offset, length, after);
            if (found != NIL)
            {
                return found;
            }
        }
        if (!patterns.beginsAtOrBefore(pattern, key, offset, length))
        {
            return NIL;
        }
        return isAfter && patterns.endsAfter(pattern, key, offset, length) ? pattern :
            next(right(root), key, offset, length, after);
    }

    /** Nodes looked at since this was made. */
    long visitCount()
    {
        return visitCount;
    }

    /** Bytes of heap held. */
    long bytes()
    {
        return slab.bytes();
    }

    private static long priority(final int node)
    {
        return Bytes.mix(Bytes.mix(SEED, node), node);
    }

    private int pattern(final int node)
    {
        return slab.getInt(node, PATTERN_OFFSET);
    }

    private int left(final int node)
    {
        return slab.getInt(node, LEFT_OFFSET);
    }

    private int right(final int node)
    {
        return slab.getInt(node, RIGHT_OFFSET);
    }

    private int latest(final int node)
    {
        return slab.getInt(node, LATEST_OFFSET);
    }
}
