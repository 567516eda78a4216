package io.tourbillon.mvcc;

import static io.tourbillon.mvcc.RecordSlab.NIL;
import static io.tourbillon.mvcc.Watcher.FLAGS_MASK;
import static io.tourbillon.mvcc.Watcher.FLAG_BITS;

/** The records of all watchers, each named by an int. Apply thread. */
final class Watchers
{
    private final RecordSlab slab = new RecordSlab(Watcher.LENGTH);

    int add(final long id, final int session, final int pattern, final long minRevision, final int flags)
    {
        final int watcher = slab.allocate();
        slab.putLong(watcher, Watcher.ID_OFFSET, id);
        slab.putInt(watcher, Watcher.SESSION_OFFSET, session);
        slab.putInt(watcher, Watcher.PATTERN_OFFSET, pattern);
        bounds(watcher, minRevision, flags);
        return watcher;
    }

    void free(final int watcher)
    {
        slab.free(watcher);
    }

    long id(final int watcher)
    {
        return slab.getLong(watcher, Watcher.ID_OFFSET);
    }

    int session(final int watcher)
    {
        return slab.getInt(watcher, Watcher.SESSION_OFFSET);
    }

    int pattern(final int watcher)
    {
        return slab.getInt(watcher, Watcher.PATTERN_OFFSET);
    }

    private void bounds(final int watcher, final long minRevision, final int flags)
    {
        assert minRevision >= 0 && minRevision <= Watcher.REVISION_MAX : minRevision;
        slab.putLong(watcher, Watcher.BOUNDS_OFFSET, minRevision << FLAG_BITS | flags);
    }

    /** Events of lower revisions are not for it. */
    long minRevision(final int watcher)
    {
        return slab.getLong(watcher, Watcher.BOUNDS_OFFSET) >>> FLAG_BITS;
    }

    void minRevision(final int watcher, final long minRevision)
    {
        bounds(watcher, minRevision, flags(watcher));
    }

    int flags(final int watcher)
    {
        return (int)slab.getLong(watcher, Watcher.BOUNDS_OFFSET) & FLAGS_MASK;
    }

    boolean has(final int watcher, final int anyOf)
    {
        return (flags(watcher) & anyOf) != 0;
    }

    void set(final int watcher, final int flag)
    {
        bounds(watcher, minRevision(watcher), flags(watcher) | flag);
    }

    void clear(final int watcher, final int flag)
    {
        bounds(watcher, minRevision(watcher), flags(watcher) & ~flag);
    }

    int prev(final int watcher)
    {
        return slab.getInt(watcher, Watcher.PREV_OFFSET);
    }

    /** The next one of the session. */
    int next(final int watcher)
    {
        return slab.getInt(watcher, Watcher.NEXT_OFFSET);
    }

    /** The next one of the session that watches the same; NIL if this is the last of them. */
    int nextInRow(final int watcher)
    {
        final int next = next(watcher);
        return next != NIL && pattern(next) == pattern(watcher) ? next : NIL;
    }

    boolean isHead(final int watcher)
    {
        final int prev = prev(watcher);
        return prev == NIL || pattern(prev) != pattern(watcher);
    }

    /** Puts one between two others of a session's list, either of which may be missing. */
    void link(final int prev, final int watcher, final int next)
    {
        slab.putInt(watcher, Watcher.PREV_OFFSET, prev);
        slab.putInt(watcher, Watcher.NEXT_OFFSET, next);
        join(prev, watcher);
        join(watcher, next);
    }

    void unlink(final int watcher)
    {
        join(prev(watcher), next(watcher));
    }

    private void join(final int prev, final int next)
    {
        if (prev != NIL)
        {
            slab.putInt(prev, Watcher.NEXT_OFFSET, next);
        }
        if (next != NIL)
        {
            slab.putInt(next, Watcher.PREV_OFFSET, prev);
        }
    }

    int prevHead(final int head)
    {
        return slab.getInt(head, Watcher.PREV_HEAD_OFFSET);
    }

    /** The head of the next session that watches the same. */
    int nextHead(final int head)
    {
        return slab.getInt(head, Watcher.NEXT_HEAD_OFFSET);
    }

    /** Puts a head between two others of a pattern's list, either of which may be missing. */
    void linkHead(final int prev, final int head, final int next)
    {
        slab.putInt(head, Watcher.PREV_HEAD_OFFSET, prev);
        slab.putInt(head, Watcher.NEXT_HEAD_OFFSET, next);
        joinHeads(prev, head);
        joinHeads(head, next);
    }

    void unlinkHead(final int head)
    {
        joinHeads(prevHead(head), nextHead(head));
    }

    private void joinHeads(final int prev, final int next)
    {
        if (prev != NIL)
        {
            slab.putInt(prev, Watcher.NEXT_HEAD_OFFSET, next);
        }
        if (next != NIL)
        {
            slab.putInt(next, Watcher.PREV_HEAD_OFFSET, prev);
        }
    }

    static int hash(final int session, final long number)
    {
        final long hash = Bytes.mix(Bytes.mix(session, number), number);
        return (int)(hash ^ hash >>> 32);
    }

    /** Bytes of heap held. */
    long bytes()
    {
        return slab.bytes();
    }

    /** The table of watchers by session and id. */
    ChainedIndex byId()
    {
        return new ChainedIndex(new Links(Watcher.ID_LINK_OFFSET)
        {
            @Override
            public int hash(final int watcher)
            {
                return Watchers.hash(session(watcher), id(watcher));
            }
        });
    }

    /** The table of heads by session and pattern. */
    ChainedIndex byPattern()
    {
        return new ChainedIndex(new Links(Watcher.HEAD_LINK_OFFSET)
        {
            @Override
            public int hash(final int head)
            {
                return Watchers.hash(session(head), pattern(head));
            }
        });
    }

    int idLink(final int watcher)
    {
        return slab.getInt(watcher, Watcher.ID_LINK_OFFSET);
    }

    int headLink(final int head)
    {
        return slab.getInt(head, Watcher.HEAD_LINK_OFFSET);
    }

    private abstract class Links implements ChainedIndex.Links
    {
        private final int field;

        private Links(final int field)
        {
            this.field = field;
        }

        @Override
        public int link(final int element)
        {
            return slab.getInt(element, field);
        }

        @Override
        public void link(final int element, final int next)
        {
            slab.putInt(element, field, next);
        }
    }
}
