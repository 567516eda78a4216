package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.RangeReplyEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes the answer to a range. */
final class RangeParts extends KvParts
{
    private static final int KV_OVERHEAD = RangeReplyEncoder.KvsEncoder.sbeBlockLength() + 2 * Integer.BYTES;

    private final RangeReplyEncoder part = new RangeReplyEncoder();
    private RangeReplyEncoder.KvsEncoder kvs;

    RangeParts(final ReplyHead head, final PartSender sender)
    {
        super(head, sender);
    }

    @Override
    void begin(final UnsafeBuffer target)
    {
        part.wrapAndApplyHeader(target, 0, messageHeader);
        head.fill(part.reply(), sessionId(), correlationId(), revision());
        part.keyCount(0).flags().clear();
        kvs = part.kvsCount(RangeReplyEncoder.KvsEncoder.countMaxValue());
    }

    @Override
    int limit()
    {
        return part.limit();
    }

    @Override
    void end()
    {
        kvs.resetCountToIndex();
    }

    @Override
    public boolean onKv(
        final long createRevision,
        final long modRevision,
        final long version,
        final long lease,
        final DirectBuffer key,
        final int keyOffset,
        final int keyLength,
        final DirectBuffer value,
        final int valueOffset,
        final int valueLength)
    {
        if (!hasRoom(KV_OVERHEAD + keyLength + valueLength))
        {
            return false;
        }
        kvs.next()
            .createRevision(createRevision)
            .modRevision(modRevision)
            .version(version)
            .lease(lease)
            .putKey(key, keyOffset, keyLength)
            .putValue(value, valueOffset, valueLength);
        return true;
    }

    @Override
    boolean finish(final long keyCount, final boolean hasMore)
    {
        part.keyCount(keyCount).flags().clear().last(true).more(hasMore);
        return sendLast();
    }
}
