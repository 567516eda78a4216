package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ScriptedMessages.Message;

import java.util.Arrays;

/** Carries members' messages: late, twice, in another order or not at all, as the weather has it. */
final class SimNetwork
{
    private static final int IDS = Configuration.MEMBERS_MAX + 1;
    private static final int LATE_TICKS_MAX = 300;

    private final SimWorld world;
    /** How many partitions cut the way from one member to another. */
    private final int[][] cuts = new int[IDS][IDS];
    private final long[][] lastArrivals = new long[IDS][IDS];
    private boolean isCalm;
    private long sentCount;
    private long lostCount;

    SimNetwork(final SimWorld world)
    {
        this.world = world;
    }

    void send(final Message message)
    {
        send(message, !isCalm && world.chance(world.weather.duplicatePerMille) ? 2 : 1);
    }

    /** On a stream, which never says anything twice. */
    void sendOnce(final Message message)
    {
        send(message, 1);
    }

    private void send(final Message message, final int copies)
    {
        sentCount++;
        if (isLost(message.fromId(), message.toId()))
        {
            lostCount++;
            return;
        }
        for (int i = 0; i < copies; i++)
        {
            world.time.at(arrival((int)message.fromId(), (int)message.toId()), () -> deliver(message));
        }
    }

    /** Whether something that is sent now would not arrive. */
    boolean isLost(final long fromId, final long toId)
    {
        return cuts[(int)fromId][(int)toId] > 0 || (!isCalm && world.chance(world.weather.lossPerMille));
    }

    private long arrival(final int fromId, final int toId)
    {
        final boolean isLate = !isCalm && world.chance(world.weather.latePerMille);
        final int delay = 1 + world.random.nextInt(isLate ? LATE_TICKS_MAX : isCalm ? 1 : world.weather.delayTicksMax);
        long arrival = world.time.tick() + delay;
        if (world.weather.isOrdered)
        {
            arrival = Math.max(arrival, lastArrivals[fromId][toId]);
            lastArrivals[fromId][toId] = arrival;
        }
        return arrival;
    }

    private void deliver(final Message message)
    {
        final SimNode node = world.nodes.get(message.toId());
        if (node != null && node.isUp())
        {
            node.receive(message);
        }
    }

    /** Cuts one way for so many ticks. */
    void cut(final long fromId, final long toId, final int ticks)
    {
        cuts[(int)fromId][(int)toId]++;
        world.time.after(ticks, () ->
        {
            cuts[(int)fromId][(int)toId] = Math.max(0, cuts[(int)fromId][(int)toId] - 1);
        });
    }

    /** From now on all arrives, and soon. */
    void heal()
    {
        isCalm = true;
        for (final int[] row : cuts)
        {
            Arrays.fill(row, 0);
        }
    }

    boolean isCalm()
    {
        return isCalm;
    }

    long sentCount()
    {
        return sentCount;
    }

    long lostCount()
    {
        return lostCount;
    }
}
