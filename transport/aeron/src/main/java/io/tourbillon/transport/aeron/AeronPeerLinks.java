package io.tourbillon.transport.aeron;

import io.aeron.Aeron;
import io.aeron.ChannelUriStringBuilder;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.peer.IntroductionDecoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.PieceDecoder;
import io.tourbillon.codecs.peer.RemovedDecoder;
import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.PeerHandler;
import io.tourbillon.consensus.PeerLinks;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.consensus.raft.PeerUrl;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;

/**
 * Members' messages over Aeron UDP: one subscription a stream on the own peer address, two publications to each other member. What comes in
 * is looked at before it is believed: whole, of this cluster, for this member, from one that the configuration knows or that has introduced
 * itself, and was not removed, and, with a cluster key, proven by it, whatever its stream. Without the key nothing goes to another host.
 * Sequencer's thread.
 */
final class AeronPeerLinks implements PeerLinks
{
    /** Fragments of a stream in one duty cycle: a window of entries takes some cycles, and what is urgent does not wait for it. */
    private static final int FRAGMENT_LIMIT = 64;
    /** Those that are in no configuration this member knows, but have introduced themselves. */
    private static final int GUESTS_MAX = 16;
    private static final long GUEST_SILENCE_NS = TimeUnit.SECONDS.toNanos(60);
    /** From the word that it was removed to the end of a member: answers are on their way. */
    private static final long FAREWELL_NS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long INTRODUCTION_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    /** Of the state's stream: each costs some microseconds, with a MAC some tens. */
    private static final int STATE_FRAGMENT_LIMIT = 16;
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
    private final LongPredicate isRemoved;
    private final Introductions introductions;
    private final StateMessages stateMessages;
    /** Null until it listens: a member that is alone has no use for the port. */
    private Subscription urgent;
    private Subscription subscription;
    private Subscription state;
    private PeerHandler handler;
    private long nowNs;
    private long introducedNs;
    private boolean wasDismissed;
    private boolean isLeaving;
    private long leavingSinceNs;

    AeronPeerLinks(
        final EmbeddedDriver driver,
        final NodeConfig config,
        final Identity identity,
        final ClusterKey clusterKey,
        final LongPredicate isRemoved,
        final IngressCounters counters)
    {
        this.isRemoved = isRemoved;
        introductions = new Introductions(identity, config.text(NodeOption.LISTEN_PEER), clusterKey, mac);
        this.clusterKey = clusterKey;
        mtuLength = PeerAddress.mtuLength(config.text(NodeOption.LISTEN_PEER));
        this.aeron = driver.aeron();
        this.windowLength = driver.windowLength();
        this.config = config;
        this.identity = identity;
        this.counters = counters;
        stateMessages = new StateMessages(batchLength());
        messageLengthMax = HEAD_LENGTH_MAX + EntryFrame.frameLength(config.intNumber(NodeOption.MAX_REQUEST_BYTES));
    }

    /** Opens the streams in, unless they are open. Blocks. */
    void listen()
    {
        if (urgent != null)
        {
            return;
        }
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
            state = aeron.addSubscription(channel, Protocol.STATE_STREAM_ID);
        }
        catch (final RegistrationException ex)
        {
            throw new NodeException("cannot listen on " + address + ": " + ex.getMessage(), ex);
        }
    }

    /** Whether streams are open for other members. */
    boolean isListening()
    {
        return urgent != null;
    }

    @Override
    public boolean open()
    {
        try
        {
            listen();
            return true;
        }
        catch (final NodeException ex)
        {
            return false; // somebody else has the port
        }
    }

    /** Who is no member any more may still have to be told so, or be one again once this member has caught up: silence ends its link. */
    @Override
    public void onConfiguration(final Configuration configuration)
    {
        if (configuration.members().size() != 1)
        {
            listen();
        }
        for (int i = 0; i < links.size(); i++)
        {
            links.get(i).isMember(configuration.isMember(links.get(i).memberId()));
        }
        for (final Member member : configuration.members())
        {
            if (member.id() != identity.memberId() && PeerAddress.isAllowed(member.peerUrls(), hasKey()))
            {
                link(member.id(), member.peerUrls()).isMember(true);
            }
        }
    }

    /** A link to an address: the one there is, if it works or leads there, else a new one. */
    private PeerLink link(final long memberId, final String address)
    {
        final PeerLink known = find(memberId);
        if (known != null && (known.address().equals(address) || known.isConnectedFor(0, System.nanoTime())))
        {
            return known;
        }
        if (known != null)
        {
            links.remove(known);
            known.close();
        }
        final PeerSession session = hasKey() ? new PeerSession(clusterKey, mac, random, identity, memberId, counters) : null;
        final PeerLink added = new PeerLink(aeron, memberId, address, messageLengthMax, session);
        added.isMember(known != null && known.isMember());
        links.add(added);
        return added;
    }

    @Override
    public boolean isConnectedFor(final long memberId, final long spanNs)
    {
        final PeerLink link = find(memberId);
        return link != null && link.isConnectedFor(spanNs, System.nanoTime());
    }

    private boolean hasKey()
    {
        return clusterKey != null;
    }

    @Override
    public int poll(final PeerHandler newHandler)
    {
        handler = newHandler;
        if (urgent == null)
        {
            return 0;
        }
        nowNs = System.nanoTime();
        if (wasDismissed)
        {
            return leave();
        }
        int workCount = 0;
        for (int i = 0; i < links.size(); i++)
        {
            final PeerLink link = links.get(i);
            if (link.hasBecomeConnected())
            {
                introducedNs = nowNs - INTRODUCTION_INTERVAL_NS;
                handler.onPeerConnected(link.memberId());
            }
            workCount += link.sendPieces(identity.clusterId(), identity.memberId());
        }
        if (nowNs - introducedNs >= INTRODUCTION_INTERVAL_NS)
        {
            introducedNs = nowNs;
            introduce();
        }
        workCount += stateMessages.sendTo(this);
        workCount += state.poll(fragmentHandler, STATE_FRAGMENT_LIMIT);
        workCount += urgent.poll(fragmentHandler, FRAGMENT_LIMIT);
        workCount += subscription.poll(fragmentHandler, FRAGMENT_LIMIT);
        return workCount;
    }

    /** Whoever has asked for it is to hear of it first. */
    private int leave()
    {
        if (!isLeaving)
        {
            isLeaving = true;
            leavingSinceNs = nowNs;
            handler.onDismissed();
        }
        if (nowNs - leavingSinceNs > FAREWELL_NS)
        {
            throw new MemberRemovedException();
        }
        return 0;
    }

    private void introduce()
    {
        for (int i = links.size() - 1; i >= 0; i--)
        {
            final PeerLink link = links.get(i);
            if (!link.isMember() && link.isSilentFor(GUEST_SILENCE_NS, nowNs))
            {
                links.remove(i).close();
            }
            else if (isRemoved.test(link.memberId()))
            {
                introductions.dismiss(link);
            }
            else
            {
                introductions.introduceTo(link);
            }
        }
    }

    private void onIntroduction(final int streamId, final DirectBuffer buffer, final int offset, final int length)
    {
        final long fromId = PeerMessages.fromIdOf(buffer, offset);
        final String address = introductions.addressIn(streamId, buffer, offset, length);
        final boolean isWelcome = address != null && fromId != identity.memberId() && PeerUrl.address(address) != null &&
            PeerAddress.isAllowed(address, hasKey()) && (find(fromId) != null || guestCount() < GUESTS_MAX);
        if (isWelcome)
        {
            link(fromId, address).heard(nowNs);
        }
        else
        {
            counters.peerMessagesUnsound.addRelease(1);
        }
    }

    private int guestCount()
    {
        int count = 0;
        for (int i = 0; i < links.size(); i++)
        {
            count += links.get(i).isMember() ? 0 : 1;
        }
        return count;
    }

    private void onFragment(final DirectBuffer buffer, final int offset, final int length, final Header frameHeader)
    {
        final int messageLength = hasKey() ? length - FrameMac.TRAILER_LENGTH : length;
        final boolean isSound = messageLength <= mac.messageLengthMax() && isSound(buffer, offset, messageLength);
        if (isSound && PeerMessages.templateOf(buffer, offset) == IntroductionDecoder.TEMPLATE_ID)
        {
            onIntroduction(frameHeader.streamId(), buffer, offset, messageLength);
            return;
        }
        final PeerLink link = isSound ? find(PeerMessages.fromIdOf(buffer, offset)) : null;
        if (link == null)
        {
            counters.peerMessagesUnsound.addRelease(1);
        }
        else if (!link.isProven(frameHeader.streamId(), buffer, offset, messageLength))
        {
            return; // counted, or a handshake
        }
        else if (isRemoved.test(link.memberId()))
        {
            counters.peerMessagesUnsound.addRelease(1);
        }
        else if (PeerMessages.templateOf(buffer, offset) == RemovedDecoder.TEMPLATE_ID)
        {
            wasDismissed = true;
        }
        else if (frameHeader.streamId() == Protocol.STATE_STREAM_ID)
        {
            link.heard(nowNs);
            stateMessages.onReceived(buffer, offset, messageLength);
        }
        else if (PeerMessages.templateOf(buffer, offset) != PieceDecoder.TEMPLATE_ID)
        {
            link.heard(nowNs);
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

    /** On the state's stream; false if it is to be tried again. */
    boolean sendState(final long toId, final DirectBuffer buffer, final int offset, final int length)
    {
        final PeerLink link = find(toId);
        return link == null || link.sendState(buffer, offset, length);
    }

    /** What goes over the state's stream, for another thread. */
    StateMessages stateMessages()
    {
        return stateMessages;
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
        CloseHelper.quietCloseAll(urgent, subscription, state);
    }
}
