package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What befalls the cluster: as often as the weather says, and what operators ask for at the worst moment. */
final class Faults
{
    private static final int VOTERS_MAX = 7;
    private static final int MEMBERS_MAX = 9;
    private static final int IDS_MAX = 24;
    /** In a storm, who is to fall falls within so many. */
    private static final int STORM_TICKS = 80;
    /** Of partitions. */
    private static final int KINDS = 5;
    private static final int CUT_OFF = 0;

    private final SimWorld world;
    private final Weather weather;
    private int leadersSeen;
    private int truncationsSeen;
    private int crashCount;
    private int pauseCount;
    private int partitionCount;

    Faults(final SimWorld world)
    {
        this.world = world;
        this.weather = world.weather;
    }

    void cycle()
    {
        for (final SimNode node : List.copyOf(world.nodes.values()))
        {
            befall(node);
        }
        if (isDue(weather.powerCutEvery))
        {
            world.nodes.values().forEach(this::crash);
        }
        if (isDue(weather.partitionEvery))
        {
            partition(world.random.nextInt(KINDS), world.anyNode().id);
        }
        if (isDue(weather.leaderEvery))
        {
            leader().ifPresent(this::befallLeader);
        }
        if (weather.isStormy)
        {
            storm();
        }
        if (isDue(weather.changeEvery))
        {
            leader().ifPresent((node) -> node.ask(this::change));
        }
        if (isDue(weather.transferEvery))
        {
            leader().ifPresent((node) -> node.ask((member) -> member.transfer(world.anyNode().id)));
        }
        if (isDue(weather.compactionEvery))
        {
            final long revision = world.oracle.revision() - world.random.nextInt(30);
            leader().ifPresent((node) -> node.ask((member) -> member.propose(SimRequests.compact(revision), SimOracle.OTHERS)));
        }
        if (isDue(weather.reconnectEvery))
        {
            final long peerId = world.anyNode().id;
            world.anyNode().ask((member) -> member.reconnect(peerId));
        }
    }

    /** A leader falls soon, and so does who has truncated its log: before all disks have what they were sent. */
    private void storm()
    {
        if (leadersSeen < world.checks.leaderCount())
        {
            leadersSeen = world.checks.leaderCount();
            world.time.after(world.ticks(1, STORM_TICKS), () -> leader().ifPresent(this::befallLeader));
        }
        if (truncationsSeen < world.checks.truncationCount())
        {
            truncationsSeen = world.checks.truncationCount();
            final SimNode node = world.nodes.get(world.checks.lastTruncatedId());
            world.time.after(world.ticks(1, STORM_TICKS), () -> crash(node));
        }
    }

    private void befall(final SimNode node)
    {
        if (isDue(weather.crashEvery))
        {
            crash(node);
        }
        if (isDue(weather.pauseEvery) && node.isUp())
        {
            pauseCount++;
            node.pause(world.ticks(10, weather.leaseClients > 0 && world.random.nextBoolean() ? 1500 : 500));
        }
        if (isDue(weather.slowDiskEvery))
        {
            node.slowDisk(world.ticks(50, 1000));
        }
        if (isDue(weather.fullDiskEvery))
        {
            node.fillDisk(world.ticks(50, 600));
        }
        if (node.isUp() && (isDue(weather.checkpointEvery) || (node.store().isCheckpointing() && world.chance(300))))
        {
            node.member().checkpoint();
        }
    }

    /** What the cluster feels most. */
    private void befallLeader(final SimNode leader)
    {
        switch (world.random.nextInt(4))
        {
            case 0 -> crash(leader);
            case 1 -> leader.pause(world.ticks(100, weather.leaseClients > 0 ? 1500 : 500));
            case 2 -> partition(CUT_OFF, leader.id);
            default -> partition(world.random.nextInt(KINDS), leader.id);
        }
    }

    private boolean isDue(final int every)
    {
        return every > 0 && world.random.nextInt(every) == 0;
    }

    private void crash(final SimNode node)
    {
        if (node.isUp())
        {
            crashCount++;
            node.crash();
            if (world.chance(weather.rotPerMille) && mayRot(node))
            {
                node.rot();
            }
            world.time.after(world.ticks(1, world.random.nextBoolean() ? 20 : 400), node::restart);
        }
    }

    /** Whether all but a minority of the voters keep what they have. */
    private boolean mayRot(final SimNode chosen)
    {
        final Configuration configuration = world.checks.configuration();
        final boolean isChanging = configuration.isJoint() || world.nodes.values().stream().anyMatch((node) ->
            !node.isRetired() && !node.configuration().equals(configuration));
        final long rotten = world.nodes.values().stream()
            .filter((node) -> !node.isRetired() && (node == chosen || !node.journal.isIntact())).count();
        final long voters = configuration.members().stream().filter(Member::isVoter).count();
        return !isChanging && configuration.isMember(chosen.id) && rotten <= (voters - 1) / 2;
    }

    /** One alone, two halves, two halves with one that sees both, or one that is not heard, or does not hear. */
    private void partition(final int kind, final long chosen)
    {
        partitionCount++;
        final int ticks = world.ticks(20, 900);
        final long halves = world.random.nextLong();
        world.trace.add("partition", kind, chosen, halves, ticks);
        for (final long from : world.nodes.keySet())
        {
            for (final long to : world.nodes.keySet())
            {
                final boolean isAcross = (halves >>> from & 1) != (halves >>> to & 1);
                final boolean isCut = switch (kind)
                {
                    case CUT_OFF -> from == chosen || to == chosen;
                    case 1 -> isAcross;
                    case 2 -> isAcross && from != chosen && to != chosen;
                    case 3 -> from == chosen;
                    default -> to == chosen;
                };
                if (isCut)
                {
                    world.network.cut(from, to, ticks);
                }
            }
        }
    }

    /** Whoever believes it leads. */
    private Optional<SimNode> leader()
    {
        final List<SimNode> leaders = world.nodes.values().stream().filter((node) -> node.isUp() && node.member().isLeader()).toList();
        return leaders.isEmpty() ? Optional.empty() : Optional.of(leaders.get(world.random.nextInt(leaders.size())));
    }

    /** Goes by what the leader knows by now: what it knew before a pause may be over. */
    private void change(final SimMember leader)
    {
        retireRemoved(500);
        if (leader.isDead())
        {
            return;
        }
        final Configuration now = leader.core().configuration();
        // Whoever changes members while a disk is sick may come to need a majority that has not got it.
        final boolean isSick = world.nodes.values().stream().anyMatch((node) -> !node.isRetired() && !node.journal.isIntact());
        if (now.isJoint() || isSick)
        {
            return;
        }
        final List<Member> members = new ArrayList<>(now.members());
        final long firstNewId = world.lastId() + 1;
        switch (world.random.nextInt(5))
        {
            case 0 -> join(members, false);
            case 1 -> members.replaceAll((member) -> new Member(member.id(), true));
            case 2 -> remove(members);
            case 3 ->
            {
                remove(members);
                join(members, true);
            }
            default -> reshuffle(members);
        }
        final long voters = members.stream().filter(Member::isVoter).count();
        if (voters > 0 && voters <= VOTERS_MAX)
        {
            leader.change(Configuration.of(members));
        }
        else
        {
            // Nobody will ever hear of those who were to come.
            world.nodes.values().stream().filter((node) -> node.id >= firstNewId).forEach(SimNode::retire);
        }
    }

    /** Those who are out for good go, sooner or later. */
    void retireRemoved(final int perMille)
    {
        for (final SimNode node : world.nodes.values())
        {
            if (!node.isRetired() && world.checks.isRemoved(node.id) && world.chance(perMille))
            {
                node.retire();
            }
        }
    }

    private void join(final List<Member> members, final boolean isVoter)
    {
        if (members.size() < MEMBERS_MAX && world.lastId() < IDS_MAX)
        {
            members.add(new Member(world.addNode().id, isVoter));
        }
    }

    private void remove(final List<Member> members)
    {
        if (members.size() > 1)
        {
            members.remove(world.random.nextInt(members.size()));
        }
    }

    /** Several at once: some go, some come, some get a vote. */
    private void reshuffle(final List<Member> members)
    {
        for (int i = world.random.nextInt(3); i > 0; i--)
        {
            remove(members);
        }
        for (int i = world.random.nextInt(3); i > 0; i--)
        {
            join(members, true);
        }
        members.replaceAll((member) -> new Member(member.id(), member.isVoter() || world.random.nextBoolean()));
    }

    int crashCount()
    {
        return crashCount;
    }

    int pauseCount()
    {
        return pauseCount;
    }

    int partitionCount()
    {
        return partitionCount;
    }
}
