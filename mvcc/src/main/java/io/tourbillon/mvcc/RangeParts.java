package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.RangeReplyEncoder;
import org.agrona.DirectBuffer;

/** Writes the answer to a range: parts of at most {@link Limits#PART_LENGTH_MAX} bytes or one key-value. */
final class RangeParts implements KvSink
{
    private static final int KV_OVERHEAD = RangeReplyEncoder.KvsEncoder.sbeBlockLength() + 2 * Integer.BYTES;
    private static final int HEAD_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + RangeReplyEncoder.BLOCK_LENGTH +
        RangeReplyEncoder.KvsEncoder.HEADER_SIZE;

    private final ReplyHead head;
    private final PartSender sender;
    private final GrowingBuffer buffer = new GrowingBuffer(Limits.PART_LENGTH_MAX + 4096);
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final RangeReplyEncoder part = new RangeReplyEncoder();
    private RangeReplyEncoder.KvsEncoder kvs;
    private int kvCount;
    private long sessionId;
    private long correlationId;
    private long revision;

    RangeParts(final ReplyHead head, final PartSender sender)
    {
        this.head = head;
        this.sender = sender;
    }

    void start(final long sessionId, final long correlationId, final long revision)
    {
        this.sessionId = sessionId;
        this.correlationId = correlationId;
        this.revision = revision;
        begin();
    }

    private void begin()
    {
        part.wrapAndApplyHeader(buffer.buffer(), 0, messageHeader);
        head.fill(part.reply(), sessionId, correlationId, revision);
        part.keyCount(0).flags().clear();
        kvs = part.kvsCount(RangeReplyEncoder.KvsEncoder.countMaxValue());
        kvCount = 0;
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
        final int length = KV_OVERHEAD + keyLength + valueLength;
        if (kvCount > 0 && part.limit() + length > Limits.PART_LENGTH_MAX && !flush())
        {
            return false;
        }
        buffer.ensure(part.limit() + length);
        kvs.next()
            .createRevision(createRevision)
            .modRevision(modRevision)
            .version(version)
            .lease(lease)
            .putKey(key, keyOffset, keyLength)
            .putValue(value, valueOffset, valueLength);
        kvCount++;
        return true;
    }

    private boolean flush()
    {
        kvs.resetCountToIndex();
        if (!sender.send(buffer.buffer(), part.limit()))
        {
            return false;
        }
        begin();
        return true;
    }

    /** Sends the last part; false if it must be tried again. */
    boolean finish(final long keyCount, final boolean hasMore)
    {
        assert part.limit() >= HEAD_LENGTH : part.limit();
        kvs.resetCountToIndex();
        part.keyCount(keyCount).flags().clear().last(true).more(hasMore);
        return sender.send(buffer.buffer(), part.limit());
    }
}
