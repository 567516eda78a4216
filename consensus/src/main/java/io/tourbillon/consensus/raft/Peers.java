package io.tourbillon.consensus.raft;

/**
 * The other members of the acting configuration, and what majorities of its voters have reached. In a joint configuration both halves must
 * have reached it (Raft thesis, 4.3). Asking does not allocate.
 */
final class Peers
{
    /** What is asked of each voter. */
    enum Reading
    {
        MATCH_INDEX
        {
            @Override
            long of(final Peer peer)
            {
                return peer.matchIndex;
            }
        },
        ANSWERED_ROUND
        {
            @Override
            long of(final Peer peer)
            {
                return peer.answeredRound;
            }
        },
        VOTE
        {
            @Override
            long of(final Peer peer)
            {
                return peer.vote;
            }
        },
        ACTIVE
        {
            @Override
            long of(final Peer peer)
            {
                return peer.isActive ? 1 : 0;
            }
        },
        REACHED
        {
            @Override
            long of(final Peer peer)
            {
                return peer.isReached ? 1 : 0;
            }
        },
        ROOM
        {
            @Override
            long of(final Peer peer)
            {
                return peer.hasRoom ? 1 : 0;
            }
        };

        abstract long of(Peer peer);
    }

    private final long memberId;
    private final long[] sorted = new long[Configuration.MEMBERS_MAX];
    private Configuration configuration;
    private Peer[] peers = {};

    Peers(final long memberId, final Configuration configuration)
    {
        this.memberId = memberId;
        configure(configuration, 0, 0);
    }

    /** Another configuration acts. What is known of those who stay is kept; the new ones begin as under a new leader. */
    void configure(final Configuration next, final long lastIndex, final long nowNs)
    {
        configuration = next;
        final Peer[] before = peers;
        peers = next.members().stream().filter((member) -> member.id() != memberId).map((member) ->
        {
            final Peer known = find(before, member.id());
            if (known != null)
            {
                return known;
            }
            final Peer added = new Peer(member.id());
            added.reset(lastIndex, 0, nowNs);
            return added;
        }).toArray(Peer[]::new);
    }

    int count()
    {
        return peers.length;
    }

    Peer at(final int i)
    {
        return peers[i];
    }

    /** Null if it is not a member. */
    Peer find(final long id)
    {
        return find(peers, id);
    }

    /**
     * The highest value that a majority of the voters has reached.
     *
     * @param reading  what is asked.
     * @param ownValue of this member, which counts if it votes.
     */
    long reached(final Reading reading, final long ownValue)
    {
        final long reached = reachedBy(configuration.voterIds(), reading, ownValue);
        return configuration.isJoint() ? Math.min(reached, reachedBy(configuration.oldVoterIds(), reading, ownValue)) : reached;
    }

    private long reachedBy(final long[] voterIds, final Reading reading, final long ownValue)
    {
        for (int i = 0; i < voterIds.length; i++)
        {
            final long value = voterIds[i] == memberId ? ownValue : reading.of(find(voterIds[i]));
            int at = i;
            for (; at > 0 && sorted[at - 1] > value; at--)
            {
                sorted[at] = sorted[at - 1];
            }
            sorted[at] = value;
        }
        // As many have at least this value as lie from here to the end: more than half.
        return sorted[(voterIds.length - 1) / 2];
    }

    private static Peer find(final Peer[] peers, final long id)
    {
        for (final Peer peer : peers)
        {
            if (peer.id == id)
            {
                return peer;
            }
        }
        return null;
    }
}
