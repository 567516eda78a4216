package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.history.Registers;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The life of a cluster, drawn from a seed: clients ask, members crash, stop and go on, the network cuts and disorders, members come and
 * go. Then it heals, must come to rest, and what clients were told is compared with what the log says.
 */
final class Simulation
{
    /** Healing takes a few elections at worst, and the states that laggards need. */
    private static final int HEALING_TICKS_MAX = 20_000;
    /** Of the search for an order, for each key: a few hundred suffice. */
    private static final int ORDER_STEPS_MAX = 200_000;

    private final long seed;
    private final SimWorld world;
    private final Faults faults;
    private int undecidedCount;

    private Simulation(final long seed, final Plant plant, final Limits limits)
    {
        this.seed = seed;
        world = new SimWorld(seed, plant, limits);
        faults = new Faults(world);
    }

    /** A whole life. What broke is thrown, with what the cluster looked like then. */
    static Simulation play(final long seed, final Plant plant, final Limits limits)
    {
        final Simulation simulation = new Simulation(seed, plant, limits);
        try
        {
            simulation.runFaulty();
            simulation.heal();
        }
        catch (final AssertionError | RuntimeException ex)
        {
            throw new AssertionError(ex.getMessage() + "\n" + simulation, ex);
        }
        finally
        {
            simulation.close();
        }
        return simulation;
    }

    /** Faults first: safety. */
    private void runFaulty()
    {
        for (int i = 0; i < world.weather.faultyTicks; i++)
        {
            world.time.advance();
            faults.cycle();
            world.clients.cycle();
            world.watches.cycle();
            world.leases.cycle();
            world.upgrade.cycle();
            cycleMembers();
        }
    }

    /** Then no faults: all come to the same state, and whoever asks is answered. */
    private void heal()
    {
        world.network.heal();
        runUntil(() -> world.clients.isIdle() && isAtRest());
        world.clients.beginAnew();
        runUntil(() ->
        {
            world.clients.cycleUntilAnswered();
            world.watches.cycle();
            world.leases.cycle();
            world.upgrade.cycle();
            return world.clients.areAllAnswered() && isAtRest() && haveAllAnswered() &&
                world.watches.areUpToDate() && world.leases.areOver();
        });
        world.history.check(world.oracle.written());
        undecidedCount = Registers.check(world.history.ops(), ORDER_STEPS_MAX);
    }

    private void close()
    {
        world.nodes.values().forEach(SimNode::close);
    }

    private void runUntil(final BooleanSupplier goal)
    {
        for (int i = 0; i < HEALING_TICKS_MAX; i++)
        {
            world.time.advance();
            // Crashed members start; of those who were removed nobody is needed any more.
            world.nodes.values().forEach(SimNode::heal);
            faults.retireRemoved(1000);
            cycleMembers();
            retireOutsiders();
            if (goal.getAsBoolean())
            {
                return;
            }
        }
        throw new SimFailure("the cluster does not come to rest");
    }

    /** Who was to come by a change that a crash has lost will never hear of anybody: whoever asks there would wait for ever. */
    private void retireOutsiders()
    {
        if (isAtRest())
        {
            world.nodes.values().stream()
                .filter((node) -> !node.isRetired() && !world.checks.configuration().isMember(node.id)).forEach(SimNode::retire);
        }
    }

    private void cycleMembers()
    {
        // Nobody is always first.
        final List<SimNode> nodes = new ArrayList<>(world.nodes.values());
        final int first = world.random.nextInt(nodes.size());
        for (int i = 0; i < nodes.size(); i++)
        {
            nodes.get((first + i) % nodes.size()).cycle();
        }
    }

    /** There is a leader, and all members of its configuration have applied all of its log, to the same state. */
    private boolean isAtRest()
    {
        return world.nodes.values().stream().anyMatch((node) -> node.isUp() && node.member().isLeader() && isFollowedByAll(node));
    }

    private boolean isFollowedByAll(final SimNode leader)
    {
        final long lastIndex = leader.member().log().lastIndex();
        final Configuration configuration = leader.member().core().configuration();
        if (!configuration.equals(world.checks.configuration()) || configuration.isJoint())
        {
            return false;
        }
        for (final Member one : configuration.members())
        {
            final SimNode node = world.nodes.get(one.id());
            if (!node.isUp() || node.store().appliedIndex() != lastIndex || !node.member().stages().isEmpty() ||
                node.member().core().leaderId() != leader.id)
            {
                return false;
            }
        }
        checkEqual(leader, configuration);
        return true;
    }

    /** Also those whose clients have given up: what a member has taken is answered some day, one way or the other. */
    private boolean haveAllAnswered()
    {
        return world.nodes.values().stream().allMatch((node) -> !node.isUp() || node.member().hasAnsweredAll());
    }

    private void checkEqual(final SimNode leader, final Configuration configuration)
    {
        for (final Member one : configuration.members())
        {
            final SimNode node = world.nodes.get(one.id());
            SimFailure.unless(node.store().stateHash() == leader.store().stateHash(), "the states differ: " + node.member());
            SimFailure.unless(node.member().core().configuration().equals(configuration),
                "the configurations differ: " + node.member() + ", " + leader.member());
        }
    }

    /** Equal for equal runs. */
    long traceHash()
    {
        return world.trace.hash();
    }

    /** What happened, in numbers. */
    SimStats stats()
    {
        return new SimStats(1, world.time.tick(), world.time.tick() - world.weather.faultyTicks,
            world.history.answeredCount(), world.history.unknownCount(), world.checks.leaderCount(),
            faults.crashCount(), faults.pauseCount(), faults.partitionCount(), world.checks.changeCount(), world.checks.truncationCount(),
            world.checks.installCount(), world.nodes.values().stream().mapToLong((node) -> node.journal.lostCount()).sum(),
            world.network.lostCount(), world.nodes.values().stream().mapToLong((node) -> node.journal.rottenCount()).sum(),
            world.nodes.values().stream().mapToLong((node) -> node.journal.repairedCount()).sum(), world.watches.toldCount(),
            world.leases.renewalCount(), world.leases.expiryCount(),
            world.clients.retryCount(), world.upgrade.upgradeCount(), world.upgrade.isOver() ? 1 : 0, undecidedCount);
    }

    @Override
    public String toString()
    {
        final StringBuilder text = new StringBuilder("seed " + seed + ", tick " + world.time.tick() + ", " + world.weather);
        world.nodes.values().stream().filter(SimNode::isUp).forEach((node) -> text.append("\n  ").append(node.member()));
        return text.append(world.watches).toString();
    }
}
