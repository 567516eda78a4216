package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.client.MemberReplyDecoder;

import java.util.ArrayList;
import java.util.List;

/**
 * What a request about members answers.
 *
 * @param header   with revision 0, as etcd.
 * @param memberId whom the request was about; of an addition: the new member's id.
 * @param members  after the change, by id; empty when another leader was asked for.
 */
public record MembersResult(ResponseHeader header, long memberId, List<MemberInfo> members)
{
    static MembersResult of(final MemberReplyDecoder reply)
    {
        final List<MemberInfo> members = new ArrayList<>();
        for (final MemberReplyDecoder.MembersDecoder member : reply.members())
        {
            members.add(new MemberInfo(member.id(), member.name(), member.peerUrls(), member.clientUrls(), member.learner() != 0));
        }
        return new MembersResult(ResponseHeader.of(reply.reply()), reply.targetId(), members);
    }
}
