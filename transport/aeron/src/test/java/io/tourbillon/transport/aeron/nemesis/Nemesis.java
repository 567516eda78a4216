package io.tourbillon.transport.aeron.nemesis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * What befalls a cluster. Each begins, lasts a while, and ends with all that it broke mended, but for a change of members: it takes the
 * time it takes, under what befalls the cluster next.
 */
enum Nemesis
{
    /** SIGKILL; the page cache stays. */
    KILL
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim)
        {
            victim.kill();
        }
    },
    /** SIGSTOP: a long pause, after which it goes on as if nothing had been. */
    PAUSE
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim) throws IOException
        {
            victim.pause();
        }
    },
    /** One hears no other member, and none hears it; clients outside perhaps. */
    ALONE(Need.NETWORK)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim) throws IOException
        {
            for (final Member other : others(cluster, victim))
            {
                cluster.network().cutBothWays(victim.index(), other.index());
            }
            if (victim.isReachableFromOutside() && random.nextBoolean())
            {
                cluster.network().cutBothWays(victim.index(), Network.OUTSIDE);
            }
        }
    },
    /** Two parts, each of whoever chance puts there. */
    HALVES(Need.NETWORK)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim) throws IOException
        {
            final List<Member> others = others(cluster, victim);
            Collections.shuffle(others, random);
            final List<Member> half = new ArrayList<>(others.subList(0, (cluster.size() - 1) / 2));
            half.add(victim);
            for (final Member one : half)
            {
                for (final Member other : others)
                {
                    if (!half.contains(other))
                    {
                        cluster.network().cutBothWays(one.index(), other.index());
                    }
                }
            }
        }
    },
    /** One is heard and hears nobody, or the other way round. */
    ONE_WAY(Need.NETWORK)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim) throws IOException
        {
            final boolean isMute = random.nextBoolean();
            for (final Member other : others(cluster, victim))
            {
                cluster.network().cut(isMute ? victim.index() : other.index(), isMute ? other.index() : victim.index());
            }
        }
    },
    /** One hears all, the others hear only that one. */
    BRIDGE(Need.NETWORK)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim) throws IOException
        {
            final List<Member> others = others(cluster, victim);
            for (int i = 0; i < others.size(); i++)
            {
                for (int k = 0; k < i; k++)
                {
                    cluster.network().cutBothWays(others.get(i).index(), others.get(k).index());
                }
            }
        }
    },
    /** Clients outside do not hear one member, or it does not hear them, or both: members notice nothing. */
    UNHEARD(Need.RULES)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim) throws IOException
        {
            final int ways = 1 + random.nextInt(3);
            if ((ways & 1) != 0)
            {
                cluster.network().cut(victim.index(), Network.OUTSIDE);
            }
            if ((ways & 2) != 0)
            {
                cluster.network().cut(Network.OUTSIDE, victim.index());
            }
        }
    },
    /** Of what goes to and from one member, some is lost. */
    LOSSY(Need.RULES)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim) throws IOException
        {
            for (final Member other : others(cluster, victim))
            {
                cluster.network().lose(victim.index(), other.index());
                cluster.network().lose(other.index(), victim.index());
            }
            cluster.network().lose(victim.index(), Network.OUTSIDE);
            cluster.network().lose(Network.OUTSIDE, victim.index());
        }
    },
    /** Power is cut: of one member, or of all at the same time. What was not forced is gone. */
    POWER(Need.DISK)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim) throws IOException
        {
            final List<Member> victims = random.nextInt(3) == 0 ? List.of(victim) : cluster.members();
            for (final Member member : victims)
            {
                member.cutPower();
            }
            for (final Member member : victims)
            {
                member.kill();
                member.restorePower();
            }
        }
    },
    /** No room on a disk. */
    FULL_DISK(Need.DISK)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim) throws IOException
        {
            victim.fillDisk();
        }

        @Override
        void end(final Cluster cluster) throws IOException
        {
            for (final Member member : cluster.members())
            {
                member.freeDisk();
            }
        }
    },
    /** One member comes and one goes, unless others still do. */
    MEMBERS
    {
        @Override
        void begin(final Cluster cluster, final Random random, final Member victim)
        {
            cluster.beginSuccession(random);
        }
    };

    /** What of a machine it takes. */
    private enum Need
    {
        NOTHING, NETWORK, RULES, DISK
    }

    private final Need need;

    Nemesis()
    {
        this(Need.NOTHING);
    }

    Nemesis(final Need need)
    {
        this.need = need;
    }

    /** Why it cannot befall this cluster here, or null. */
    String unavailableBecause(final Cluster cluster)
    {
        return switch (need)
        {
            case NOTHING -> null;
            case NETWORK -> cluster.network().reason();
            case RULES -> cluster.network().withoutRules();
            case DISK -> cluster.members().get(0).hasDisk() ? null : "disks of their own need root and loop devices";
        };
    }

    abstract void begin(Cluster cluster, Random random, Member victim) throws IOException;

    /** Mends what only this one breaks. */
    void end(final Cluster cluster) throws IOException
    {
        assert cluster.size() > 0;
    }

    private static List<Member> others(final Cluster cluster, final Member victim)
    {
        final List<Member> others = new ArrayList<>(cluster.members());
        others.remove(victim);
        return others;
    }
}
