package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.consensus.history.History;
import io.tourbillon.consensus.raft.RaftCore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Clients, each with one request at a time. One whose answer does not come gives up and never learns what came of it; or, of a write that
 * is remembered, asks again, perhaps another member, while the tries before may still be on their way.
 */
final class SimClients
{
    static final int KEYS = 8;
    /** A correlation id is that of the operation, and the number of the try. */
    private static final int TRY_BITS = 4;
    private static final int TRIES_MAX = (1 << TRY_BITS) - 1;
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
        /** Under which its writes are remembered; 0 = they are not. */
        private long clientId;
        private boolean isOpening;
        /** Of its writes. */
        private long lastSequence;
        /** Of the operation under way. */
        private Messages.Number number = Messages.Number.NONE;
        private int tryCount;

        private Client(final long sessionId)
        {
            this.sessionId = sessionId;
        }

        private void begin(final boolean isRead)
        {
            if (world.weather.hasRetries && clientId == 0 && !isOpening && world.random.nextBoolean())
            {
                open();
                return;
            }
            final long id = nextId++;
            final String value = isRead || world.random.nextInt(6) == 0 ? null : "v" + id;
            final History.Op asked = new History.Op(id, isRead, keys(isRead), value, world.time.nextMoment());
            op = asked;
            tryCount = 0;
            final boolean isNumbered = !isRead && clientId != 0;
            number = isNumbered ? new Messages.Number(clientId, ++lastSequence, lastSequence) : Messages.Number.NONE;
            if (isNumbered)
            {
                remembered.add(asked);
            }
            world.history.invoke(asked);
            ask(asked);
        }

        private void ask(final History.Op asked)
        {
            final SimNode node = choose();
            final long correlationId = asked.id() << TRY_BITS | ++tryCount;
            final Messages.Number itsNumber = number;
            world.time.after(delay(), () -> node.ask((member) ->
            {
                if (asked.isRead())
                {
                    member.read(asked, sessionId);
                }
                else
                {
                    member.write(asked, sessionId, correlationId, itsNumber);
                }
            }));
            final int itsTry = tryCount;
            world.time.after(patience(), () ->
            {
                if (op == asked && tryCount == itsTry)
                {
                    targetId = world.anyNode().id;
                    againOrEnd(asked);
                }
            });
        }

        /** Nobody there knows what came of it, or it came to nothing. */
        private void onFailed(final History.Op asked)
        {
            final int itsTry = tryCount;
            if (number.isNone())
            {
                end(asked);
                nextTick += HINT_TICKS;
                return;
            }
            world.time.after(world.ticks(1, HINT_TICKS), () ->
            {
                if (op == asked && tryCount == itsTry)
                {
                    againOrEnd(asked);
                }
            });
        }

        private void againOrEnd(final History.Op asked)
        {
            if (!number.isNone() && tryCount < TRIES_MAX)
            {
                retryCount++;
                ask(asked);
            }
            else
            {
                end(asked);
            }
        }

        /** Nobody waits for it: writes go on without being remembered until then. */
        private void open()
        {
            isOpening = true;
            final long correlationId = nextId++ << TRY_BITS | 1;
            final SimNode node = choose();
            world.time.after(delay(), () -> node.ask((member) -> member.openClient(sessionId, correlationId)));
            world.time.after(patience(), () -> isOpening = false);
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
    private int retryCount;
    /** Writes that are to be applied once, however often they come. */
    private final Set<History.Op> remembered = new HashSet<>();

    SimClients(final SimWorld world)
    {
        this.world = world;
        for (int i = 0; i < world.weather.clients; i++)
        {
            clients.add(new Client(i + 1));
        }
    }

    /** The operation that a request belongs to. */
    static long opOf(final long correlationId)
    {
        return correlationId >> TRY_BITS;
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

    /** Writes that were sent once more. */
    int retryCount()
    {
        return retryCount;
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
                // An answer that is said again knows no index.
                world.history.respond(op, value, revision, client.tryCount > 1 ? 0 : index, world.time.nextMoment());
                world.trace.add("answer", op.id(), revision);
                client.hasRead |= op.isRead();
                client.hasWritten |= !op.isRead();
                client.end(op);
            }
        });
    }

    /** The member did nothing and never will: the client may ask elsewhere. Another try may come to something all the same. */
    void refuse(final History.Op op, final long sessionId, final long leaderId)
    {
        final Client client = clients.get((int)sessionId - 1);
        if (!remembered.contains(op))
        {
            world.history.refuse(op);
        }
        world.time.after(delay(), () ->
        {
            if (client.op == op)
            {
                client.targetId = leaderId == RaftCore.NO_LEADER ? world.anyNode().id : leaderId;
                client.onFailed(op);
            }
        });
    }

    /** Nobody there knows what became of it. */
    void giveUp(final History.Op op, final long sessionId)
    {
        final Client client = clients.get((int)sessionId - 1);
        world.time.after(delay(), () ->
        {
            if (client.op == op)
            {
                client.onFailed(op);
            }
        });
    }

    /** Of a write that came again: nothing is said of what it did. */
    void onError(final History.Op op, final long sessionId, final int error)
    {
        final Client client = clients.get((int)sessionId - 1);
        SimFailure.unless(remembered.contains(op), op + " is answered with error " + error);
        SimFailure.unless(client.op != op || error == ErrorCode.ANSWER_LOST.number(),
            "its client still asks for " + op + ", and is told error " + error);
        world.time.after(delay(), () -> client.end(op));
    }

    /** The session's client is remembered under an id; 0 = it is not. */
    void onOpened(final long sessionId, final long clientId)
    {
        final Client client = clients.get((int)sessionId - 1);
        world.time.after(delay(), () ->
        {
            client.isOpening = false;
            client.clientId = client.clientId == 0 ? clientId : client.clientId;
        });
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
