package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import io.tourbillon.codecs.client.SortTarget;
import org.agrona.DirectBuffer;

/**
 * Walks a key range as it was at one revision, in steps of bounded work: between steps the trees may change. It counts what is in the
 * range, and hands what passes the filters to a sink until the limit is reached, in the order asked for.
 */
final class RangeWalk
{
    /** The walk has ended. */
    static final int DONE = 1;
    /** The budget is used up: call again. */
    static final int MORE = 0;
    /** The sink has no room: call again later. */
    static final int BLOCKED = -1;
    /** More keys than can be sorted. */
    static final int TOO_MANY_TO_SORT = -2;

    private final Tree keys;
    private final MvccHeader header;
    private final Versions versions;
    private final Cursor cursor;
    private final KeyHead head = new KeyHead();
    private final RangeSorter sorter;
    private final Place place = new Place();
    private final RangeQuery query = new RangeQuery();
    private long revision;
    private boolean isStarted;
    private boolean isWalked;
    private long count;
    private long matched;
    private long taken;

    private long createRevision;
    private long version;
    private long lease;

    RangeWalk(final Tree keys, final Tree revisions, final MvccHeader header)
    {
        this.keys = keys;
        this.header = header;
        versions = new Versions(revisions, header);
        sorter = new RangeSorter(new Versions(revisions, header), Versions.withOwnMemory(revisions, header));
        cursor = keys.cursor();
    }

    /** Begins a walk; the query is copied. */
    void start(final RangeQuery wanted, final long atRevision)
    {
        query.copyFrom(wanted);
        revision = atRevision;
        restart();
    }

    /** Begins the same walk anew. */
    void restart()
    {
        isStarted = false;
        isWalked = false;
        count = 0;
        matched = 0;
        taken = 0;
        sorter.clear(query.sortTarget(), query.isDescending());
    }

    long revision()
    {
        return revision;
    }

    /** Keys in the range, whatever the limit and the filters. */
    long count()
    {
        return count;
    }

    /** More keys passed the filters than the limit lets through. */
    boolean hasMore()
    {
        return !query.countOnly && query.limit > 0 && matched > query.limit;
    }

    /**
     * Goes on.
     *
     * @param budget keys to look at.
     * @param sink   to hand key-values to; null only counts.
     * @return {@link #DONE}, {@link #MORE}, {@link #BLOCKED} or {@link #TOO_MANY_TO_SORT}.
     */
    int step(final int budget, final KvSink sink)
    {
        if (!isWalked)
        {
            final int result = walk(budget, sink);
            if (result != DONE)
            {
                return result;
            }
            isWalked = true;
        }
        return sink != null && query.isSorted() ? handOut(budget, sink) : DONE;
    }

    private int walkSingle(final KvSink sink)
    {
        final KeyRange range = query.range;
        if (!head.load(keys, range.buffer(), range.keyOffset(), range.keyLength()))
        {
            return DONE;
        }
        return visit(range.buffer(), range.keyOffset(), range.keyLength(), sink);
    }

    private int walk(final int budget, final KvSink sink)
    {
        if (query.range.isSingle())
        {
            return walkSingle(sink);
        }
        if (!isStarted && canSkipAll(sink))
        {
            count = header.liveKeys();
            matched = count;
            return DONE;
        }
        boolean isValid = isStarted ? resume() : seekFirst();
        isStarted = true;
        for (int i = 0; isValid && isInside(); i++)
        {
            final DirectBuffer key = cursor.key();
            if (i == budget)
            {
                place.set(key, 0, key.capacity(), true);
                return MORE;
            }
            if (isFull(sink) && countRest())
            {
                return DONE;
            }
            head.wrap(cursor.value());
            final int result = visit(key, 0, key.capacity(), sink);
            if (result != DONE)
            {
                place.set(key, 0, key.capacity(), true);
                return result;
            }
            isValid = query.isBackward() ? cursor.previous() : cursor.next();
        }
        return DONE;
    }

    /** The number of all live keys is known. */
    private boolean canSkipAll(final KvSink sink)
    {
        return query.range.isAll() && isCurrent() && !query.hasFilter() && (sink == null || query.countOnly);
    }

    private boolean isCurrent()
    {
        return revision == header.revision() && !header.hasUnseenChanges();
    }

    /** Nothing but the count is still wanted. */
    private boolean isFull(final KvSink sink)
    {
        return (sink == null || query.countOnly || query.limit > 0 && matched > query.limit) && !query.hasFilter() && !query.isSorted();
    }

    /** While no key is deleted and not yet compacted, the tree's own counts tell how many live keys remain. */
    private boolean countRest()
    {
        if (!isCurrent() || keys.size() != header.liveKeys())
        {
            return false;
        }
        final DirectBuffer key = cursor.key();
        final KeyRange range = query.range;
        final long here = keys.rank(key, 0, key.capacity());
        final long rest;
        if (query.isBackward())
        {
            rest = here + 1 - keys.rank(range.buffer(), range.keyOffset(), range.keyLength());
        }
        else
        {
            rest = (range.isOpen() ? keys.size() : keys.rank(range.buffer(), range.endOffset(), range.endLength())) - here;
        }
        count += rest;
        matched += rest;
        return true;
    }

    private boolean seekFirst()
    {
        final KeyRange range = query.range;
        if (range.isEmpty())
        {
            return false;
        }
        if (!query.isBackward())
        {
            return cursor.seek(range.buffer(), range.keyOffset(), range.keyLength());
        }
        if (range.isOpen())
        {
            return cursor.last();
        }
        place.set(range.buffer(), range.endOffset(), range.endLength(), false);
        return place.seekBackward(cursor);
    }

    private boolean resume()
    {
        return query.isBackward() ? place.seekBackward(cursor) : place.seekForward(cursor);
    }

    private boolean isInside()
    {
        final DirectBuffer key = cursor.key();
        final KeyRange range = query.range;
        return query.isBackward() ? range.isAtOrAboveKey(key, 0, key.capacity()) : range.isBelowEnd(key, 0, key.capacity());
    }

    private int visit(final DirectBuffer key, final int keyOffset, final int keyLength, final KvSink sink)
    {
        if (!findVersion(wantsValue(sink)))
        {
            return DONE;
        }
        if (query.passes(createRevision, versions.main()))
        {
            final int result = take(key, keyOffset, keyLength, sink);
            if (result != DONE)
            {
                return result;
            }
            matched++;
        }
        count++;
        return DONE;
    }

    private boolean wantsValue(final KvSink sink)
    {
        if (sink == null || query.countOnly)
        {
            return false;
        }
        return query.isSorted() ? query.sortTarget() == SortTarget.VALUE.value() : !query.keysOnly && !isLimitReached();
    }

    private boolean isLimitReached()
    {
        return query.limit > 0 && taken >= query.limit;
    }

    /** Finds the version of the key here, live at the revision; its record is loaded if wanted, or if the head does not tell all. */
    private boolean findVersion(final boolean isRecordWanted)
    {
        if (!versions.findAt(head, revision))
        {
            return false;
        }
        if (versions.main() == head.modMain())
        {
            createRevision = head.createRevision();
            version = head.version();
            lease = head.lease();
            return !head.isTombstone() && (!isRecordWanted || versions.load(versions.main(), versions.sub()));
        }
        if (!versions.load(versions.main(), versions.sub()))
        {
            return false;
        }
        createRevision = versions.record().createRevision();
        version = versions.record().version();
        lease = versions.record().lease();
        return true;
    }

    private int take(final DirectBuffer key, final int keyOffset, final int keyLength, final KvSink sink)
    {
        if (sink == null || query.countOnly)
        {
            return DONE;
        }
        if (query.isSorted())
        {
            return sorter.add(sortKey(), versions.main(), versions.sub()) ? DONE : TOO_MANY_TO_SORT;
        }
        if (isLimitReached())
        {
            return DONE;
        }
        final DirectBuffer value = versions.record().bytes();
        final int valueOffset = query.keysOnly ? 0 : versions.record().valueOffset();
        final int valueLength = query.keysOnly ? 0 : versions.record().valueLength();
        if (!sink.onKv(createRevision, versions.main(), version, lease, key, keyOffset, keyLength, value, valueOffset, valueLength))
        {
            return BLOCKED;
        }
        taken++;
        return DONE;
    }

    private long sortKey()
    {
        final int target = query.sortTarget();
        if (target == SortTarget.VALUE.value())
        {
            return RangeSorter.valueHead(versions);
        }
        if (target == SortTarget.MOD.value())
        {
            return versions.main();
        }
        return target == SortTarget.CREATE.value() ? createRevision : version;
    }

    private int handOut(final int budget, final KvSink sink)
    {
        for (int i = 0; i < budget; i++)
        {
            if (sorter.isEmpty() || isLimitReached())
            {
                return DONE;
            }
            final boolean isThere = versions.load(sorter.topMain(), sorter.topSub());
            assert isThere : "a sorted change was compacted under the walk";
            if (!handOutTop(sink))
            {
                return BLOCKED;
            }
            taken++;
            sorter.pop();
        }
        return MORE;
    }

    private boolean handOutTop(final KvSink sink)
    {
        final RevisionRecord record = versions.record();
        final int valueLength = query.keysOnly ? 0 : record.valueLength();
        return sink.onKv(
            record.createRevision(),
            sorter.topMain(),
            record.version(),
            record.lease(),
            record.bytes(),
            record.keyOffset(),
            record.keyLength(),
            record.bytes(),
            record.valueOffset(),
            valueLength);
    }
}
