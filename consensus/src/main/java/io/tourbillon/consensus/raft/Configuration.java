package io.tourbillon.consensus.raft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * The members, who of them votes, and during a change of voters both halves of the joint configuration (Raft thesis, 4.3). Immutable.
 */
public final class Configuration
{
    /** Most members of a configuration; etcd advises 7 voters at most. */
    public static final int MEMBERS_MAX = 32;

    /** Of a member that joins and was not told yet who the others are: nobody votes, so nobody campaigns by it. */
    public static final Configuration UNKNOWN = new Configuration(List.of());

    private final List<Member> members;
    /** Of the new half, or the only ones. Sorted. */
    private final long[] voterIds;
    /** Of the old half of a joint configuration; else empty. Sorted. */
    private final long[] oldVoterIds;

    private Configuration(final List<Member> members)
    {
        this.members = members.stream().sorted(Comparator.comparingLong(Member::id)).toList();
        voterIds = ids(this.members, Member::isVoter);
        oldVoterIds = ids(this.members, Member::wasVoter);
        if (this.members.size() > MEMBERS_MAX)
        {
            throw new IllegalArgumentException("members: " + members.size() + ": must be at most " + MEMBERS_MAX);
        }
        if (voterIds.length == 0 && !members.isEmpty())
        {
            throw new IllegalArgumentException("a configuration needs a voter");
        }
        for (int i = 0; i < this.members.size(); i++)
        {
            final long id = this.members.get(i).id();
            if (id <= 0 || (i > 0 && id == this.members.get(i - 1).id()))
            {
                throw new IllegalArgumentException("member ids must be positive and differ: " + this.members);
            }
        }
    }

    /**
     * @param members in any order.
     * @return a configuration of these.
     * @throws IllegalArgumentException if nobody votes, an id is not positive or comes twice, or there are more than {@link #MEMBERS_MAX}.
     */
    public static Configuration of(final List<Member> members)
    {
        if (members.isEmpty())
        {
            throw new IllegalArgumentException("a configuration needs a voter");
        }
        return new Configuration(members);
    }

    /**
     * @param voterIds each positive, no two the same.
     * @return a configuration of these voters, without addresses.
     * @throws IllegalArgumentException as for {@link #of}.
     */
    public static Configuration ofVoters(final long... voterIds)
    {
        return new Configuration(LongStream.of(voterIds).mapToObj((id) -> new Member(id, true)).toList());
    }

    /**
     * The joint configuration on the way to another one.
     *
     * @param target where to go; not joint.
     * @return both halves in one, or the target itself if the same members vote.
     */
    public Configuration jointWith(final Configuration target)
    {
        assert !isJoint() : this;
        assert !target.isJoint() : target;
        if (Arrays.equals(voterIds, target.voterIds))
        {
            return target;
        }
        final List<Member> joint = new ArrayList<>();
        for (final Member member : target.members)
        {
            joint.add(member.withVotes(member.isVoter(), contains(voterIds, member.id())));
        }
        for (final Member member : members)
        {
            if (!target.isMember(member.id()) && member.isVoter())
            {
                joint.add(member.withVotes(false, true));
            }
        }
        return new Configuration(joint);
    }

    /** Whether a voter would become a learner: a joint configuration cannot tell it from one that leaves. */
    boolean isDemotedBy(final Configuration target)
    {
        return target.members.stream().anyMatch((member) -> !member.isVoter() && contains(voterIds, member.id()));
    }

    /**
     * @return the new half of a joint configuration, alone.
     */
    public Configuration withoutOld()
    {
        assert isJoint() : this;
        return new Configuration(members.stream()
            .filter((member) -> member.isVoter() || !member.wasVoter())
            .map((member) -> member.withVotes(member.isVoter(), false)).toList());
    }

    /**
     * @return the members, by id.
     */
    public List<Member> members()
    {
        return members;
    }

    /**
     * @return true while voters change: decisions need a majority of both halves.
     */
    public boolean isJoint()
    {
        return oldVoterIds.length > 0;
    }

    /**
     * @param memberId of anybody.
     * @return true if it votes, in either half.
     */
    public boolean isVoter(final long memberId)
    {
        return contains(voterIds, memberId) || contains(oldVoterIds, memberId);
    }

    /**
     * @param memberId of anybody.
     * @return true if it is a voter or a learner.
     */
    public boolean isMember(final long memberId)
    {
        return member(memberId) != null;
    }

    /**
     * @param memberId of anybody.
     * @return the member, or null.
     */
    public Member member(final long memberId)
    {
        for (int i = 0; i < members.size(); i++)
        {
            if (members.get(i).id() == memberId)
            {
                return members.get(i);
            }
        }
        return null;
    }

    /**
     * @param memberId of anybody.
     * @return true if it is the only voter: what it has decided, the majority has decided.
     */
    public boolean isSoleVoter(final long memberId)
    {
        return voterIds.length == 1 && voterIds[0] == memberId && !isJoint();
    }

    long[] voterIds()
    {
        return voterIds;
    }

    long[] oldVoterIds()
    {
        return oldVoterIds;
    }

    private static long[] ids(final List<Member> members, final Predicate<Member> isWanted)
    {
        return members.stream().filter(isWanted).mapToLong(Member::id).toArray();
    }

    private static boolean contains(final long[] sorted, final long id)
    {
        return Arrays.binarySearch(sorted, id) >= 0;
    }

    @Override
    public boolean equals(final Object other)
    {
        return other instanceof final Configuration that && members.equals(that.members);
    }

    @Override
    public int hashCode()
    {
        return members.hashCode();
    }

    @Override
    public String toString()
    {
        final StringBuilder text = new StringBuilder(Arrays.toString(voterIds));
        if (isJoint())
        {
            text.append(" from ").append(Arrays.toString(oldVoterIds));
        }
        final long[] learners = ids(members, Member::isLearner);
        return learners.length == 0 ? text.toString() : text.append(" learners ").append(Arrays.toString(learners)).toString();
    }
}
