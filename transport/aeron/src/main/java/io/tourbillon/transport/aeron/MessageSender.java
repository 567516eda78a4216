package io.tourbillon.transport.aeron;

import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ChunkEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import org.agrona.DirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * Puts messages on a response stream: whole if they fit a frame, else piece by piece. One for each thread that sends; does not allocate or
 * block,
 * and never tries again by itself but for one Aeron term that was just full.
 */
final class MessageSender
{
    /** It is on the stream. */
    static final int SENT = 1;
    /** Not now: the stream is full or has no reader yet. Nothing was written. */
    static final int BACK_PRESSURED = 0;
    /** Not ever: the stream is closed. */
    static final int GONE = -1;

    /** Bytes of a chunk before its piece: SBE header, block, and the length of the piece. */
    static final int CHUNK_OVERHEAD = MessageHeaderEncoder.ENCODED_LENGTH + ChunkEncoder.BLOCK_LENGTH + ChunkEncoder.pieceHeaderLength();

    private final BufferClaim claim = new BufferClaim();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ChunkEncoder chunk = new ChunkEncoder();

    /**
     * Sends a message that fits one frame.
     *
     * @param publication to send on.
     * @param buffer      with the message.
     * @param offset      of the message.
     * @param length      of the message in bytes, at most {@link Publication#maxPayloadLength()}.
     * @return {@link #SENT}, {@link #BACK_PRESSURED} or {@link #GONE}.
     */
    int send(final Publication publication, final DirectBuffer buffer, final int offset, final int length)
    {
        final int result = claim(publication, length);
        if (result == SENT)
        {
            claim.buffer().putBytes(claim.offset(), buffer, offset, length);
            claim.commit();
        }
        return result;
    }

    /**
     * Sends the next piece of a message that does not fit one frame.
     *
     * @param publication to send on.
     * @param chunkedId   the message's number on this connection.
     * @param buffer      with the whole message.
     * @param offset      of the message.
     * @param length      of the message in bytes.
     * @param pieceOffset how much of it was sent before.
     * @return length of the piece that was sent, or {@link #BACK_PRESSURED} or {@link #GONE}.
     */
    int sendPiece(
        final Publication publication,
        final long chunkedId,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int pieceOffset)
    {
        final int pieceLength = Math.min(length - pieceOffset, publication.maxPayloadLength() - CHUNK_OVERHEAD);
        final int result = claim(publication, CHUNK_OVERHEAD + pieceLength);
        if (result != SENT)
        {
            return result;
        }
        chunk.wrapAndApplyHeader(claim.buffer(), claim.offset(), header)
            .chunkedId(chunkedId)
            .pieceOffset(pieceOffset)
            .totalLength(length)
            .putPiece(buffer, offset + pieceOffset, pieceLength);
        chunk.request()
            .sessionId(buffer.getLong(offset + Protocol.SESSION_ID_OFFSET, LITTLE_ENDIAN))
            .correlationId(buffer.getLong(offset + Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN))
            .memberId(0)
            .sequence(0)
            .lowestUnanswered(0)
            .timeoutMs(0)
            .clientId(0);
        claim.commit();
        return pieceLength;
    }

    private int claim(final Publication publication, final int length)
    {
        long position = publication.tryClaim(length, claim);
        if (position == Publication.ADMIN_ACTION)
        {
            position = publication.tryClaim(length, claim); // the term was just rotated: the next claim goes to the new one
        }
        if (position > 0)
        {
            return SENT;
        }
        return position == Publication.CLOSED || position == Publication.MAX_POSITION_EXCEEDED ? GONE : BACK_PRESSURED;
    }
}
