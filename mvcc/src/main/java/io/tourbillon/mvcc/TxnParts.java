package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.ItemKind;
import io.tourbillon.codecs.client.TxnReplyEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Writes the answer to a transaction: responses in pre-order, each followed by its key-values. */
final class TxnParts extends Parts
{
    private static final int ITEM_OVERHEAD = TxnReplyEncoder.ItemsEncoder.sbeBlockLength() + 2 * Integer.BYTES;

    private final TxnReplyEncoder part = new TxnReplyEncoder();
    private TxnReplyEncoder.ItemsEncoder items;
    private boolean succeeded;
    private ItemKind kvKind;
    private int kvDepth;

    TxnParts(final ReplyHead head, final PartSender sender)
    {
        super(head, sender);
    }

    void start(final long toSessionId, final long toCorrelationId, final long headRevision, final boolean hasSucceeded)
    {
        succeeded = hasSucceeded;
        start(toSessionId, toCorrelationId, headRevision);
    }

    @Override
    void begin(final UnsafeBuffer target)
    {
        part.wrapAndApplyHeader(target, 0, messageHeader);
        head.fill(part.reply(), sessionId(), correlationId(), revision());
        part.flags().clear().succeeded(succeeded);
        items = part.itemsCount(TxnReplyEncoder.ItemsEncoder.countMaxValue());
    }

    @Override
    int limit()
    {
        return part.limit();
    }

    @Override
    void end()
    {
        items.resetCountToIndex();
    }

    /** Writes a response; what {@link #onKv} takes next belongs to it. False if there is no room now. */
    boolean response(
        final ItemKind kind,
        final int depth,
        final boolean hasSucceeded,
        final boolean hasMore,
        final long itemRevision,
        final long keyCount)
    {
        if (!hasRoom(ITEM_OVERHEAD))
        {
            return false;
        }
        kvKind = kind == ItemKind.RANGE ? ItemKind.KV : ItemKind.PREV_KV;
        kvDepth = depth;
        items.next()
            .kind(kind)
            .depth((short)depth)
            .succeeded((short)(hasSucceeded ? 1 : 0))
            .more((short)(hasMore ? 1 : 0))
            .revision(itemRevision)
            .keyCount(keyCount)
            .createRevision(0)
            .modRevision(0)
            .version(0)
            .lease(0)
            .putKey(buffer(), 0, 0)
            .putValue(buffer(), 0, 0);
        return true;
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
        if (!hasRoom(ITEM_OVERHEAD + keyLength + valueLength))
        {
            return false;
        }
        items.next()
            .kind(kvKind)
            .depth((short)kvDepth)
            .succeeded((short)0)
            .more((short)0)
            .revision(0)
            .keyCount(0)
            .createRevision(createRevision)
            .modRevision(modRevision)
            .version(version)
            .lease(lease)
            .putKey(key, keyOffset, keyLength)
            .putValue(value, valueOffset, valueLength);
        return true;
    }

    /** Sends the last part; false if it must be tried again. */
    boolean finish()
    {
        part.flags().clear().succeeded(succeeded).last(true);
        return sendLast();
    }
}
