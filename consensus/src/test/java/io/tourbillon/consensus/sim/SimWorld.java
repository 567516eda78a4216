package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.history.History;
import io.tourbillon.consensus.raft.Configuration;
import org.agrona.DirectBuffer;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** What all parts of one simulation share. */
final class SimWorld
{
    final Random random;
    final Weather weather;
    final Plant plant;
    final SimTime time = new SimTime();
    final Trace trace = new Trace(time);
    final History history = new History();
    final SimOracle oracle = new SimOracle();
    final ClusterChecks checks;
    final SimNetwork network = new SimNetwork(this);
    final SimClients clients;
    final SimWatches watches;
    final SimLeases leases;
    final SimUpgrade upgrade;
    /** By id. */
    final Map<Long, SimNode> nodes = new TreeMap<>();
    /** Of the cluster's birth. */
    final Configuration bootConfiguration;
    private long lastId;

    SimWorld(final long seed, final Plant plant, final Limits limits)
    {
        // Random's first draws from neighbouring seeds are all but the same.
        random = new Random(new SplittableRandom(seed).nextLong());
        weather = new Weather(random, plant, limits);
        this.plant = plant;
        bootConfiguration = Configuration.ofVoters(LongStream.rangeClosed(1, weather.voters).toArray());
        checks = new ClusterChecks(trace, oracle, bootConfiguration);
        clients = new SimClients(this);
        watches = new SimWatches(this);
        leases = new SimLeases(this);
        upgrade = new SimUpgrade(this, ~seed, weather.hasRealStore && limits.of("upgrades", (seed & 1) == 1 || plant.isOfUpgrades()) &&
            (plant == Plant.NONE || plant.isOfUpgrades()));
        for (int i = 0; i < weather.voters; i++)
        {
            addNode();
        }
        nodes.values().forEach(SimNode::connect);
    }

    /** A member with an empty disk; ids are never given twice. */
    SimNode addNode()
    {
        final SimNode node = new SimNode(this, ++lastId);
        nodes.put(node.id, node);
        node.start();
        return node;
    }

    long lastId()
    {
        return lastId;
    }

    boolean chance(final int perMille)
    {
        return perMille > 0 && random.nextInt(1000) < perMille;
    }

    int ticks(final int least, final int most)
    {
        return least + random.nextInt(most - least + 1);
    }

    SimNode anyNode()
    {
        final List<SimNode> there = nodes.values().stream().filter((node) -> !node.isRetired()).toList();
        return there.get(random.nextInt(there.size()));
    }

    private int onMessage(final long sessionId, final boolean isEvent, final DirectBuffer buffer, final int offset, final int length)
    {
        return (sessionId >= SimLeases.FIRST_SESSION ? leases : watches).onMessage(sessionId, isEvent, buffer, offset, length);
    }

    SimStore newStore()
    {
        return weather.hasRealStore ?
            new MvccStore(random.nextLong(), this::onMessage, plant, upgrade::settings, upgrade.firstVersion()) : new ModelStore(plant);
    }
}
