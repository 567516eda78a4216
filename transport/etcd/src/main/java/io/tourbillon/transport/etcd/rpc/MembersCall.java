package io.tourbillon.transport.etcd.rpc;

import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.client.MemberReplyDecoder;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.etcd.api.Member;
import io.tourbillon.transport.etcd.api.ResponseHeader;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * A request that is answered by the list of members.
 *
 * @param <R> the answer.
 */
final class MembersCall<R> extends UnaryCall<R>
{
    private static final String PEER_SCHEME = "http://";

    private final ToLongFunction<ClientSession> sender;
    private final Function<Result, R> answers;

    /**
     * What the node says.
     *
     * @param header   as etcd has it, without a revision.
     * @param targetId of an addition: the new member.
     * @param members  after what was asked.
     */
    record Result(ResponseHeader header, long targetId, List<Member> members)
    {
        /** The new member. */
        Member target()
        {
            return members.stream().filter(member -> member.getID() == targetId).findFirst().orElse(Member.getDefaultInstance());
        }
    }

    MembersCall(final StreamObserver<R> observer, final ToLongFunction<ClientSession> sender, final Function<Result, R> answers)
    {
        super(observer);
        this.sender = sender;
        this.answers = answers;
    }

    @Override
    protected long send(final ClientSession via)
    {
        return sender.applyAsLong(via);
    }

    @Override
    protected void onMember(final MemberReplyDecoder reply)
    {
        final ResponseHeader header = Answers.headerWithoutRevision(reply.reply());
        final long targetId = reply.targetId();
        final List<Member> members = new ArrayList<>();
        for (final MemberReplyDecoder.MembersDecoder item : reply.members())
        {
            final Member.Builder member = Member.newBuilder().setID(item.id()).setIsLearner(item.learner() != 0).setName(item.name());
            addPeerUrls(member, item.peerUrls());
            addClientUrls(member, item.clientUrls());
            members.add(member.build());
        }
        answer(answers.apply(new Result(header, targetId, members)));
    }

    /** Members reach each other by an address without a scheme, etcd's clients know none without. */
    private static void addPeerUrls(final Member.Builder member, final String addresses)
    {
        if (!addresses.isEmpty())
        {
            for (final String address : addresses.split(","))
            {
                member.addPeerURLs(address.contains("://") ? address : PEER_SCHEME + address);
            }
        }
    }

    /** Those that etcd's clients can use: the others are of the native protocol. */
    private static void addClientUrls(final Member.Builder member, final String urls)
    {
        for (final String url : urls.split(","))
        {
            if (url.startsWith("http://") || url.startsWith("https://"))
            {
                member.addClientURLs(url);
            }
        }
    }
}
