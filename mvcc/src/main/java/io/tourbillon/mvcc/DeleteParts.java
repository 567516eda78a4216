package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.DeleteRangeReplyEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes the answer to a delete with the key-values that were there. */
final class DeleteParts extends KvParts
{
    private static final int KV_OVERHEAD = DeleteRangeReplyEncoder.PrevKvsEncoder.sbeBlockLength() + 2 * Integer.BYTES;

    private final DeleteRangeReplyEncoder part = new DeleteRangeReplyEncoder();
    private DeleteRangeReplyEncoder.PrevKvsEncoder kvs;

    DeleteParts(final ReplyHead head, final PartSender sender)
    {
        super(head, sender);
    }

    @Override
    void begin(final UnsafeBuffer target)
    {
        part.wrapAndApplyHeader(target, 0, messageHeader);
        head.fill(part.reply(), sessionId(), correlationId(), revision());
        part.deleted(0).flags().clear();
        kvs = part.prevKvsCount(DeleteRangeReplyEncoder.PrevKvsEncoder.countMaxValue());
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
        assert !hasMore : "a delete has no limit";
        part.deleted(keyCount).flags().clear().last(true).prevKvs(true);
        return sendLast();
    }
}
