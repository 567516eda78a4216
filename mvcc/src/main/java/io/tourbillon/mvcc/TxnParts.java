package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.ItemKind;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.TxnReplyEncoder;
import org.agrona.DirectBuffer;

/**
 * Writes the answer to a transaction: responses in pre-order, each followed by its key-values, in parts of at most
 * {@link Limits#PART_LENGTH_MAX} bytes or one item.
 */
final class TxnParts implements KvSink
{
    private static final int ITEM_OVERHEAD = TxnReplyEncoder.ItemsEncoder.sbeBlockLength() + 2 * Integer.BYTES;

    private final ReplyHead head;
    private final PartSender sender;
    private final GrowingBuffer buffer = new GrowingBuffer(Limits.PART_LENGTH_MAX + 4096);
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final TxnReplyEncoder part = new TxnReplyEncoder();
    private TxnReplyEncoder.ItemsEncoder items;
    private int itemCount;
    private long sessionId;
    private long correlationId;
    private long revision;
    private boolean succeeded;
    private ItemKind kvKind;
    private int kvDepth;

    TxnParts(final ReplyHead head, final PartSender sender)
    {
        this.head = head;
        this.sender = sender;
    }

    void start(final long sessionId, final long correlationId, final long revision, final boolean succeeded)
    {
        this.sessionId = sessionId;
        this.correlationId = correlationId;
        this.revision = revision;
        this.succeeded = succeeded;
        begin();
    }

    private void begin()
    {
        part.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(part.reply(), sessionId, correlationId, revision);
        part.flags().clear().succeeded(succeeded);
        items = part.itemsCount(TxnReplyEncoder.ItemsEncoder.countMaxValue());
        itemCount = 0;
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
            .putKey(buffer.buffer(), 0, 0)
            .putValue(buffer.buffer(), 0, 0);
        itemCount++;
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
        itemCount++;
        return true;
    }

    private boolean hasRoom(final int length)
    {
        if (itemCount > 0 && part.limit() + length > Limits.PART_LENGTH_MAX)
        {
            items.resetCountToIndex();
            if (!sender.send(buffer.buffer(), part.limit()))
            {
                return false;
            }
            begin();
        }
        buffer.ensure(part.limit() + length);
        return true;
    }

    /** Sends the last part; false if it must be tried again. */
    boolean finish()
    {
        items.resetCountToIndex();
        part.flags().clear().succeeded(succeeded).last(true);
        return sender.send(buffer.buffer(), part.limit());
    }
}
