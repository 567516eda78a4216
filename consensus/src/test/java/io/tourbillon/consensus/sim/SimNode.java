package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ScriptedMessages.Message;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** A machine of the cluster: its disk, its clock, and the member that runs on it, if one does. */
final class SimNode
{
    /** A state on its way, as the sender's last checkpoint has it. */
    record Image(long lastIndex, long lastTerm, Configuration configuration, IntFunction<SimStore> store)
    {
    }

    final long id;
    final SimClock clock;
    final SimJournal journal;
    private final SimWorld world;
    private final Deque<Message> inbox = new ArrayDeque<>();
    private SimStore store;
    private SimMember member;
    private boolean isRetired;
    private Configuration lastConfiguration;
    private int runCount;
    private long pausedUntil;
    private boolean hasOldView;
    private long fullUntil;
    private long slowUntil;

    SimNode(final SimWorld world, final long id)
    {
        this.world = world;
        this.id = id;
        final double rate = 1 + world.weather.clockSpread * (world.random.nextDouble() * 2 - 1);
        final long offset = world.random.nextInt(4) == 0 ? Long.MAX_VALUE - world.random.nextInt(1 << 30) : world.random.nextLong() >>> 2;
        clock = new SimClock(world.time, offset, rate);
        journal = new SimJournal(world.bootConfiguration);
        store = world.newStore();
    }

    void start()
    {
        runCount++;
        journal.begin();
        member = new SimMember(world, this, runCount);
        member.start();
    }

    /** The machine is gone: what was not forced may be lost, and all in memory is. */
    void crash()
    {
        world.trace.add("crash", id);
        lastConfiguration = member.core().configuration();
        member.onCrash();
        member = null;
        inbox.clear();
        pausedUntil = 0;
        world.watches.onGone(this);
        journal.crash(world.random);
        store = store.crash(world.upgrade.nextVersion(store.applyVersion()));
        journal.recover(checkpoint());
    }

    private SimJournal.Checkpoint checkpoint()
    {
        return new SimJournal.Checkpoint(store.appliedIndex(), store.appliedTerm());
    }

    /** Some of what the disk had forced is not what it was. To be said of a machine that is down. */
    void rot()
    {
        if (journal.rot(world.random, checkpoint()))
        {
            world.trace.add("rot", id, journal.rottenCount());
        }
        if (world.plant == Plant.ROT_TAKEN_FOR_TORN_TAIL)
        {
            journal.cutFromDamage(checkpoint());
        }
    }

    /** Out of the configuration for good: it is switched off. */
    void retire()
    {
        isRetired = true;
        if (isUp())
        {
            crash();
        }
    }

    void restart()
    {
        if (!isUp() && !isRetired)
        {
            world.trace.add("restart", id);
            start();
            connect();
        }
    }

    /** The others find it, and it finds those that are there, each way at a time of its own. */
    void connect()
    {
        world.nodes.values().forEach((other) ->
        {
            world.time.after(world.ticks(1, 20), () -> other.ask((peer) -> peer.reconnect(id)));
            world.time.after(world.ticks(1, 20), () -> ask((self) -> find(self, other)));
        });
    }

    private static void find(final SimMember self, final SimNode other)
    {
        if (other.isUp())
        {
            self.reconnect(other.id);
        }
    }

    /** It does nothing for a while, and does not know it. */
    void pause(final int ticks)
    {
        world.trace.add("pause", id, ticks);
        pausedUntil = world.time.tick() + ticks;
        hasOldView = world.random.nextBoolean();
    }

    void fillDisk(final int ticks)
    {
        fullUntil = world.time.tick() + ticks;
    }

    void slowDisk(final int ticks)
    {
        slowUntil = world.time.tick() + ticks;
    }

    void heal()
    {
        pausedUntil = 0;
        fullUntil = 0;
        slowUntil = 0;
        restart();
        // One that was under way as the faults ended comes to its end, too: a state cannot be sent before.
        if (store.isCheckpointing())
        {
            member.checkpoint();
        }
    }

    void receive(final Message message)
    {
        inbox.add(message);
    }

    /** One duty cycle; none while it is paused. The first after a pause may still go by the time it knew before. */
    void cycle()
    {
        if (isUp() && pausedUntil <= world.time.tick())
        {
            member.cycle(inbox, hasOldView);
            hasOldView = false;
            if (member.mustEnd())
            {
                crash();
                world.time.after(world.ticks(1, 20), this::restart);
            }
        }
    }

    /** A client's request or an operator's arrives; nothing happens if nobody is there. */
    void ask(final Consumer<SimMember> request)
    {
        if (isUp() && pausedUntil <= world.time.tick())
        {
            request.accept(member);
        }
        else if (isUp())
        {
            world.time.at(pausedUntil, () -> ask(request));
        }
    }

    /** Another state takes the place of this one, on the disk: all or nothing. */
    void install(final Image image, final Configuration configuration, final boolean keepsLog)
    {
        journal.install(image.lastIndex, image.lastTerm, configuration, keepsLog);
        world.watches.onGone(this);
        final int applyVersion = store.applyVersion();
        store.close();
        store = image.store.apply(applyVersion);
    }

    void close()
    {
        store.close();
    }

    boolean isUp()
    {
        return member != null;
    }

    /** That acts here, or did when it went down. */
    Configuration configuration()
    {
        return isUp() ? member.core().configuration() : lastConfiguration;
    }

    boolean isRetired()
    {
        return isRetired;
    }

    boolean isDiskFull()
    {
        return fullUntil > world.time.tick();
    }

    boolean isDiskSlow()
    {
        return slowUntil > world.time.tick();
    }

    SimMember member()
    {
        return member;
    }

    SimStore store()
    {
        return store;
    }
}
