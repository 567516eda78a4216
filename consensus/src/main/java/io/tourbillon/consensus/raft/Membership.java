package io.tourbillon.consensus.raft;

/**
 * The configuration that acts, and everybody who must know when another one does.
 */
final class Membership
{
    private final long memberId;
    private final RaftLog log;
    private final ConfigurationLog configurations;
    private final Peers peers;
    private final Leadership leadership;

    Membership(
        final long memberId, final RaftLog log, final ConfigurationLog configurations, final Peers peers, final Leadership leadership)
    {
        this.memberId = memberId;
        this.log = log;
        this.configurations = configurations;
        this.peers = peers;
        this.leadership = leadership;
    }

    Configuration current()
    {
        return configurations.current();
    }

    /** Of the entry that carries it. */
    long currentIndex()
    {
        return configurations.currentIndex();
    }

    boolean isVoter()
    {
        return current().isVoter(memberId);
    }

    /**
     * Whether it votes in this configuration, or in one that acts again if this one is truncated: until it is committed, a member that it
     * does without may be the only one that can win (thesis 4.2.2, figure 4.6).
     */
    boolean mayCampaign()
    {
        return configurations.isVoterInAny(memberId);
    }

    /** Its place among the voters, from 0 on: the same on all members that have the same configuration. */
    int turn()
    {
        final long[] voterIds = current().voterIds();
        int turn = 0;
        while (turn < voterIds.length && voterIds[turn] != memberId)
        {
            turn++;
        }
        return turn;
    }

    boolean isSoleVoter()
    {
        return current().isSoleVoter(memberId);
    }

    /** Before {@link #act}. */
    void recover(final long index, final Configuration configuration)
    {
        configurations.append(index, configuration);
    }

    void append(final long index, final Configuration configuration, final long nowNs, final RaftEffects effects)
    {
        configurations.append(index, configuration);
        act(nowNs, effects);
    }

    void truncateFrom(final long index, final long nowNs, final RaftEffects effects)
    {
        if (configurations.truncateFrom(index))
        {
            act(nowNs, effects);
        }
    }

    void forgetBefore(final long commitIndex)
    {
        configurations.forgetBefore(commitIndex);
    }

    void restartAt(final long index, final Configuration configuration, final long nowNs, final RaftEffects effects)
    {
        configurations.restartAt(index, configuration, log.lastIndex());
        act(nowNs, effects);
    }

    void act(final long nowNs, final RaftEffects effects)
    {
        peers.configure(current(), log.lastIndex(), nowNs);
        leadership.onConfigured();
        effects.onConfiguration(current());
    }
}
