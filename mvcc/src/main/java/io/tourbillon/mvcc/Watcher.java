package io.tourbillon.mvcc;

/** One watcher: a few dozen bytes, and what it watches is shared with others of its session in a {@link WatchGroup}. */
final class Watcher
{
    static final int PREV_KV = 1;
    static final int NO_PUT = 1 << 1;
    static final int NO_DELETE = 1 << 2;

    final long id;
    final WatchGroup group;
    /** Events of lower revisions are not for it. */
    final long minRevision;
    private final int flags;
    /** Where it reads history until it has caught up with its session; null = it goes with the session. */
    Lane history;

    Watcher(final long id, final WatchGroup group, final long minRevision, final int flags)
    {
        this.id = id;
        this.group = group;
        this.minRevision = minRevision;
        this.flags = flags;
    }

    boolean wantsPrevKv()
    {
        return (flags & PREV_KV) != 0;
    }

    boolean wants(final long revision, final boolean isPut)
    {
        return revision >= minRevision && (flags & (isPut ? NO_PUT : NO_DELETE)) == 0;
    }
}
