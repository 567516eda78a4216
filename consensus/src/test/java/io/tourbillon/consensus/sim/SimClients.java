package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.history.History;
import io.tourbillon.consensus.raft.RaftCore;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Clients, each with one request at a time. One whose answer does not come gives up and never learns what came of it. */
final class SimClients
{
    static final int KEYS = 8;
    private static final int HINT_TICKS = 20;
    private static final int CALM_PATIENCE_TICKS = 2000;

    private final class Client
    {
        private final long sessionId;
        private History.Op op;
        private long nextTick;
        private long targetId = 1;
        private boolean hasWritten;
        private boolean hasRead;

        private Client(final long sessionId)
        {
            this.sessionId = sessionId;
        }

        private void begin(final boolean isRead)
        {
            final long id = nextId++;
            final String value = isRead || world.random.nextInt(6) == 0 ? null : "v" + id;
            final History.Op asked = new History.Op(id, isRead, keys(isRead), value, world.time.nextMoment());
            op = asked;
            world.history.invoke(asked);
            final SimNode node = choose();
            world.time.after(delay(), () -> node.ask((member) -> member.ask(asked, sessionId)));
            world.time.after(patience(), () ->
            {
                if (op == asked)
                {
                    targetId = world.anyNode().id;
                    end(asked);
                }
            });
        }

        private List<String> keys(final boolean isRead)
        {
            final int first = world.random.nextInt(world.weather.keys);
            final int count = isRead || world.random.nextInt(4) > 0 ? 1 : 2 + world.random.nextInt(2);
            return IntStream.range(first, first + count).mapToObj((key) -> "k" + key % world.weather.keys).distinct().toList();
        }

        /** Mostly who it believes leads; sometimes anybody. */
        private SimNode choose()
        {
            return world.random.nextInt(4) == 0 ? world.anyNode() : world.nodes.get(targetId);
        }

        private void end(final History.Op asked)
        {
            if (op == asked)
            {
                op = null;
                nextTick = world.time.tick() + world.random.nextInt(world.weather.thinkTicksMax) + 1;
            }
        }
    }

    private final SimWorld world;
    private final List<Client> clients = new ArrayList<>();
    private long nextId = 1;

    SimClients(final SimWorld world)
    {
        this.world = world;
        for (int i = 0; i < world.weather.clients; i++)
        {
            clients.add(new Client(i + 1));
        }
    }

    void cycle()
    {
        for (final Client client : clients)
        {
            if (client.op == null && client.nextTick <= world.time.tick())
            {
                client.begin(world.random.nextInt(3) == 0);
            }
        }
    }

    /** Nobody has had an answer yet, whatever was before. */
    void beginAnew()
    {
        clients.forEach((client) -> client.hasWritten = client.hasRead = false);
    }

    /** Each asks until one write and one read were answered. */
    void cycleUntilAnswered()
    {
        for (final Client client : clients)
        {
            if (client.op == null && client.nextTick <= world.time.tick() && !(client.hasWritten && client.hasRead))
            {
                client.begin(client.hasWritten);
            }
        }
    }

    boolean isIdle()
    {
        return clients.stream().allMatch((client) -> client.op == null);
    }

    boolean areAllAnswered()
    {
        return clients.stream().allMatch((client) -> client.hasWritten && client.hasRead);
    }

    /** A member's answer; on the way it may be lost. */
    void answer(final History.Op op, final long sessionId, final String value, final long revision, final long index)
    {
        if (isLost())
        {
            return;
        }
        final Client client = clients.get((int)sessionId - 1);
        world.time.after(delay(), () ->
        {
            if (client.op == op)
            {
                world.history.respond(op, value, revision, index, world.time.nextMoment());
                world.trace.add("answer", op.id(), revision);
                client.hasRead |= op.isRead();
                client.hasWritten |= !op.isRead();
                client.end(op);
            }
        });
    }

    /** The member did nothing and never will: the client may ask elsewhere. */
    void refuse(final History.Op op, final long sessionId, final long leaderId)
    {
        final Client client = clients.get((int)sessionId - 1);
        world.history.refuse(op);
        world.time.after(delay(), () ->
        {
            if (client.op == op)
            {
                client.end(op);
                client.nextTick += HINT_TICKS;
                client.targetId = leaderId == RaftCore.NO_LEADER ? world.anyNode().id : leaderId;
            }
        });
    }

    /** Nobody there knows what became of it. */
    void giveUp(final History.Op op, final long sessionId)
    {
        world.time.after(delay(), () -> clients.get((int)sessionId - 1).end(op));
    }

    private int patience()
    {
        return world.network.isCalm() ? CALM_PATIENCE_TICKS : world.ticks(10, world.weather.patienceTicksMax);
    }

    private boolean isLost()
    {
        return !world.network.isCalm() && world.chance(world.weather.lossPerMille);
    }

    private long delay()
    {
        return 1 + world.random.nextInt(world.weather.delayTicksMax);
    }
}
