package io.tourbillon.transport.client;

import io.tourbillon.codecs.client.ChunkDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Puts the node's longer messages together. Bounded in messages at a time and in bytes of each; what breaks a rule is dropped whole.
 * Buffers are kept and grow, so that in steady state nothing is allocated.
 */
final class ChunkAssembler
{
    /** Result of {@link #onChunk}: the piece was taken, more are to come. */
    static final int INCOMPLETE = -1;
    /** Result of {@link #onChunk}: the piece was out of bounds or out of order; its message was dropped. */
    static final int DROPPED = -2;

    private static final int BUFFER_LENGTH_MIN = 64 << 10;

    private final Slot[] slots;
    private final int messageLengthMax;

    private static final class Slot
    {
        private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
        private long sessionId;
        private long chunkedId;
        private int totalLength;
        private int length;
    }

    ChunkAssembler(final int messagesMax, final int messageLengthMax)
    {
        this.messageLengthMax = messageLengthMax;
        slots = new Slot[messagesMax];
        for (int i = 0; i < messagesMax; i++)
        {
            slots[i] = new Slot();
        }
    }

    void reset()
    {
        for (final Slot slot : slots)
        {
            slot.totalLength = 0;
        }
    }

    /** @return index of a slot that now holds a whole message: use it, then {@link #release} it; or INCOMPLETE or DROPPED. */
    int onChunk(final long sessionId, final ChunkDecoder chunk)
    {
        final long total = chunk.totalLength();
        final long pieceOffset = chunk.pieceOffset();
        final int slotIndex = pieceOffset == 0 ? begin(sessionId, chunk.chunkedId(), total) : find(chunk.chunkedId());
        if (slotIndex < 0)
        {
            return DROPPED;
        }
        final Slot slot = slots[slotIndex];
        final int pieceLength = chunk.pieceLength();
        if (total != slot.totalLength || pieceOffset != slot.length || pieceLength == 0 || pieceLength > slot.totalLength - slot.length)
        {
            slot.totalLength = 0;
            return DROPPED;
        }
        chunk.getPiece(slot.buffer, slot.length, pieceLength);
        slot.length += pieceLength;
        return slot.length == slot.totalLength ? slotIndex : INCOMPLETE;
    }

    UnsafeBuffer buffer(final int slotIndex)
    {
        return slots[slotIndex].buffer;
    }

    int length(final int slotIndex)
    {
        return slots[slotIndex].length;
    }

    void release(final int slotIndex)
    {
        slots[slotIndex].totalLength = 0;
        if (slotIndex > 0)
        {
            slots[slotIndex].buffer.wrap(0, 0); // one buffer is kept for the next long message, not all of them
        }
    }

    /** Frees the places of a session. Their memory stays: a listener may be reading it just now. */
    void drop(final long sessionId)
    {
        for (final Slot slot : slots)
        {
            if (slot.sessionId == sessionId)
            {
                slot.totalLength = 0;
            }
        }
    }

    private int begin(final long sessionId, final long chunkedId, final long totalLength)
    {
        if (totalLength < MessageHeaderDecoder.ENCODED_LENGTH || totalLength > messageLengthMax || find(chunkedId) >= 0)
        {
            return DROPPED;
        }
        for (int i = 0; i < slots.length; i++)
        {
            if (slots[i].totalLength == 0)
            {
                slots[i].sessionId = sessionId;
                start(slots[i], chunkedId, (int)totalLength);
                return i;
            }
        }
        return DROPPED;
    }

    private void start(final Slot slot, final long chunkedId, final int totalLength)
    {
        slot.chunkedId = chunkedId;
        slot.totalLength = totalLength;
        slot.length = 0;
        if (slot.buffer.capacity() < totalLength)
        {
            slot.buffer.wrap(new byte[Math.max(BUFFER_LENGTH_MIN, Math.min(messageLengthMax, Integer.highestOneBit(totalLength) << 1))]);
        }
    }

    private int find(final long chunkedId)
    {
        for (int i = 0; i < slots.length; i++)
        {
            if (slots[i].totalLength > 0 && slots[i].chunkedId == chunkedId)
            {
                return i;
            }
        }
        return DROPPED;
    }
}
