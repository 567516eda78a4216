package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.MemberReplyEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.record.ConfigurationDecoder;
import io.tourbillon.codecs.record.MemberPublishedDecoder;
import io.tourbillon.codecs.record.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

/**
 * Answers with the members: those of the newest configuration applied, or that the cluster began with, each under the name and with the
 * clients' addresses that it has published. Allocates: it is asked for rarely.
 */
final class MemberList
{
    private static final int BUFFER_LENGTH = 64 * 1024;

    private final Members members;
    private final DirectBuffer initial;
    private final ReplyHead head;
    private final Egress egress;
    private final GrowingBuffer buffer = new GrowingBuffer(4096);
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final MemberReplyEncoder reply = new MemberReplyEncoder();

    /** @param initial configuration that the cluster began with, as in an entry; null = not known. */
    MemberList(final Members members, final DirectBuffer initial, final ReplyHead head, final Egress egress)
    {
        this.members = members;
        this.initial = initial;
        this.head = head;
        this.egress = egress;
    }

    /** etcd leaves the revision 0 in the head of answers about members. */
    void answer(final long sessionId, final long correlationId, final long targetId)
    {
        reply.wrapAndApplyHeader(buffer.ensure(BUFFER_LENGTH), 0, messageHeader).targetId(targetId);
        head.fill(reply.reply(), sessionId, correlationId, 0);
        final ConfigurationDecoder.MembersDecoder configured = configured();
        final MemberReplyEncoder.MembersEncoder list = reply.membersCount(configured == null ? 0 : configured.count());
        while (configured != null && configured.hasNext())
        {
            configured.next();
            final long id = configured.id();
            list.next().id(id).learner((short)(configured.voter() == 0 && configured.wasVoter() == 0 ? 1 : 0));
            final String name = configured.name();
            final String peerUrls = configured.peerUrls();
            final String clientUrls = configured.clientUrls();
            final MemberPublishedDecoder said = said(id);
            list.name(said == null ? name : said.name()).peerUrls(peerUrls).clientUrls(said == null ? clientUrls : said.clientUrls());
        }
        egress.reply(sessionId, buffer.buffer(), 0, reply.limit());
    }

    /** Whether a member is in the list, without a vote. */
    boolean isLearner(final long memberId)
    {
        final ConfigurationDecoder.MembersDecoder configured = configured();
        while (configured != null && configured.hasNext())
        {
            configured.next();
            if (configured.id() == memberId)
            {
                return configured.voter() == 0 && configured.wasVoter() == 0;
            }
            configured.skipName();
            configured.skipPeerUrls();
            configured.skipClientUrls();
        }
        return false;
    }

    private ConfigurationDecoder.MembersDecoder configured()
    {
        final DirectBuffer applied = members.configuration();
        final DirectBuffer newest = applied == null ? initial : applied;
        return newest == null ? null : new ConfigurationDecoder().wrapAndApplyHeader(newest, 0, new MessageHeaderDecoder()).members();
    }

    private MemberPublishedDecoder said(final long memberId)
    {
        final DirectBuffer message = members.published(memberId);
        return message == null ? null : new MemberPublishedDecoder().wrapAndApplyHeader(message, 0, new MessageHeaderDecoder());
    }
}
