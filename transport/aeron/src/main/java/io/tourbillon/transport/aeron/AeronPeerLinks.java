package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.PieceDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.PeerHandler;
import io.tourbillon.consensus.PeerLinks;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Members' messages over Aeron UDP: one subscription a stream on the own peer address, two publications to each other member. What comes in
 * is looked at before it is believed: whole, of this cluster, for this member, from one that the configuration knows, and, with a cluster
 * key, proven by it, whatever its stream. Without the key nothing goes to another host. Sequencer's thread.
 */
final class AeronPeerLinks implements PeerLinks
{
    /** Fragments of a stream in one duty cycle: a window of entries takes some cycles, and what is urgent does not wait for it. */
    private static final int FRAGMENT_LIMIT = 64;
    /** Head of a message that carries a frame or a request. */
    private static final int HEAD_LENGTH_MAX = 256;

    private final Aeron aeron;
    private final NodeConfig config;
    private final Identity identity;
    private final IngressCounters counters;
    /** Null: there is none. */
    private final ClusterKey clusterKey;
    private final FrameMac mac = new FrameMac(EmbeddedDriver.UDP_MTU_LENGTH);
    private final SecureRandom random = new SecureRandom();
    private final int mtuLength;
    private final int windowLength;
    private final int messageLengthMax;
    private final List<PeerLink> links = new ArrayList<>();
    private final FragmentHandler fragmentHandler = this::onFragment;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final PieceDecoder piece = new PieceDecoder();
    private Subscription urgent;
    private Subscription subscription;
    private PeerHandler handler;

    AeronPeerLinks(
        final EmbeddedDriver driver,
        final NodeConfig config,
        final Identity identity,
        final ClusterKey clusterKey,
        final IngressCounters counters)
    {
        this.clusterKey = clusterKey;
        mtuLength = PeerAddress.mtuLength(config.text(NodeOption.LISTEN_PEER));
        this.aeron = driver.aeron();
        this.windowLength = driver.windowLength();
        this.config = config;
        this.identity = identity;
        this.counters = counters;
        messageLengthMax = HEAD_LENGTH_MAX + EntryFrame.frameLength(config.intNumber(NodeOption.MAX_REQUEST_BYTES));
    }

    /** Opens the streams in. Blocks; before the sequencer starts. */
    void listen()
    {
        final String address = config.text(NodeOption.LISTEN_PEER);
        final String channel = new ChannelUriStringBuilder()
            .media("udp")
            .endpoint(address)
            .socketRcvbufLength(windowLength)
            .receiverWindowLength(windowLength)
            .build();
        try
        {
            urgent = aeron.addSubscription(channel, Protocol.PEER_URGENT_STREAM_ID);
            subscription = aeron.addSubscription(channel, Protocol.PEER_STREAM_ID);
        }
        catch (final RegistrationException ex)
        {
            throw new NodeException("cannot listen on " + address + ": " + ex.getMessage(), ex);
        }
    }

    @Override
    public void onConfiguration(final Configuration configuration)
    {
        for (int i = links.size() - 1; i >= 0; i--)
        {
            if (!configuration.isMember(links.get(i).memberId()))
            {
                links.remove(i).close();
            }
        }
        for (final Member member : configuration.members())
        {
            if (member.id() != identity.memberId() && find(member.id()) == null && PeerAddress.isAllowed(member.peerUrls(), hasKey()))
            {
                final PeerSession session = hasKey() ?
                    new PeerSession(clusterKey, mac, random, identity, member.id(), counters) : null;
                links.add(new PeerLink(aeron, member.id(), member.peerUrls(), messageLengthMax, session));
            }
        }
    }

    private boolean hasKey()
    {
        return clusterKey != null;
    }

    @Override
    public int poll(final PeerHandler newHandler)
    {
        handler = newHandler;
        int workCount = 0;
        for (int i = 0; i < links.size(); i++)
        {
            final PeerLink link = links.get(i);
            if (link.hasBecomeConnected())
            {
                handler.onPeerConnected(link.memberId());
            }
            workCount += link.sendPieces(identity.clusterId(), identity.memberId());
        }
        workCount += urgent.poll(fragmentHandler, FRAGMENT_LIMIT);
        return workCount + subscription.poll(fragmentHandler, FRAGMENT_LIMIT);
    }

    private void onFragment(final DirectBuffer buffer, final int offset, final int length, final Header frameHeader)
    {
        final int messageLength = hasKey() ? length - FrameMac.TRAILER_LENGTH : length;
        final PeerLink link = messageLength <= mac.messageLengthMax() && isSound(buffer, offset, messageLength) ?
            find(PeerMessages.fromIdOf(buffer, offset)) : null;
        if (link == null)
        {
            counters.peerMessagesUnsound.addRelease(1);
        }
        else if (!link.isProven(frameHeader.streamId(), buffer, offset, messageLength))
        {
            return; // counted, or a handshake
        }
        else if (PeerMessages.templateOf(buffer, offset) != PieceDecoder.TEMPLATE_ID)
        {
            handler.onPeerMessage(buffer, offset, messageLength);
        }
        else if (link.onPiece(piece.wrapAndApplyHeader(buffer, offset, header)))
        {
            onWhole(link);
        }
    }

    private void onWhole(final PeerLink link)
    {
        final DirectBuffer message = link.incoming();
        final boolean isSound = isSound(message, 0, link.incomingLength()) && PeerMessages.fromIdOf(message, 0) == link.memberId() &&
            PeerMessages.templateOf(message, 0) != PieceDecoder.TEMPLATE_ID;
        if (isSound)
        {
            handler.onPeerMessage(message, 0, link.incomingLength());
        }
        else
        {
            counters.peerMessagesUnsound.addRelease(1);
        }
        link.incomingDone();
    }

    private boolean isSound(final DirectBuffer buffer, final int offset, final int length)
    {
        return PeerMessages.isSound(buffer, offset, length, identity.clusterId(), identity.memberId());
    }

    @Override
    public boolean sendUrgent(final long toId, final DirectBuffer buffer, final int offset, final int length)
    {
        final PeerLink link = find(toId);
        return link != null && link.sendUrgent(buffer, offset, length);
    }

    @Override
    public boolean send(final long toId, final DirectBuffer buffer, final int offset, final int length)
    {
        final PeerLink link = find(toId);
        return link != null && link.send(identity.clusterId(), identity.memberId(), buffer, offset, length);
    }

    @Override
    public int batchLength()
    {
        return PeerLink.frameLengthMax(mtuLength, hasKey());
    }

    @Override
    public int messageLengthMax()
    {
        return messageLengthMax;
    }

    /** Null if it is no member. */
    private PeerLink find(final long memberId)
    {
        for (int i = 0; i < links.size(); i++)
        {
            if (links.get(i).memberId() == memberId)
            {
                return links.get(i);
            }
        }
        return null;
    }

    @Override
    public void onClose()
    {
        CloseHelper.quietCloseAll(links);
        CloseHelper.quietCloseAll(urgent, subscription);
    }
}
