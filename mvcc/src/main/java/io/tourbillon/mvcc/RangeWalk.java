package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import io.tourbillon.codecs.client.SortTarget;
import org.agrona.DirectBuffer;

/**
 * Walks a key range as it was at one point of history, in steps of bounded work: between steps the trees may change. It counts what is in
 * the range, and hands what passes the filters to a sink until the limit is reached, in the order asked for.
 * <p>
 * Now, the trees tell the count, and a walk ends at its limit. At an old revision the keys behind the limit have to be looked at to be
 * counted, unless {@link RangeCounts} knows their number from an earlier page.
 */
final class RangeWalk
{
    /** The walk has ended. */
    static final int DONE = 1;
    /** The budget is used up: call again. */
    static final int MORE = 0;
    /** The sink has no room: call again later. */
    static final int BLOCKED = -1;

    /** Behind all changes of a main revision. */
    static final int WHOLE_REVISION = Integer.MAX_VALUE;

    private final Tree keys;
    private final MvccHeader header;
    private final RangeCounts counts;
    private final Versions versions;
    private final Cursor cursor;
    private final KeyHead head = new KeyHead();
    private final RangeSorter sorter;
    private final Place place = new Place();
    private final Place lastTaken = new Place();
    private final RangeQuery query = new RangeQuery();
    private long revision;
    private int subRevision;
    private boolean isStarted;
    private boolean isWalked;
    private boolean isCountKnown;
    private boolean isFirstPass;
    private long count;
    private long matched;
    private long taken;
    private long visitCount;

    private long createRevision;
    private long version;
    private long lease;

    RangeWalk(final Tree keys, final Tree revisions, final MvccHeader header, final RangeCounts counts, final int sortedMax)
    {
        this.keys = keys;
        this.header = header;
        this.counts = counts;
        versions = new Versions(revisions, header);
        sorter = new RangeSorter(new Versions(revisions, header), Versions.withOwnMemory(revisions, header), sortedMax);
        cursor = keys.cursor();
    }

    /** Begins a walk at a whole revision; the query is copied. */
    void start(final RangeQuery wanted, final long atRevision)
    {
        start(wanted, atRevision, WHOLE_REVISION);
    }

    /** Begins a walk over what was there once this change of a revision had been made. */
    void start(final RangeQuery wanted, final long atRevision, final int atSubRevision)
    {
        query.copyFrom(wanted);
        revision = atRevision;
        subRevision = atSubRevision;
        restart();
    }

    /** Begins the same walk anew. */
    void restart()
    {
        isStarted = false;
        isWalked = false;
        isCountKnown = false;
        isFirstPass = true;
        count = 0;
        matched = 0;
        taken = 0;
        sorter.start(query.sortTarget(), query.isDescending());
        sorter.beginPass(Math.max(0, query.limit));
    }

    /** What it walks over, in memory of its own. */
    KeyRange range()
    {
        return query.range;
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
        return !query.countOnly && query.limit > 0 && (query.hasFilter() ? matched : count) > query.limit;
    }

    /** Keys and values looked at since this was made. */
    long visitCount()
    {
        return visitCount + sorter.readCount();
    }

    /**
     * Goes on.
     *
     * @param budget keys to look at.
     * @param sink   to hand key-values to; null only counts.
     * @return {@link #DONE}, {@link #MORE} or {@link #BLOCKED}.
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
            isCountKnown = true;
        }
        return sink != null && query.isSorted() ? handOut(budget, sink) : DONE;
    }

    private int walk(final int budget, final KvSink sink)
    {
        if (query.range.isSingle())
        {
            return walkSingle(sink);
        }
        if (!isStarted && !isCountKnown)
        {
            findCount();
        }
        if (isEnough(sink))
        {
            return DONE;
        }
        boolean isValid = isStarted ? resume() : seekFirst();
        isStarted = true;
        final long visitsBefore = visitCount();
        while (isValid && isInside())
        {
            final DirectBuffer key = cursor.key();
            if (visitCount() - visitsBefore >= budget)
            {
                place.set(key, 0, key.capacity(), true);
                return MORE;
            }
            head.wrap(cursor.value());
            final int result = visit(key, 0, key.capacity(), sink);
            if (result != DONE)
            {
                place.set(key, 0, key.capacity(), true);
                return result;
            }
            if (isEnough(sink))
            {
                noteRest();
                return DONE;
            }
            isValid = query.isBackward() ? cursor.previous() : cursor.next();
        }
        noteCounts();
        return DONE;
    }

    private int walkSingle(final KvSink sink)
    {
        final KeyRange range = query.range;
        visitCount++;
        if (!head.load(keys, range.buffer(), range.keyOffset(), range.keyLength()))
        {
            return DONE;
        }
        return visit(range.buffer(), range.keyOffset(), range.keyLength(), sink);
    }

    private void findCount()
    {
        if (isCurrent())
        {
            count = liveCount();
            isCountKnown = true;
        }
        else if (subRevision == WHOLE_REVISION)
        {
            final long known = counts.find(query.range, revision);
            isCountKnown = known != RangeCounts.UNKNOWN;
            count = isCountKnown ? known : 0;
        }
    }

    /** Nothing has changed since the point of history that the walk looks at. */
    private boolean isCurrent()
    {
        return revision == header.revision() && subRevision == WHOLE_REVISION && !header.hasUnseenChanges();
    }

    private long liveCount()
    {
        final KeyRange range = query.range;
        if (range.isEmpty())
        {
            return 0;
        }
        final long below = keys.liveRank(range.buffer(), range.keyOffset(), range.keyLength());
        return (range.isOpen() ? keys.liveSize() : keys.liveRank(range.buffer(), range.endOffset(), range.endLength())) - below;
    }

    /** The count is known, and no key that is still to come would be handed out. */
    private boolean isEnough(final KvSink sink)
    {
        if (!isCountKnown)
        {
            return false;
        }
        if (query.countOnly || sink == null && !query.hasFilter())
        {
            return true;
        }
        if (query.limit <= 0 || query.isSorted() && sink != null)
        {
            return false;
        }
        return query.hasFilter() ? matched > query.limit : taken >= query.limit;
    }

    /** The next page begins behind the last key of this one. */
    private void noteRest()
    {
        if (subRevision == WHOLE_REVISION && isPage() && count > taken)
        {
            counts.note(lastTaken.key(), 0, lastTaken.length(), 1, query.range, revision, count - taken);
        }
    }

    /** A walk over the whole range had to count it. */
    private void noteCounts()
    {
        if (subRevision == WHOLE_REVISION && !isCountKnown)
        {
            final KeyRange range = query.range;
            counts.note(range.buffer(), range.keyOffset(), range.keyLength(), 0, range, revision, count);
            noteRest();
        }
    }

    /** A first part of a range, in the order of the keys. */
    private boolean isPage()
    {
        return query.limit > 0 && taken == query.limit && !query.hasFilter() && !query.isSorted() && !query.isBackward();
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
        visitCount++;
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
            matched += isFirstPass ? 1 : 0;
        }
        count += isCountKnown ? 0 : 1;
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

    /** Finds the version of the key here, live at that time; its record is loaded if wanted, or if the head does not tell all. */
    private boolean findVersion(final boolean isRecordWanted)
    {
        if (!versions.findAt(head, revision, subRevision))
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
            sorter.add(sortKey(), versions.main(), versions.sub());
            return DONE;
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
        if (isPage())
        {
            lastTaken.set(key, keyOffset, keyLength, false);
        }
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

    /** Hands out what the sorter selected; walks again if that was not all. */
    private int handOut(final int budget, final KvSink sink)
    {
        if (!sorter.sort(budget))
        {
            return MORE;
        }
        for (int i = 0; i < budget; i++)
        {
            if (isLimitReached() || sorter.isEmpty() && !sorter.hasMore())
            {
                return DONE;
            }
            if (sorter.isEmpty())
            {
                sorter.beginPass(query.limit > 0 ? query.limit - taken : 0);
                isStarted = false;
                isWalked = false;
                isFirstPass = false;
                return MORE;
            }
            visitCount++;
            final boolean isThere = versions.load(sorter.firstMain(), sorter.firstSub());
            assert isThere : "a sorted change was compacted under the walk";
            if (!handOutFirst(sink))
            {
                return BLOCKED;
            }
            taken++;
            sorter.handOut();
        }
        return MORE;
    }

    private boolean handOutFirst(final KvSink sink)
    {
        final RevisionRecord record = versions.record();
        final int valueLength = query.keysOnly ? 0 : record.valueLength();
        return sink.onKv(
            record.createRevision(),
            sorter.firstMain(),
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
