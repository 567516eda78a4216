package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MemberRequestDecoder;
import io.tourbillon.consensus.PeerLinks;
import io.tourbillon.consensus.StateMachine;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.consensus.raft.PeerUrl;
import io.tourbillon.consensus.raft.RaftCore;
import org.agrona.collections.Hashing;

import java.util.ArrayList;
import java.util.List;

/**
 * Judges a change of members by etcd's rules and says what the members would be. Changes nothing. Sequencer's thread of the leader;
 * allocates, as changes are rare.
 */
final class MembershipChange
{
    /** The change may be made: {@link #target()} says to what. */
    static final int SOUND = 0;
    /** Share of the leader's log that a learner must have: nine tenths. */
    private static final int READY_NUMERATOR = 9;
    private static final int READY_DENOMINATOR = 10;
    /** How many election time-outs a connection must have lasted to count: etcd's 5 s. */
    private static final int HEALTHY_TIMEOUTS = 5;
    private static final long ID_MASK = 0xFFFFFFFFL;

    private final RaftCore core;
    private final LogWriter log;
    private final StateMachine stateMachine;
    private final PeerLinks links;
    private final long memberId;
    private final long clusterId;
    private final MembershipSettings settings;
    private final long healthyNs;
    private Configuration target;
    private long targetId;

    MembershipChange(final PipelineContext ctx, final RaftCore core, final LogWriter log)
    {
        this.core = core;
        this.log = log;
        stateMachine = ctx.stateMachine();
        links = ctx.peerLinks();
        memberId = ctx.memberId();
        clusterId = ctx.clusterId();
        settings = ctx.membership();
        healthyNs = HEALTHY_TIMEOUTS * ctx.electionTimeoutNs();
    }

    /** {@link #SOUND}, or the number of the error. */
    int judge(final MemberRequestDecoder request)
    {
        targetId = request.targetId();
        final ErrorCode refusal = switch (request.operation())
        {
            case ADD -> judgeAdd(true, addressOf(request));
            case ADD_LEARNER -> judgeAdd(false, addressOf(request));
            case REMOVE -> judgeRemove();
            case UPDATE -> judgeUpdate(addressOf(request));
            case PROMOTE -> judgePromote();
            default -> ErrorCode.MALFORMED;
        };
        return refusal == null ? SOUND : refusal.number();
    }

    /** The members if the change is made. */
    Configuration target()
    {
        return target;
    }

    /** The member that changes; one that is added has its id now. */
    long targetId()
    {
        return targetId;
    }

    /** Null unless it is just one, and sound. */
    private static String addressOf(final MemberRequestDecoder request)
    {
        final MemberRequestDecoder.PeerUrlsDecoder urls = request.peerUrls();
        return urls.count() == 1 ? PeerUrl.address(urls.next().url()) : null;
    }

    private ErrorCode judgeAdd(final boolean isVoter, final String address)
    {
        final List<Member> members = core.configuration().members();
        if (address == null || members.size() == Configuration.MEMBERS_MAX)
        {
            return ErrorCode.INVALID_PEER_URLS;
        }
        if (members.stream().anyMatch((member) -> member.peerUrls().equals(address)))
        {
            return ErrorCode.PEER_URLS_EXIST;
        }
        final long learnerCount = members.stream()
            .filter((member) -> member.isLearner() && !stateMachine.isPromisedVoter(member.id())).count();
        if (!isVoter && learnerCount >= settings.learnersMax())
        {
            return ErrorCode.TOO_MANY_LEARNERS;
        }
        final ErrorCode refusal = isVoter ? judgeOneMoreVoter(0) : null;
        if (refusal != null)
        {
            return refusal;
        }
        if (!links.open())
        {
            return ErrorCode.UNHEALTHY_CLUSTER;
        }
        targetId = newId();
        return with(new Member(targetId, false, false, "", address, ""));
    }

    /**
     * A voter that is added is a learner until it has the log. Other way: a cluster of one that grows to two would stand still until the
     * second one, whose id is not known before, is started; and a wrong address would stop it for good.
     *
     * @return whether one of those may vote now; {@link #target()} has it then.
     */
    boolean judgePromised()
    {
        final List<Member> members = core.configuration().members();
        for (int i = 0; i < members.size(); i++)
        {
            final Member member = members.get(i);
            if (member.isLearner() && stateMachine.isPromisedVoter(member.id()) && isReady(member.id()) &&
                links.isConnectedFor(member.id(), 0))
            {
                with(new Member(member.id(), true, false, member.name(), member.peerUrls(), member.clientUrls()));
                return true;
            }
        }
        return false;
    }

    private boolean isReady(final long learnerId)
    {
        return core.matchIndexOf(learnerId) * READY_DENOMINATOR >= log.lastIndex() * READY_NUMERATOR;
    }

    /** The new voter counts as one that is not started, unless it is a learner that was. */
    private ErrorCode judgeOneMoreVoter(final int startedCount)
    {
        final int voters = voterCount();
        final boolean isSecond = voters == 1;
        if (!settings.isStrict() || isSecond)
        {
            return null;
        }
        final int quorum = (voters + 1) / 2 + 1;
        if (startedVoters(0) + startedCount < quorum)
        {
            return ErrorCode.NOT_ENOUGH_STARTED;
        }
        return connectedVoters() + startedCount < quorum ? ErrorCode.UNHEALTHY_CLUSTER : null;
    }

    private ErrorCode judgeRemove()
    {
        final Member member = core.configuration().member(targetId);
        if (member == null)
        {
            return ErrorCode.MEMBER_NOT_FOUND;
        }
        if (member.isVoter())
        {
            final int quorum = (voterCount() - 1) / 2 + 1;
            if (voterCount() == 1 || settings.isStrict() && startedVoters(targetId) < quorum)
            {
                return ErrorCode.NOT_ENOUGH_STARTED;
            }
            // Who cannot be reached may go whoever else can.
            final boolean isReached = targetId == memberId || links.isConnectedFor(targetId, 0);
            if (settings.isStrict() && isReached && connectedVoters() - 1 < quorum)
            {
                return ErrorCode.UNHEALTHY_CLUSTER;
            }
        }
        final List<Member> members = new ArrayList<>(core.configuration().members());
        members.remove(member);
        target = Configuration.of(members);
        return null;
    }

    private ErrorCode judgeUpdate(final String address)
    {
        final Member member = core.configuration().member(targetId);
        if (member == null)
        {
            return ErrorCode.MEMBER_NOT_FOUND;
        }
        if (address == null)
        {
            return ErrorCode.INVALID_PEER_URLS;
        }
        if (core.configuration().members().stream().anyMatch((other) -> other != member && other.peerUrls().equals(address)))
        {
            return ErrorCode.PEER_URLS_EXIST;
        }
        return with(new Member(targetId, member.isVoter(), false, member.name(), address, member.clientUrls()));
    }

    private ErrorCode judgePromote()
    {
        final Member member = core.configuration().member(targetId);
        if (member == null)
        {
            return ErrorCode.MEMBER_NOT_FOUND;
        }
        if (!member.isLearner())
        {
            return ErrorCode.NOT_A_LEARNER;
        }
        if (!isReady(targetId))
        {
            return ErrorCode.LEARNER_NOT_READY;
        }
        final ErrorCode refusal = judgeOneMoreVoter(1);
        return refusal != null ? refusal : with(new Member(targetId, true, false, member.name(), member.peerUrls(), member.clientUrls()));
    }

    /** The members, and this one in the place of one that has its id. */
    private ErrorCode with(final Member changed)
    {
        final List<Member> members = new ArrayList<>(core.configuration().members());
        members.removeIf((member) -> member.id() == changed.id());
        members.add(changed);
        target = Configuration.of(members);
        return null;
    }

    /** Made of the cluster and of the entry's place in the log: each place is taken once. No member has it, and none ever had. */
    private long newId()
    {
        long hash = clusterId + 31 * (log.lastIndex() + 1) + 961 * core.term();
        long id;
        do
        {
            hash = hash * 0x9E3779B97F4A7C15L + 1;
            id = Hashing.hash(hash) & ID_MASK | 1;
        }
        while (core.configuration().isMember(id) || stateMachine.isRemovedMember(id));
        return id;
    }

    private int voterCount()
    {
        return (int)core.configuration().members().stream().filter(Member::isVoter).count();
    }

    /** Without one of them; 0 = all. Those that the cluster began with have their names from the beginning. */
    private int startedVoters(final long without)
    {
        return (int)core.configuration().members().stream().filter((member) -> member.isVoter() && member.id() != without &&
            (!member.name().isEmpty() || stateMachine.isStartedMember(member.id()))).count();
    }

    private int connectedVoters()
    {
        return (int)core.configuration().members().stream().filter((member) -> member.isVoter() &&
            (member.id() == memberId || links.isConnectedFor(member.id(), healthyNs))).count();
    }
}
