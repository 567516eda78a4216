package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A range being read and answered in parts. */
final class RangeRead extends LongRead
{
    static final byte[] TOO_MANY_TO_SORT =
        ("tourbillon: a range of more than " + Limits.SORTED_KEYS_MAX + " keys can only be sorted by key").getBytes(UTF_8);

    private final RangeWalk walk;
    private final PartSender sender;
    private final RangeParts parts;
    private final Replies replies;
    private boolean isWalked;

    RangeRead(final RangeWalk walk, final PartSender sender, final RangeParts parts, final Replies replies)
    {
        this.walk = walk;
        this.sender = sender;
        this.parts = parts;
        this.replies = replies;
    }

    void start(final RangeQuery query, final long revision)
    {
        walk.start(query, query.revision > 0 ? query.revision : revision);
        sender.start(sessionId(), true);
        parts.start(sessionId(), correlationId(), revision);
        isWalked = false;
    }

    @Override
    long lowestRevision()
    {
        return isWalked ? Long.MAX_VALUE : walk.revision();
    }

    @Override
    boolean step(final int budget)
    {
        if (!isWalked)
        {
            final int result = walk.step(budget, parts);
            if (result == RangeWalk.TOO_MANY_TO_SORT)
            {
                replies.error(sessionId(), correlationId(), ErrorCode.NOT_SUPPORTED.number(), TOO_MANY_TO_SORT);
                return true;
            }
            isWalked = result == RangeWalk.DONE;
        }
        return sender.isGone() || isWalked && parts.finish(walk.count(), walk.hasMore());
    }
}
