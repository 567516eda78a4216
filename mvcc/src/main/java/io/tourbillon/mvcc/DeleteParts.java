package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.DeleteRangeReplyEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import org.agrona.DirectBuffer;

/** Writes the answer to a delete, with the previous key-values if asked for, in parts as {@link RangeParts} does. */
final class DeleteParts implements KvSink
{
    private static final int KV_OVERHEAD = DeleteRangeReplyEncoder.PrevKvsEncoder.sbeBlockLength() + 2 * Integer.BYTES;

    private final ReplyHead head;
    private final PartSender sender;
    private final GrowingBuffer buffer = new GrowingBuffer(Limits.PART_LENGTH_MAX + 4096);
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final DeleteRangeReplyEncoder part = new DeleteRangeReplyEncoder();
    private DeleteRangeReplyEncoder.PrevKvsEncoder kvs;
    private int kvCount;
    private long sessionId;
    private long correlationId;
    private long revision;

    DeleteParts(final ReplyHead head, final PartSender sender)
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
        part.deleted(0).flags().clear();
        kvs = part.prevKvsCount(DeleteRangeReplyEncoder.PrevKvsEncoder.countMaxValue());
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
        if (kvCount > 0 && part.limit() + length > Limits.PART_LENGTH_MAX)
        {
            kvs.resetCountToIndex();
            sender.send(buffer.buffer(), part.limit());
            begin();
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

    /** Sends the last part. The head's revision is what it is now: unchanged if nothing was deleted. */
    void finish(final long deleted, final long currentRevision, final boolean hasPrevKvs)
    {
        kvs.resetCountToIndex();
        part.reply().revision(currentRevision);
        part.deleted(deleted).flags().clear().last(true).prevKvs(hasPrevKvs);
        sender.send(buffer.buffer(), part.limit());
    }
}
