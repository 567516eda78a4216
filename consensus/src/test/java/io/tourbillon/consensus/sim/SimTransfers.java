package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.sim.SimNode.Image;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;

/** States that one run of a member sends and receives. The sender always hears of the end, one way or the other. */
final class SimTransfers
{
    private static final int TICKS_MAX = 200;
    /** Of a thousand duty cycles with somebody waiting, those that bring the state on: often what is sent is older. */
    private static final int FRESH_PER_MILLE = 100;

    private record Arrived(Image image, LongConsumer answer)
    {
    }

    private final SimWorld world;
    private final SimMember member;
    /** Who waits for the state until no checkpoint is under way. */
    private final Set<Long> wanted = new TreeSet<>();
    private final Deque<Arrived> arrived = new ArrayDeque<>();

    SimTransfers(final SimWorld world, final SimMember member)
    {
        this.world = world;
        this.member = member;
    }

    void send(final long toId)
    {
        wanted.add(toId);
    }

    void cycle()
    {
        final SimStore store = member.node().store();
        if (!wanted.isEmpty() && world.chance(FRESH_PER_MILLE))
        {
            // An older state may not do: of what nobody has any more the receiver may know that it is committed.
            member.beginCheckpoint();
        }
        if (!wanted.isEmpty() && !store.isCheckpointing() && store.checkpointIndex() >= member.log().baseIndex())
        {
            final long index = store.checkpointIndex();
            final Image image = new Image(index, member.log().termOf(index), member.log().configurationAt(index), store.image());
            wanted.forEach((toId) -> begin(toId, image));
            wanted.clear();
        }
        if (!arrived.isEmpty())
        {
            final Arrived next = arrived.poll();
            next.answer.accept(member.install(next.image) ? next.image.lastIndex() : 0);
        }
    }

    private void begin(final long toId, final Image image)
    {
        world.trace.add("sends its state", member.id(), toId, image.lastIndex());
        world.time.after(world.ticks(1, TICKS_MAX), () ->
        {
            final SimNode receiver = world.nodes.get(toId);
            if (receiver.isUp() && !world.network.isLost(member.id(), toId))
            {
                receiver.member().transfers().arrived.add(new Arrived(image, (installedIndex) -> end(toId, installedIndex)));
                // The receiver may die with it.
                world.time.after(TICKS_MAX, () -> end(toId, 0));
            }
            else
            {
                end(toId, 0);
            }
        });
    }

    private void end(final long toId, final long installedIndex)
    {
        world.time.after(1, () ->
        {
            if (!member.isDead())
            {
                member.onTransferEnd(toId, installedIndex);
            }
        });
    }
}
