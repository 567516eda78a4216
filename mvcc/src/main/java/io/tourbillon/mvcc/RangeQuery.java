package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.RangeRequestDecoder;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import org.agrona.DirectBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** What a range asks for, whether it came as a request of its own or as an op of a transaction. The keys stay where they came. */
final class RangeQuery
{
    final KeyRange range = new KeyRange();
    long limit;
    long revision;
    long minModRevision;
    long maxModRevision;
    long minCreateRevision;
    long maxCreateRevision;
    boolean keysOnly;
    boolean countOnly;
    private int sortOrder;
    private int sortTarget;

    void read(final RangeRequestDecoder request, final DirectBuffer buffer)
    {
        limit = request.keyLimit();
        revision = Math.max(0, request.revision());
        minModRevision = request.minModRevision();
        maxModRevision = request.maxModRevision();
        minCreateRevision = request.minCreateRevision();
        maxCreateRevision = request.maxCreateRevision();
        keysOnly = request.flags().keysOnly();
        countOnly = request.flags().countOnly();
        sort(request.sortOrderRaw(), request.sortTargetRaw());
        range.read(buffer, request.limit());
    }

    void sort(final int order, final int target)
    {
        sortOrder = order;
        sortTarget = target;
    }

    /** The checks that need no state: {@code SOUND} or the number of an error. */
    int check()
    {
        if (sortOrder > SortOrder.DESCEND.value() || sortTarget > SortTarget.VALUE.value())
        {
            return range.isKeyEmpty() ? ErrorCode.KEY_NOT_PROVIDED.number() : ErrorCode.INVALID_SORT_OPTION.number();
        }
        return range.check();
    }

    /** The check against the state as of a revision: {@code SOUND} or the number of an error. */
    int checkRevision(final long current, final long compacted)
    {
        if (revision > current)
        {
            return ErrorCode.FUTURE_REVISION.number();
        }
        return revision > 0 && revision < compacted ? ErrorCode.COMPACTED.number() : SOUND;
    }

    boolean hasFilter()
    {
        return minModRevision != 0 || maxModRevision != 0 || minCreateRevision != 0 || maxCreateRevision != 0;
    }

    boolean passes(final long createRevision, final long modRevision)
    {
        return (maxModRevision == 0 || modRevision <= maxModRevision) &&
            (minModRevision == 0 || modRevision >= minModRevision) &&
            (maxCreateRevision == 0 || createRevision <= maxCreateRevision) &&
            (minCreateRevision == 0 || createRevision >= minCreateRevision);
    }

    /** By key downwards: the walk goes backwards, nothing is sorted. */
    boolean isBackward()
    {
        return sortTarget == SortTarget.KEY.value() && isDescending();
    }

    /** By something else than the key: all that match are collected first. An order of NONE with a target is an ascending one. */
    boolean isSorted()
    {
        return sortTarget != SortTarget.KEY.value() && !countOnly;
    }

    boolean isDescending()
    {
        return sortOrder == SortOrder.DESCEND.value();
    }

    int sortTarget()
    {
        return sortTarget;
    }

    void copyFrom(final RangeQuery other)
    {
        range.copyFrom(other.range);
        limit = other.limit;
        revision = other.revision;
        minModRevision = other.minModRevision;
        maxModRevision = other.maxModRevision;
        minCreateRevision = other.minCreateRevision;
        maxCreateRevision = other.maxCreateRevision;
        keysOnly = other.keysOnly;
        countOnly = other.countOnly;
        sortOrder = other.sortOrder;
        sortTarget = other.sortTarget;
    }
}
