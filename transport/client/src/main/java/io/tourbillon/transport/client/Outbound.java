package io.tourbillon.transport.client;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.logbuffer.BufferClaim;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.ChunkEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * The way out: claims room for one message, in the term buffer if it fits a packet, else in a side buffer from which it leaves in chunks.
 * While a
 * chunked message is leaving everything else is back-pressured, so that a session's requests arrive in the order they were made.
 * Does not allocate, but for the side buffer when a longer message than ever before is sent.
 */
final class Outbound
{
    /** Claimed. */
    static final long OK = 0;
    private static final int CHUNK_HEAD_LENGTH =
        MessageHeaderEncoder.ENCODED_LENGTH + ChunkEncoder.BLOCK_LENGTH + ChunkEncoder.pieceHeaderLength();
    private static final int SIDE_LENGTH_MIN = 64 << 10;

    private final BufferClaim claim = new BufferClaim();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ChunkEncoder chunk = new ChunkEncoder();
    private final UnsafeBuffer side = new UnsafeBuffer(0, 0);
    private ExclusivePublication publication;
    private MutableDirectBuffer buffer;
    private int offset;
    private int messageLengthMax;
    private int claimedSideLength;
    private int sideLength;
    private int sideSent;
    private long chunkedId;
    private boolean isSide;
    private boolean hasSpoken;
    private boolean isUnrung;
    private boolean isBroken;

    /** A new connection; what was leaving is forgotten. */
    void open(final ExclusivePublication newPublication)
    {
        publication = newPublication;
        messageLengthMax = Protocol.REQUEST_LENGTH_MAX;
        sideLength = 0;
        sideSent = 0;
        isBroken = false;
        hasSpoken = false;
    }

    void close()
    {
        publication = null;
        sideLength = 0;
        sideSent = 0;
    }

    void messageLengthMax(final int length)
    {
        messageLengthMax = length;
    }

    /** The stream has ended for good: the connection is lost. */
    boolean isBroken()
    {
        return isBroken;
    }

    /** Whether anything was sent since the last call. */
    boolean hasSpoken()
    {
        final boolean result = hasSpoken;
        hasSpoken = false;
        return result;
    }

    MutableDirectBuffer buffer()
    {
        return buffer;
    }

    int offset()
    {
        return offset;
    }

    /** @return OK: encode at buffer() and offset(), then commit(); else a {@link ClientResult}. */
    long claim(final int length)
    {
        if (null == publication)
        {
            return ClientResult.NOT_CONNECTED;
        }
        if (length > messageLengthMax || length < 0)
        {
            return ClientResult.TOO_LARGE;
        }
        if (sideLength > 0)
        {
            return ClientResult.BACK_PRESSURED;
        }
        if (length > publication.maxPayloadLength())
        {
            return claimSide(length);
        }
        final long position = tryClaim(length);
        if (position > 0)
        {
            buffer = claim.buffer();
            offset = claim.offset();
            isSide = false;
            return OK;
        }
        return refusal(position);
    }

    /** Whether anything was sent since the last call that the bell has not been rung for. */
    boolean takeUnrung()
    {
        final boolean result = isUnrung;
        isUnrung = false;
        return result;
    }

    void commit()
    {
        hasSpoken = true;
        isUnrung = true;
        if (isSide)
        {
            isSide = false;
            sideLength = claimedSideLength;
            sideSent = 0;
            chunkedId++;
            sendChunks();
        }
        else
        {
            claim.commit();
        }
    }

    /** Sends as many pieces of a long message as there is room for. */
    int sendChunks()
    {
        int sentCount = 0;
        while (sideSent < sideLength && sendPiece())
        {
            sentCount++;
        }
        if (sideSent == sideLength)
        {
            sideLength = 0;
            sideSent = 0;
        }
        return sentCount;
    }

    private boolean sendPiece()
    {
        final int pieceLength = Math.min(sideLength - sideSent, publication.maxPayloadLength() - CHUNK_HEAD_LENGTH);
        final long position = tryClaim(CHUNK_HEAD_LENGTH + pieceLength);
        if (position <= 0)
        {
            refusal(position);
            return false;
        }
        chunk.wrapAndApplyHeader(claim.buffer(), claim.offset(), header)
            .request()
            .sessionId(side.getLong(Protocol.SESSION_ID_OFFSET, LITTLE_ENDIAN))
            .correlationId(side.getLong(Protocol.CORRELATION_ID_OFFSET, LITTLE_ENDIAN))
            .memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
        chunk.chunkedId(chunkedId).pieceOffset(sideSent).totalLength(sideLength).putPiece(side, sideSent, pieceLength);
        claim.commit();
        sideSent += pieceLength;
        hasSpoken = true;
        isUnrung = true;
        return true;
    }

    private long claimSide(final int length)
    {
        if (side.capacity() < length)
        {
            side.wrap(new byte[Math.max(SIDE_LENGTH_MIN, Math.min(messageLengthMax, Integer.highestOneBit(length) << 1))]);
        }
        buffer = side;
        offset = 0;
        isSide = true;
        claimedSideLength = length;
        return OK;
    }

    private long tryClaim(final int length)
    {
        final long position = publication.tryClaim(length, claim);
        // A term has just been rotated: the next try finds the new one.
        return Publication.ADMIN_ACTION == position ? publication.tryClaim(length, claim) : position;
    }

    private long refusal(final long position)
    {
        if (Publication.CLOSED == position || Publication.MAX_POSITION_EXCEEDED == position)
        {
            isBroken = true;
            return ClientResult.NOT_CONNECTED;
        }
        return Publication.NOT_CONNECTED == position ? ClientResult.NOT_CONNECTED : ClientResult.BACK_PRESSURED;
    }
}
