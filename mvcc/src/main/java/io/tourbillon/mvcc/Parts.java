package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An answer in the making that may be long: messages of at most {@link Limits#PART_LENGTH_MAX} bytes, or one item. A part is sent when the
 * next item does not fit; if it cannot leave now, the item is refused and comes again.
 */
abstract class Parts implements KvSink
{
    final ReplyHead head;
    final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final PartSender sender;
    private final GrowingBuffer buffer = new GrowingBuffer(Limits.PART_LENGTH_MAX + 4096);
    private int itemCount;
    private long sessionId;
    private long correlationId;
    private long revision;

    Parts(final ReplyHead head, final PartSender sender)
    {
        this.head = head;
        this.sender = sender;
    }

    void start(final long toSessionId, final long toCorrelationId, final long headRevision)
    {
        sessionId = toSessionId;
        correlationId = toCorrelationId;
        revision = headRevision;
        beginPart();
    }

    private void beginPart()
    {
        begin(buffer.buffer());
        itemCount = 0;
    }

    /** Writes what a part begins with. */
    abstract void begin(UnsafeBuffer target);

    /** Offset behind what was written. */
    abstract int limit();

    /** Writes what a part ends with: the count of its items. */
    abstract void end();

    long sessionId()
    {
        return sessionId;
    }

    long correlationId()
    {
        return correlationId;
    }

    long revision()
    {
        return revision;
    }

    UnsafeBuffer buffer()
    {
        return buffer.buffer();
    }

    /** Makes room for an item of so many bytes; false if the part before it cannot leave now. */
    boolean hasRoom(final int length)
    {
        if (itemCount > 0 && limit() + length > Limits.PART_LENGTH_MAX)
        {
            end();
            if (!sender.send(buffer.buffer(), limit(), false))
            {
                return false;
            }
            beginPart();
        }
        buffer.ensure(limit() + length);
        itemCount++;
        return true;
    }

    /** Sends the last part; false if it must be tried again. */
    boolean sendLast()
    {
        end();
        return sender.send(buffer.buffer(), limit(), true);
    }
}
