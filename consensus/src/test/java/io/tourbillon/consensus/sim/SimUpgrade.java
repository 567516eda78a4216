package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.raft.ConfigurationRecord;
import io.tourbillon.mvcc.MvccSettings;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A rolling upgrade: the cluster begins with members of an older build, and one that starts again may be of the newer one from then on.
 * Each tells the log what its build knows, as a member does that starts. It draws from numbers of its own, so that the lives of seeds
 * without it stay as they are.
 */
final class SimUpgrade
{
    /** What the older build and the newer one know of what entries do. */
    static final int OLD = 1;
    static final int NEW = 2;
    private static final int ANNOUNCE_EVERY_TICKS = 40;
    private static final long ELECTION_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(1);

    private final SimWorld world;
    private final Random random;
    private final boolean isOn;
    private int upgradeCount;

    SimUpgrade(final SimWorld world, final long seed, final boolean isOn)
    {
        this.world = world;
        this.isOn = isOn;
        random = new Random(seed);
    }

    /** With an election time-out that makes the shortest lease another once the cluster's version is raised. */
    MvccSettings settings()
    {
        return new MvccSettings().electionTimeoutNs(isOn ? 2 * ELECTION_TIMEOUT_NS : ELECTION_TIMEOUT_NS)
            .initialMembers(ConfigurationRecord.encode(world.bootConfiguration, 1));
    }

    /** Of a member that is there from the beginning, or that comes later: by then the cluster may have no place for an older one. */
    int firstVersion()
    {
        return isOn && world.time.tick() == 0 ? OLD : NEW;
    }

    /** Of a member that starts again. */
    int nextVersion(final int version)
    {
        if (version == OLD && random.nextBoolean())
        {
            upgradeCount++;
            return NEW;
        }
        return version;
    }

    void cycle()
    {
        if (!isOn || world.time.tick() % ANNOUNCE_EVERY_TICKS != 0)
        {
            return;
        }
        final List<SimNode> leaders = world.nodes.values().stream().filter((node) -> node.isUp() && node.member().isLeader()).toList();
        for (final SimNode node : world.nodes.values())
        {
            final byte[] words = node.isUp() ? node.store().announcement(node.id) : null;
            if (words != null && !leaders.isEmpty())
            {
                leaders.get(random.nextInt(leaders.size())).ask((member) -> member.propose(words, 0));
            }
        }
    }

    /** How often a member became one of the newer build. */
    int upgradeCount()
    {
        return upgradeCount;
    }

    /** Whether what is new has begun. */
    boolean isOver()
    {
        return isOn && world.nodes.values().stream().anyMatch((node) -> node.store().clusterVersion() == NEW);
    }
}
