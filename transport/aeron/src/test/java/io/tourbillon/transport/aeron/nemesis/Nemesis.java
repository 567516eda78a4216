package io.tourbillon.transport.aeron.nemesis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What befalls a cluster. Each begins, lasts a while, and ends with all that it broke mended. */
enum Nemesis
{
    /** SIGKILL; the page cache stays. */
    KILL
    {
        @Override
        void begin(final Cluster cluster, final Random random, final int victim)
        {
            cluster.member(victim).kill();
        }
    },
    /** SIGSTOP: a long pause, after which it goes on as if nothing had been. */
    PAUSE
    {
        @Override
        void begin(final Cluster cluster, final Random random, final int victim) throws IOException
        {
            cluster.member(victim).pause();
        }
    },
    /** One hears nobody, and nobody hears it. */
    ALONE(true, false)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final int victim) throws IOException
        {
            for (final int other : others(cluster, victim))
            {
                cluster.network().cutBothWays(victim, other);
            }
        }
    },
    /** Two parts, each of whoever chance puts there. */
    HALVES(true, false)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final int victim) throws IOException
        {
            final List<Integer> others = others(cluster, victim);
            Collections.shuffle(others, random);
            final List<Integer> half = new ArrayList<>(others.subList(0, (cluster.size() - 1) / 2));
            half.add(victim);
            for (final int one : half)
            {
                for (final int other : others)
                {
                    if (!half.contains(other))
                    {
                        cluster.network().cutBothWays(one, other);
                    }
                }
            }
        }
    },
    /** One is heard and hears nobody, or the other way round. */
    ONE_WAY(true, false)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final int victim) throws IOException
        {
            final boolean isMute = random.nextBoolean();
            for (final int other : others(cluster, victim))
            {
                cluster.network().cut(isMute ? victim : other, isMute ? other : victim);
            }
        }
    },
    /** One hears all, the others hear only that one. */
    BRIDGE(true, false)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final int victim) throws IOException
        {
            final List<Integer> others = others(cluster, victim);
            for (int i = 0; i < others.size(); i++)
            {
                for (int k = 0; k < i; k++)
                {
                    cluster.network().cutBothWays(others.get(i), others.get(k));
                }
            }
        }
    },
    /** Power is cut: of one member, or of all at the same time. What was not forced is gone. */
    POWER(false, true)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final int victim) throws IOException
        {
            final List<Member> victims = random.nextInt(3) == 0 ? List.of(cluster.member(victim)) : cluster.members();
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
    FULL_DISK(false, true)
    {
        @Override
        void begin(final Cluster cluster, final Random random, final int victim) throws IOException
        {
            cluster.member(victim).fillDisk();
        }

        @Override
        void end(final Cluster cluster) throws IOException
        {
            for (final Member member : cluster.members())
            {
                member.freeDisk();
            }
        }
    };

    private final boolean needsNetwork;
    private final boolean needsDisk;

    Nemesis()
    {
        this(false, false);
    }

    Nemesis(final boolean needsNetwork, final boolean needsDisk)
    {
        this.needsNetwork = needsNetwork;
        this.needsDisk = needsDisk;
    }

    /** Why it cannot befall this cluster here, or null. */
    String unavailableBecause(final Cluster cluster)
    {
        return needsNetwork && !cluster.network().isCuttable() ? cluster.network().reason() :
            needsDisk && !cluster.member(0).hasDisk() ? "disks of their own need root and loop devices" : null;
    }

    abstract void begin(Cluster cluster, Random random, int victim) throws IOException;

    /** Mends what only this one breaks. */
    void end(final Cluster cluster) throws IOException
    {
        assert cluster.size() > 0;
    }

    private static List<Integer> others(final Cluster cluster, final int victim)
    {
        final List<Integer> others = new ArrayList<>();
        for (int i = 0; i < cluster.size(); i++)
        {
            if (i != victim)
            {
                others.add(i);
            }
        }
        return others;
    }
}
