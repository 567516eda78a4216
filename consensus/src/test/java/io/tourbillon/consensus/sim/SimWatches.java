package io.tourbillon.consensus.sim;

import io.tourbillon.consensus.history.Change;
import io.tourbillon.consensus.history.WatchHistory;
import io.tourbillon.consensus.history.WatchHistory.Wish;
import io.tourbillon.mvcc.Egress;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Clients that watch, each with one connection at a time to some member, and several watchers on it. They are slow now and then, lose
 * connections and what was on its way, and resume on any member. What they are told is held against the log as it comes.
 */
final class SimWatches implements SimListener
{
    private static final long FIRST_SESSION = 1_000_000;
    private static final int WATCHERS_MAX = 6;
    private static final int BUSY_PER_MILLE = 50;
    private static final int PLANT_PER_MILLE = 50;

    private final class Watcher
    {
        private final Wish wish;
        private final WatchHistory history;
        private long start;
        private boolean isCreated;

        private Watcher(final Wish wish, final long start)
        {
            this.wish = wish;
            this.start = start;
            history = new WatchHistory(Long.toString(++watcherCount), wish, world.oracle.changes());
            histories.add(history);
        }
    }

    /** A session on a member, as both ends know it. */
    private final class Connection
    {
        private final long sessionId = nextSession++;
        private final SimNode node;
        private final Map<Long, Watcher> byId = new TreeMap<>();
        private final Map<Long, List<Change>> fragments = new TreeMap<>();
        private long blockedUntil;
        private long lastArrival;
        private long nextId = 1;
        private boolean isOpen = true;

        private Connection(final SimNode node)
        {
            this.node = node;
            open.put(sessionId, this);
        }

        private void ask(final byte[] request)
        {
            world.time.after(delay(), () -> node.ask((member) ->
            {
                if (isOpen)
                {
                    node.store().ask(sessionId, request);
                }
            }));
        }

        private void create(final Watcher watcher)
        {
            final long resume = watcher.history.resumeRevision();
            watcher.isCreated = false;
            watcher.start = resume > 0 ? resume : watcher.start;
            byId.put(nextId, watcher);
            ask(SimRequests.watch(watcher.wish, nextId, watcher.start, nextId));
            nextId++;
        }

        private void arrive(final Runnable delivery)
        {
            lastArrival = Math.max(lastArrival, world.time.tick() + delay());
            world.time.at(lastArrival, () ->
            {
                if (isOpen)
                {
                    delivery.run();
                }
            });
        }

        private void onCreated(final long id, final long revision)
        {
            final Watcher watcher = byId.get(id);
            watcher.isCreated = true;
            if (watcher.history.resumeRevision() == 0)
            {
                watcher.history.onBegun(watcher.start == 0 ? revision + 1 : watcher.start);
            }
        }

        private void onCanceled(final long id, final long compactRevision)
        {
            final Watcher watcher = byId.remove(id);
            fragments.remove(id);
            if (compactRevision > 0)
            {
                watcher.history.onCompacted(compactRevision);
                create(new Watcher(watcher.wish, compactRevision));
            }
        }

        private void onProgress(final long id, final long revision)
        {
            byId.forEach((each, watcher) ->
            {
                if (watcher.isCreated && (id == -1 || id == each))
                {
                    watcher.history.onProgress(revision);
                }
            });
        }

        private void onEvents(final Map<Long, List<Change>> events, final boolean isFragment)
        {
            events.forEach((id, changes) ->
            {
                SimFailure.unless(byId.containsKey(id), "events of a watcher that is cancelled: " + id);
                fragments.computeIfAbsent(id, (any) -> new ArrayList<>()).addAll(changes);
            });
            if (!isFragment)
            {
                final Map<Long, List<Change>> whole = new TreeMap<>(fragments);
                fragments.clear();
                whole.forEach((id, changes) -> byId.get(id).history.onEvents(changes));
            }
        }

        private void close()
        {
            isOpen = false;
            open.remove(sessionId);
            if (node.isUp())
            {
                node.store().closeSession(sessionId);
            }
        }
    }

    private final class Client
    {
        private final List<Watcher> watchers = new ArrayList<>();
        private Connection connection;
        private long nextTick;

        private void cycle(final boolean isCalm)
        {
            if (connection != null && !connection.isOpen)
            {
                watchers.clear();
                watchers.addAll(connection.byId.values());
                connection = null;
                nextTick = world.time.tick() + world.ticks(1, isCalm ? 10 : 200);
            }
            if (nextTick > world.time.tick())
            {
                return;
            }
            nextTick = world.time.tick() + world.ticks(1, 60);
            if (connection == null)
            {
                connect();
            }
            else if (isCalm)
            {
                connection.blockedUntil = 0;
                maybeLeave();
            }
            else
            {
                step();
            }
        }

        private void connect()
        {
            final SimNode node = world.anyNode();
            if (node.isUp())
            {
                connection = new Connection(node);
                watchers.forEach(connection::create);
                watchers.clear();
            }
        }

        /** What is not of the configuration may never hear of anything. */
        private void maybeLeave()
        {
            if (!world.checks.configuration().isMember(connection.node.id))
            {
                connection.close();
            }
        }

        private void step()
        {
            switch (world.random.nextInt(10))
            {
                case 0 -> connection.close();
                case 1, 2 -> connection.blockedUntil = world.time.tick() + world.ticks(1, 400);
                case 3 -> maybeCancel();
                case 4, 5 -> connection.ask(SimRequests.progress(connection.nextId++));
                default ->
                {
                    if (connection.byId.size() < WATCHERS_MAX)
                    {
                        connection.create(newWatcher());
                    }
                }
            }
        }

        private void maybeCancel()
        {
            if (connection.byId.size() > 1)
            {
                final List<Long> ids = new ArrayList<>(connection.byId.keySet());
                final long id = ids.get(world.random.nextInt(ids.size()));
                connection.ask(SimRequests.cancel(id, connection.nextId++));
            }
        }

        private boolean isUpToDate()
        {
            return connection != null && connection.isOpen && connection.fragments.isEmpty() &&
                connection.byId.values().stream().allMatch((watcher) -> watcher.isCreated && watcher.history.isUpToDate());
        }
    }

    private final SimWorld world;
    private final List<Client> clients = new ArrayList<>();
    private final List<WatchHistory> histories = new ArrayList<>();
    private final Map<Long, Connection> open = new HashMap<>();
    private long nextSession = FIRST_SESSION;
    private int watcherCount;

    SimWatches(final SimWorld world)
    {
        this.world = world;
        for (int i = 0; i < world.weather.watchClients; i++)
        {
            clients.add(new Client());
        }
    }

    private Watcher newWatcher()
    {
        final String key = (world.random.nextInt(5) == 0 ? "l" : "k") + world.random.nextInt(SimClients.KEYS);
        final String end = switch (world.random.nextInt(3))
        {
            case 0 -> "";
            case 1 -> key + "~";
            default -> "z";
        };
        final int filter = world.random.nextInt(6);
        final long revision = world.oracle.revision();
        final long start = world.random.nextBoolean() ? 0 : Math.max(1, revision - 40 + world.random.nextInt(45));
        return new Watcher(new Wish(key, end, filter == 0, filter == 1, world.random.nextBoolean()), start);
    }

    void cycle()
    {
        clients.forEach((client) -> client.cycle(world.network.isCalm()));
    }

    /** Whether all are connected and were told everything. */
    boolean areUpToDate()
    {
        return clients.stream().allMatch(Client::isUpToDate);
    }

    /** All its sessions are gone, and with them what was on its way. */
    void onGone(final SimNode node)
    {
        open.values().stream().filter((connection) -> connection.node == node).toList().forEach((connection) ->
        {
            connection.isOpen = false;
            open.remove(connection.sessionId);
        });
    }

    private int delay()
    {
        return 1 + world.random.nextInt(world.network.isCalm() ? 1 : world.weather.delayTicksMax);
    }

    @Override
    public int onMessage(final long sessionId, final boolean isEvent, final DirectBuffer buffer, final int offset, final int length)
    {
        final Connection connection = open.get(sessionId);
        if (connection == null)
        {
            return Egress.GONE;
        }
        final boolean isBusy = connection.blockedUntil > world.time.tick() || (!world.network.isCalm() && world.chance(BUSY_PER_MILLE));
        if (isEvent && isBusy)
        {
            return Egress.BACK_PRESSURED;
        }
        final SimWatchMessage message = SimWatchMessage.decode(buffer, offset);
        if (isEvent && world.plant == Plant.WATCH_GAP && world.chance(PLANT_PER_MILLE))
        {
            return Egress.SENT;
        }
        if (isEvent && world.plant == Plant.REVISION_SPLIT)
        {
            message.halves().forEach((half) -> connection.arrive(() -> connection.onEvents(half, false)));
            return Egress.SENT;
        }
        connection.arrive(() -> deliver(connection, message));
        return Egress.SENT;
    }

    private void deliver(final Connection connection, final SimWatchMessage message)
    {
        switch (message.kind())
        {
            case CREATED ->
            {
                connection.onCreated(message.watchId(), message.revision());
                if (world.plant == Plant.PROGRESS_TOO_EARLY)
                {
                    connection.onProgress(-1, message.revision());
                }
            }
            case CANCELED -> connection.onCanceled(message.watchId(), message.compactRevision());
            case PROGRESS -> connection.onProgress(message.watchId(), message.revision());
            case EVENTS -> connection.onEvents(message.events(), message.isFragment());
            default ->
            {
                // A question that was refused: it is asked again.
            }
        }
    }

    long toldCount()
    {
        return histories.stream().mapToLong(WatchHistory::toldCount).sum();
    }

    int watcherCount()
    {
        return watcherCount;
    }

    @Override
    public String toString()
    {
        final StringBuilder text = new StringBuilder();
        for (final Client client : clients)
        {
            if (!client.isUpToDate())
            {
                text.append("\n  watch client ").append(client.connection == null ? "without connection" : "on " +
                    client.connection.node.id + ": " + client.connection.byId.values().stream()
                    .filter((watcher) -> !watcher.isCreated || !watcher.history.isUpToDate()).map((watcher) -> watcher.history).toList());
            }
        }
        return text.toString();
    }
}
