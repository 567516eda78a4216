package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.ExclusivePublication;
import io.aeron.protocol.DataHeaderFlyweight;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.peer.PeerHeaderEncoder;
import io.tourbillon.codecs.peer.PieceDecoder;
import io.tourbillon.codecs.peer.PieceEncoder;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

/**
 * The way to one other member and back: two streams out; of what comes in, the message that is in pieces. A message longer than a frame is
 * kept here and leaves piece by piece; nothing else leaves on its stream meanwhile. With a cluster key each frame is signed, and nothing
 * leaves before the handshake. Sequencer's thread.
 */
final class PeerLink implements AutoCloseable
{
    private static final int URGENT_TERM_LENGTH = 64 * 1024;
    private static final int TERM_LENGTH = 1024 * 1024;
    private static final int STATE_TERM_LENGTH = 256 * 1024;
    private static final int PIECE_OVERHEAD =
        MessageHeaderEncoder.ENCODED_LENGTH + PieceEncoder.BLOCK_LENGTH + PieceEncoder.pieceHeaderLength();

    private final long memberId;
    private final ExclusivePublication urgent;
    private final ExclusivePublication publication;
    private final ExclusivePublication state;
    private final UnsafeBuffer pieceOut = new UnsafeBuffer(ByteBuffer.allocateDirect(EmbeddedDriver.UDP_MTU_LENGTH));
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final PieceEncoder piece = new PieceEncoder();
    private final int messageLengthMax;

    /** A message that leaves in pieces; made when first needed. */
    private UnsafeBuffer outgoing;
    private int outgoingLength;
    private int outgoingSent;
    /** A message that arrives in pieces; made when first needed. */
    private UnsafeBuffer incoming;
    private int incomingLength;
    private int incomingFilled;
    /** Null without a cluster key. */
    private final PeerSession session;
    private final String address;
    /** It is in the configuration that acts. */
    private boolean isMember;
    private long heardNs = System.nanoTime();
    private long connectedNs;
    private boolean wasReachable;
    private boolean wasConnected;
    private int seenAgreements;

    PeerLink(final Aeron aeron, final long memberId, final String address, final int messageLengthMax, final PeerSession session)
    {
        this.memberId = memberId;
        this.messageLengthMax = messageLengthMax;
        this.session = session;
        this.address = address;
        urgent = aeron.addExclusivePublication(channel(address, URGENT_TERM_LENGTH), Protocol.PEER_URGENT_STREAM_ID);
        publication = aeron.addExclusivePublication(channel(address, TERM_LENGTH), Protocol.PEER_STREAM_ID);
        state = aeron.addExclusivePublication(channel(address, STATE_TERM_LENGTH), Protocol.STATE_STREAM_ID);
    }

    private static String channel(final String address, final int termLength)
    {
        return new ChannelUriStringBuilder()
            .media("udp")
            .endpoint(address)
            .termLength(termLength)
            .mtu(PeerAddress.mtuLength(address))
            .build();
    }

    /** Longest message that leaves in one frame. */
    static int frameLengthMax(final int mtuLength, final boolean isSigned)
    {
        return mtuLength - DataHeaderFlyweight.HEADER_LENGTH - (isSigned ? FrameMac.TRAILER_LENGTH : 0);
    }

    private int frameLengthMax()
    {
        return publication.maxPayloadLength() - (session == null ? 0 : FrameMac.TRAILER_LENGTH);
    }

    /** Whether a sound message is the peer's; a handshake ends here. What is not is counted. */
    boolean isProven(final int streamId, final DirectBuffer buffer, final int offset, final int length)
    {
        return session == null || session.isProven(streamId, buffer, offset, length);
    }

    long memberId()
    {
        return memberId;
    }

    String address()
    {
        return address;
    }

    boolean isMember()
    {
        return isMember;
    }

    void isMember(final boolean value)
    {
        isMember = value;
    }

    /** A message of it has come. */
    void heard(final long nowNs)
    {
        heardNs = nowNs;
    }

    boolean isSilentFor(final long spanNs, final long nowNs)
    {
        return nowNs - heardNs > spanNs;
    }

    /** Whether what is sent now arrives, and has for so long. */
    boolean isConnectedFor(final long spanNs, final long nowNs)
    {
        return wasConnected && nowNs - connectedNs >= spanNs;
    }

    /** Something that the peer may not know the sender of, behind no handshake. The trailer is null without a key. */
    void sayUnasked(final DirectBuffer buffer, final int length, final DirectBuffer trailer)
    {
        if (!wasReachable)
        {
            return;
        }
        if (trailer == null)
        {
            offer(urgent, buffer, 0, length);
        }
        else
        {
            offer(urgent, buffer, 0, length, trailer);
        }
    }

    /** True once after the other member was reached, for the first time or again. */
    boolean hasBecomeConnected()
    {
        final boolean isReachable = publication.isConnected() && urgent.isConnected();
        if (session != null && isReachable)
        {
            shakeHands();
        }
        wasReachable = isReachable;
        final boolean isConnected = isReachable && (session == null || session.isOpen());
        final int agreements = session == null ? 0 : session.agreements();
        final boolean hasBecome = isConnected && (!wasConnected || agreements != seenAgreements);
        if (hasBecome || !isConnected)
        {
            outgoingLength = 0;
        }
        if (hasBecome)
        {
            connectedNs = System.nanoTime();
        }
        wasConnected = isConnected;
        seenAgreements = isConnected ? agreements : seenAgreements;
        return hasBecome;
    }

    private void shakeHands()
    {
        if (!wasReachable)
        {
            session.renew();
        }
        while (session.hasHandshake())
        {
            final DirectBuffer handshake = session.nextHandshake();
            offer(urgent, handshake, 0, handshake.capacity(), session.handshakeTrailer(Protocol.PEER_URGENT_STREAM_ID));
        }
    }

    boolean sendUrgent(final DirectBuffer buffer, final int offset, final int length)
    {
        return offer(urgent, buffer, offset, length);
    }

    /** On the state's stream; false if the stream is full. Where it is not connected the message is lost. */
    boolean sendState(final DirectBuffer buffer, final int offset, final int length)
    {
        return !wasConnected || !state.isConnected() || length > frameLengthMax() || offer(state, buffer, offset, length);
    }

    boolean send(final long clusterId, final long fromId, final DirectBuffer buffer, final int offset, final int length)
    {
        if (outgoingLength > 0)
        {
            return false;
        }
        if (length <= frameLengthMax())
        {
            return offer(publication, buffer, offset, length);
        }
        if (!publication.isConnected() || (session != null && !session.isOpen()))
        {
            return false;
        }
        if (outgoing == null)
        {
            outgoing = new UnsafeBuffer(ByteBuffer.allocateDirect(messageLengthMax));
        }
        outgoing.putBytes(0, buffer, offset, length);
        outgoingLength = length;
        outgoingSent = 0;
        sendPieces(clusterId, fromId);
        return true;
    }

    /** The next pieces, as many as the stream takes. */
    int sendPieces(final long clusterId, final long fromId)
    {
        int count = 0;
        while (outgoingSent < outgoingLength)
        {
            final int length = Math.min(outgoingLength - outgoingSent, frameLengthMax() - PIECE_OVERHEAD);
            piece.wrapAndApplyHeader(pieceOut, 0, header)
                .totalLength(outgoingLength)
                .pieceOffset(outgoingSent)
                .putPiece(outgoing, outgoingSent, length);
            final PeerHeaderEncoder peer = piece.peer();
            peer.clusterId(clusterId).fromId(fromId).toId(memberId).term(0);
            if (!offer(publication, pieceOut, 0, PIECE_OVERHEAD + length))
            {
                return count;
            }
            outgoingSent += length;
            count++;
        }
        outgoingLength = 0;
        return count;
    }

    /** Adds a piece; true if the message is whole now: see {@link #incoming()}. What does not follow the piece before is dropped. */
    boolean onPiece(final PieceDecoder decoder)
    {
        final int pieceOffset = decoder.pieceOffset();
        final int totalLength = decoder.totalLength();
        final int length = decoder.pieceLength();
        if (pieceOffset == 0)
        {
            incomingLength = totalLength > 0 && totalLength <= messageLengthMax ? totalLength : 0;
            incomingFilled = 0;
        }
        if (totalLength != incomingLength || pieceOffset != incomingFilled || length > incomingLength - incomingFilled)
        {
            incomingLength = 0;
            return false;
        }
        if (incoming == null)
        {
            incoming = new UnsafeBuffer(ByteBuffer.allocateDirect(messageLengthMax));
        }
        decoder.getPiece(incoming, incomingFilled, length);
        incomingFilled += length;
        return incomingFilled == incomingLength;
    }

    DirectBuffer incoming()
    {
        return incoming;
    }

    int incomingLength()
    {
        return incomingLength;
    }

    void incomingDone()
    {
        incomingLength = 0;
    }

    /** Not connected, no room, a term that has just ended, no handshake: all mean "not now". */
    private boolean offer(final ExclusivePublication stream, final DirectBuffer buffer, final int offset, final int length)
    {
        if (session == null)
        {
            long position = stream.offer(buffer, offset, length);
            if (position == ExclusivePublication.ADMIN_ACTION)
            {
                position = stream.offer(buffer, offset, length);
            }
            return position > 0;
        }
        // Without room a MAC would be made in vain.
        if (!session.isOpen() || stream.availableWindow() <= 0 ||
            !offer(stream, buffer, offset, length, session.sign(stream.streamId(), buffer, offset, length)))
        {
            return false;
        }
        session.onSent(stream.streamId());
        return true;
    }

    private static boolean offer(
        final ExclusivePublication stream, final DirectBuffer buffer, final int offset, final int length, final DirectBuffer trailer)
    {
        long position = stream.offer(buffer, offset, length, trailer, 0, trailer.capacity());
        if (position == ExclusivePublication.ADMIN_ACTION)
        {
            position = stream.offer(buffer, offset, length, trailer, 0, trailer.capacity());
        }
        return position > 0;
    }

    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(urgent, publication, state);
    }
}
