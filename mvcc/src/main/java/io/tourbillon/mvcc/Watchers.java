package io.tourbillon.mvcc;

import org.agrona.collections.Int2ObjectHashMap;

import static io.tourbillon.mvcc.RecordSlab.NIL;
import static io.tourbillon.mvcc.Watcher.FLAGS_MASK;
import static io.tourbillon.mvcc.Watcher.FLAG_BITS;

/** The records of all watchers, each named by an int, and the tables that find them. Apply thread. */
final class Watchers
{
    /** Looked up to create and to cancel, and to tell a session apart from others that watch the same: not for each event. */
    private static final int ELEMENTS_PER_BUCKET = 2;

    /** Of the few that want more than a plain watcher. */
    private final Int2ObjectHashMap<WatchFilter> filters = new Int2ObjectHashMap<>();
    private long filterBytes;
    private final RecordSlab slab = new RecordSlab(Watcher.LENGTH);
    private final RecordSlab linksSlab = new RecordSlab(Watcher.HEAD_LINKS_LENGTH);
    private final ChainedIndex byId = new ChainedIndex(new IdLinks(), ELEMENTS_PER_BUCKET);
    private final ChainedIndex byPattern = new ChainedIndex(new PatternLinks(), ELEMENTS_PER_BUCKET);

    int add(final long id, final int session, final int pattern, final long minRevision, final int flags)
    {
        final int watcher = slab.allocate();
        slab.putLong(watcher, Watcher.ID_OFFSET, id);
        slab.putInt(watcher, Watcher.SESSION_OFFSET, session);
        slab.putInt(watcher, Watcher.PATTERN_OFFSET, pattern);
        bounds(watcher, minRevision, flags);
        return watcher;
    }

    /** Gives it a filter, for as long as it lives. */
    void filter(final int watcher, final WatchFilter filter)
    {
        assert !has(watcher, Watcher.HAS_FILTER) : "a filter already";
        filters.put(watcher, filter);
        filterBytes += filter.heldBytes();
        set(watcher, Watcher.HAS_FILTER);
    }

    /** Null if it has none. */
    WatchFilter filter(final int watcher)
    {
        return has(watcher, Watcher.HAS_FILTER) ? filters.get(watcher) : null;
    }

    void free(final int watcher)
    {
        assert headLinks(watcher) == NIL : "a head yet";
        if (has(watcher, Watcher.HAS_FILTER))
        {
            filterBytes -= filters.remove(watcher).heldBytes();
        }
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
        return headLink(head, Watcher.PREV_HEAD_OFFSET);
    }

    /** The head of the next session that watches the same. */
    int nextHead(final int head)
    {
        return headLink(head, Watcher.NEXT_HEAD_OFFSET);
    }

    private int headLink(final int head, final int field)
    {
        final int links = headLinks(head);
        return links == NIL ? NIL : linksSlab.getInt(links, field);
    }

    private int headLinks(final int head)
    {
        return slab.getInt(head, Watcher.HEAD_LINKS_OFFSET);
    }

    /** Makes room for a head's links, from when on it is found by session and pattern. One without them is the only one in its list. */
    void giveLinks(final int head)
    {
        if (headLinks(head) == NIL)
        {
            slab.putInt(head, Watcher.HEAD_LINKS_OFFSET, linksSlab.allocate());
            byPattern.insert(head);
        }
    }

    private void takeLinks(final int head)
    {
        final int links = headLinks(head);
        if (links != NIL)
        {
            byPattern.remove(head);
            slab.putInt(head, Watcher.HEAD_LINKS_OFFSET, NIL);
            linksSlab.free(links);
        }
    }

    /** Puts a head between two others of a list, either of which may be missing. */
    void linkHead(final int prev, final int head, final int next)
    {
        if (prev != NIL || next != NIL || headLinks(head) != NIL)
        {
            giveLinks(head);
            joinHeads(prev, head);
            joinHeads(head, next);
        }
    }

    void unlinkHead(final int head)
    {
        joinHeads(prevHead(head), nextHead(head));
    }

    /** Unlinks what is a head no more. */
    void endHead(final int head)
    {
        unlinkHead(head);
        takeLinks(head);
    }

    /** Puts the next in the row into its head's place. */
    void replaceHead(final int head, final int heir)
    {
        final int prev = prevHead(head);
        final int next = nextHead(head);
        final boolean hasLinks = headLinks(head) != NIL;
        takeLinks(head);
        if (hasLinks)
        {
            giveLinks(heir);
            joinHeads(prev, heir);
            joinHeads(heir, next);
        }
    }

    private void joinHeads(final int prev, final int next)
    {
        if (prev != NIL)
        {
            giveLinks(prev);
            linksSlab.putInt(headLinks(prev), Watcher.NEXT_HEAD_OFFSET, next);
        }
        if (next != NIL)
        {
            giveLinks(next);
            linksSlab.putInt(headLinks(next), Watcher.PREV_HEAD_OFFSET, prev);
        }
    }

    static int hash(final int session, final long number)
    {
        final long hash = Bytes.mix(Bytes.mix(session, number), number);
        return (int)(hash ^ hash >>> 32);
    }

    /** The first of a session's heads of a pattern that has links; NIL if there is none. */
    int findHead(final int session, final int pattern)
    {
        int head = byPattern.first(hash(session, pattern));
        while (head != NIL && (pattern(head) != pattern || session(head) != session))
        {
            head = headLink(head, Watcher.CHAIN_OFFSET);
        }
        return head;
    }

    /** A session's watcher of an id; NIL if there is none. */
    int find(final int session, final long id)
    {
        int watcher = byId.first(hash(session, id));
        while (watcher != NIL && (id(watcher) != id || session(watcher) != session))
        {
            watcher = slab.getInt(watcher, Watcher.ID_LINK_OFFSET);
        }
        return watcher;
    }

    /** From now on it is found by its id. */
    void addId(final int watcher)
    {
        byId.insert(watcher);
    }

    /** From now on its id is free. */
    void removeId(final int watcher)
    {
        byId.remove(watcher);
    }

    /** Bytes of heap held. */
    long bytes()
    {
        return slab.bytes() + linksSlab.bytes() + byId.bytes() + byPattern.bytes() + filterBytes;
    }

    /** Those of them that filters hold, also of watchers that are removed and not freed yet. */
    long filterBytes()
    {
        return filterBytes;
    }

    private final class IdLinks implements ChainedIndex.Links
    {
        @Override
        public int hash(final int watcher)
        {
            return Watchers.hash(session(watcher), id(watcher));
        }

        @Override
        public int link(final int watcher)
        {
            return slab.getInt(watcher, Watcher.ID_LINK_OFFSET);
        }

        @Override
        public void link(final int watcher, final int next)
        {
            slab.putInt(watcher, Watcher.ID_LINK_OFFSET, next);
        }
    }

    private final class PatternLinks implements ChainedIndex.Links
    {
        @Override
        public int hash(final int head)
        {
            return Watchers.hash(session(head), pattern(head));
        }

        @Override
        public int link(final int head)
        {
            return headLink(head, Watcher.CHAIN_OFFSET);
        }

        @Override
        public void link(final int head, final int next)
        {
            linksSlab.putInt(headLinks(head), Watcher.CHAIN_OFFSET, next);
        }
    }
}
