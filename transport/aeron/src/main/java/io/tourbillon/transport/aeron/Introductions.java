package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.peer.IntroductionDecoder;
import io.tourbillon.codecs.peer.IntroductionEncoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.peer.PeerHeaderEncoder;
import io.tourbillon.codecs.peer.RemovedEncoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Members tell each other where they listen. One that joins knows nobody, and one that was away for long knows only those of then: neither
 * could answer its leader otherwise. With a cluster key an introduction is signed; an old one that is repeated is harmless, as it does not
 * change a link that works. Sequencer's thread; allocates: it is said once a second at most.
 */
final class Introductions
{
    private static final int LENGTH_MAX = 256;

    private final Identity identity;
    private final byte[] address;
    /** Null: there is none. */
    private final ClusterKey clusterKey;
    private final FrameMac mac;
    private final UnsafeBuffer message = new UnsafeBuffer(new byte[LENGTH_MAX]);
    private final UnsafeBuffer trailer = new UnsafeBuffer(new byte[FrameMac.TRAILER_LENGTH]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final IntroductionEncoder introduction = new IntroductionEncoder();
    private final IntroductionDecoder decoder = new IntroductionDecoder();
    private final RemovedEncoder removed = new RemovedEncoder();

    Introductions(final Identity identity, final String address, final ClusterKey clusterKey, final FrameMac mac)
    {
        this.identity = identity;
        this.address = address.getBytes(US_ASCII);
        this.clusterKey = clusterKey;
        this.mac = mac;
    }

    /** Says who this member is. */
    void introduceTo(final PeerLink link)
    {
        introduction.wrapAndApplyHeader(message, 0, header);
        address(introduction.peer(), link.memberId());
        introduction.putAddress(address, 0, address.length);
        final int length = introduction.limit();
        if (clusterKey != null)
        {
            final FrameMac.Key key = keyOf(identity.memberId(), link.memberId());
            mac.sign(key, Protocol.PEER_URGENT_STREAM_ID, 0, message, 0, length, trailer);
        }
        link.sayUnasked(message, length, clusterKey == null ? null : trailer);
    }

    /** Tells a member that it is none any more. */
    void dismiss(final PeerLink link)
    {
        removed.wrapAndApplyHeader(message, 0, header);
        address(removed.peer(), link.memberId());
        link.sendUrgent(message, 0, removed.limit());
    }

    /** Where the sender says that it listens; null if it is not proven who says so. */
    String addressIn(final int streamId, final DirectBuffer buffer, final int offset, final int length)
    {
        final long fromId = PeerMessages.fromIdOf(buffer, offset);
        if (clusterKey != null && !mac.isTrue(keyOf(fromId, identity.memberId()), streamId, buffer, offset, length))
        {
            return null;
        }
        decoder.wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
        final byte[] said = new byte[Math.min(decoder.addressLength(), LENGTH_MAX)];
        decoder.getAddress(said, 0, said.length);
        return new String(said, US_ASCII);
    }

    private FrameMac.Key keyOf(final long fromId, final long toId)
    {
        return clusterKey.derive(mac, "introduction", identity.clusterId(), fromId, toId);
    }

    private void address(final PeerHeaderEncoder peer, final long toId)
    {
        peer.clusterId(identity.clusterId()).fromId(identity.memberId()).toId(toId).term(0);
    }
}
