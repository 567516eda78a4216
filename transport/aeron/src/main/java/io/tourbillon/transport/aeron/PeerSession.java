package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.peer.HelloDecoder;
import io.tourbillon.codecs.peer.HelloEncoder;
import io.tourbillon.codecs.peer.HelloReplyDecoder;
import io.tourbillon.codecs.peer.HelloReplyEncoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.peer.NonceDecoder;
import io.tourbillon.codecs.peer.PeerHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * What one member proves to another, and is shown by it, with the cluster's key. Each has a nonce of its own for as long as they are
 * connected. Keys of frames, one a direction, are made from both nonces, so what was said under other nonces is not believed any more; what
 * was said under these is not believed twice, as sequences only rise, per stream.
 * <pre>
 *   A                                              B
 *   | -- Hello(nonce A, known -, challenge 1) ---> |   true, but perhaps an old one: nothing is learnt from it but that A may be new
 *   | &lt;- HelloReply(nonce B, known -, 1) --------- |   answers what A asked just now: A knows nonce B
 *   | &lt;- Hello(nonce B, known -, challenge 2) ---- |
 *   | -- HelloReply(nonce A, known B, 2) --------> |   B knows nonce A, and that A knows nonce B: B is open
 *   | -- Hello(nonce A, known B, challenge 3) ---> |
 *   | &lt;- HelloReply(nonce B, known A, 3) --------- |   A is open
 * </pre>
 * Both kinds carry a MAC under a key of their direction alone. Sequencer's thread; allocates in handshakes only.
 */
final class PeerSession
{
    /** Streams between members have the ids from {@link Protocol#PEER_URGENT_STREAM_ID} on. */
    private static final int STREAMS_MAX = 8;
    private static final long HELLO_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int HANDSHAKE_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + HelloEncoder.BLOCK_LENGTH;

    static
    {
        assert HelloEncoder.BLOCK_LENGTH == HelloReplyEncoder.BLOCK_LENGTH;
    }

    private final ClusterKey clusterKey;
    private final FrameMac mac;
    private final SecureRandom random;
    private final IngressCounters counters;
    private final long clusterId;
    private final long ownId;
    private final long peerId;
    private final FrameMac.Key helloOut;
    private final FrameMac.Key helloIn;
    private final UnsafeBuffer trailer = new UnsafeBuffer(new byte[FrameMac.TRAILER_LENGTH]);
    private final UnsafeBuffer handshake = new UnsafeBuffer(new byte[HANDSHAKE_LENGTH]);
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final HelloEncoder helloEncoder = new HelloEncoder();
    private final HelloDecoder helloDecoder = new HelloDecoder();
    private final HelloReplyEncoder replyEncoder = new HelloReplyEncoder();
    private final HelloReplyDecoder replyDecoder = new HelloReplyDecoder();

    private long ownHigh;
    private long ownLow;
    private long peerHigh;
    private long peerLow;
    /** Null until the peer's nonce is proven. */
    private FrameMac.Key frameOut;
    private FrameMac.Key frameIn;
    /** The peer has shown that it knows the own nonce, so it believes what is sent now. */
    private boolean isConfirmed;
    /** A hello came that says something else than what is known: perhaps it is old, perhaps the peer was started anew. */
    private boolean isInDoubt;
    /** Of the hello that no reply has come to; 0 = none. */
    private long challenge;
    private long helloAtNs;
    private boolean owesReply;
    private long owedChallenge;
    private int agreements;
    private final long[] sent = new long[STREAMS_MAX];
    private final long[] received = new long[STREAMS_MAX];

    PeerSession(
        final ClusterKey clusterKey,
        final FrameMac mac,
        final SecureRandom random,
        final Identity identity,
        final long peerId,
        final IngressCounters counters)
    {
        this.clusterKey = clusterKey;
        this.mac = mac;
        this.random = random;
        this.counters = counters;
        this.peerId = peerId;
        clusterId = identity.clusterId();
        ownId = identity.memberId();
        helloOut = clusterKey.derive(mac, "hello", clusterId, ownId, peerId);
        helloIn = clusterKey.derive(mac, "hello", clusterId, peerId, ownId);
        helloAtNs = System.nanoTime() - HELLO_INTERVAL_NS;
        renew();
    }

    /** Takes another nonce: the streams to the peer were connected, for the first time or again. */
    void renew()
    {
        ownHigh = random.nextLong();
        ownLow = random.nextLong();
        isConfirmed = false;
        if (frameIn != null)
        {
            agree();
        }
    }

    /** What is sent now is believed by the peer, unless it was started anew meanwhile. */
    boolean isOpen()
    {
        return isConfirmed && frameOut != null;
    }

    /** Grows with each pair of nonces. */
    int agreements()
    {
        return agreements;
    }

    /** The trailer for the next frame of a stream. Only while open; the frame is next until {@link #onSent}. */
    UnsafeBuffer sign(final int streamId, final DirectBuffer message, final int offset, final int length)
    {
        assert isOpen() : "no handshake with " + peerId;
        mac.sign(frameOut, streamId, sent[slotOf(streamId)] + 1, message, offset, length, trailer);
        return trailer;
    }

    void onSent(final int streamId)
    {
        sent[slotOf(streamId)]++;
    }

    private static int slotOf(final int streamId)
    {
        assert streamId >= Protocol.PEER_URGENT_STREAM_ID && streamId < Protocol.PEER_URGENT_STREAM_ID + STREAMS_MAX : streamId;
        return streamId - Protocol.PEER_URGENT_STREAM_ID;
    }

    /**
     * Looks at a message that is sound but for its trailer. Handshakes end here.
     *
     * @return true if it is the peer's and new. If not, it is counted.
     */
    boolean isProven(final int streamId, final DirectBuffer message, final int offset, final int length)
    {
        return switch (PeerMessages.templateOf(message, offset))
        {
            case HelloDecoder.TEMPLATE_ID -> isHandshake(streamId, message, offset, length) &&
                onHello(helloDecoder.wrapAndApplyHeader(message, offset, headerDecoder));
            case HelloReplyDecoder.TEMPLATE_ID -> isHandshake(streamId, message, offset, length) &&
                onReply(replyDecoder.wrapAndApplyHeader(message, offset, headerDecoder));
            default -> isFrameProven(streamId, message, offset, length);
        };
    }

    private boolean isHandshake(final int streamId, final DirectBuffer message, final int offset, final int length)
    {
        final boolean isTrue = mac.isTrue(helloIn, streamId, message, offset, length);
        if (!isTrue)
        {
            counters.peerMacsWrong.addRelease(1);
        }
        return isTrue;
    }

    private boolean isFrameProven(final int streamId, final DirectBuffer message, final int offset, final int length)
    {
        final int slot = slotOf(streamId);
        final long sequence = FrameMac.sequenceOf(message, offset, length);
        if (frameIn == null)
        {
            counters.peerBeforeHandshake.addRelease(1);
            return false;
        }
        if (sequence <= received[slot])
        {
            counters.peerReplays.addRelease(1);
            return false;
        }
        if (!mac.isTrue(frameIn, streamId, message, offset, length))
        {
            counters.peerMacsWrong.addRelease(1);
            return false;
        }
        received[slot] = sequence;
        return true;
    }

    /** Always false: it is no message for anybody else. */
    private boolean onHello(final HelloDecoder hello)
    {
        owesReply = true;
        owedChallenge = hello.challenge();
        final boolean isAsKnown = isPeers(hello.nonce());
        if (isAsKnown && isOwn(hello.known()))
        {
            isConfirmed = true;
        }
        else
        {
            isInDoubt |= !isAsKnown;
        }
        return false;
    }

    /** Always false. */
    private boolean onReply(final HelloReplyDecoder reply)
    {
        if (challenge == 0 || reply.challenge() != challenge)
        {
            counters.peerReplays.addRelease(1);
            return false;
        }
        challenge = 0;
        isInDoubt = false;
        if (!isPeers(reply.nonce()))
        {
            peerHigh = reply.nonce().high();
            peerLow = reply.nonce().low();
            agree();
        }
        isConfirmed = isOwn(reply.known());
        return false;
    }

    private boolean isPeers(final NonceDecoder nonce)
    {
        return frameIn != null && nonce.high() == peerHigh && nonce.low() == peerLow;
    }

    private boolean isOwn(final NonceDecoder nonce)
    {
        return nonce.high() == ownHigh && nonce.low() == ownLow;
    }

    private void agree()
    {
        frameOut = clusterKey.derive(mac, "frame", clusterId, ownId, peerId, ownHigh, ownLow, peerHigh, peerLow);
        frameIn = clusterKey.derive(mac, "frame", clusterId, peerId, ownId, peerHigh, peerLow, ownHigh, ownLow);
        Arrays.fill(received, 0);
        agreements++;
    }

    /** Whether there is something to say of the handshake now. */
    boolean hasHandshake()
    {
        return owesReply || ((isInDoubt || !isOpen()) && System.nanoTime() - helloAtNs >= HELLO_INTERVAL_NS);
    }

    /**
     * Writes what is to be said: a reply that is owed, or a hello, again and again until a reply has come.
     *
     * @return the message; {@link #handshakeTrailer} signs it.
     */
    DirectBuffer nextHandshake()
    {
        if (owesReply)
        {
            owesReply = false;
            replyEncoder.wrapAndApplyHeader(handshake, 0, headerEncoder).challenge(owedChallenge);
            address(replyEncoder.peer());
            replyEncoder.nonce().high(ownHigh).low(ownLow);
            replyEncoder.known().high(peerHigh).low(peerLow);
            return handshake;
        }
        while (challenge == 0)
        {
            challenge = random.nextLong();
        }
        helloAtNs = System.nanoTime();
        helloEncoder.wrapAndApplyHeader(handshake, 0, headerEncoder).challenge(challenge);
        address(helloEncoder.peer());
        helloEncoder.nonce().high(ownHigh).low(ownLow);
        helloEncoder.known().high(peerHigh).low(peerLow);
        return handshake;
    }

    DirectBuffer handshakeTrailer(final int streamId)
    {
        mac.sign(helloOut, streamId, 0, handshake, 0, HANDSHAKE_LENGTH, trailer);
        return trailer;
    }

    private void address(final PeerHeaderEncoder peer)
    {
        peer.clusterId(clusterId).fromId(ownId).toId(peerId).term(0);
    }
}
