package io.tourbillon.perf.front;

import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.perf.ChildProcess;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.ConnectionState;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.WatchEvent;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process of idle clients: connections, sessions and watchers of keys that nobody writes. It says when they are all there, and stays; if
 * one of them is lost or told of something it ends, so whoever finds it alive knows that they were there all the time. Once they are there
 * it looks for messages twenty times a second: whoever wants nothing is in no hurry, and what it takes of the machine is not the node's.
 */
final class Company implements ReplyListener
{
    private static final String READY = "here";
    private static final long READY_TIMEOUT_MS = 180_000;
    private static final long ARRIVING_IDLE_NS = 200_000;
    private static final long IDLE_NS = 50_000_000;
    private static final int WATCHES_PER_POLL = 4096;
    private static final byte[] NO_END = {};

    private final TourbillonClient client;
    private final ClientSession[] sessions;
    private volatile boolean isEnded;
    private boolean isHere;
    private int watching;

    private Company(final String endpoint, final boolean isIpc, final int connectionCount, final int sessionCount)
    {
        client = TourbillonClient.launch(new ClientContext()
            .clientName("perf-company")
            .mediaKind(isIpc ? MediaKind.IPC : MediaKind.UDP)
            .remembersWrites(false)
            .requestsInFlightMax(64)
            .requestTimeoutMs(60_000)
            .termLength(64 << 10)
            .errorHandler((error) -> fail("the client: " + error)));
        sessions = new ClientSession[sessionCount];
        final ClientConnection[] connections = new ClientConnection[connectionCount];
        for (int i = 0; i < sessionCount; i++)
        {
            final int at = i % connectionCount;
            connections[at] = connections[at] != null ? connections[at] : client.connect(endpoint, this::onConnectionState);
            sessions[i] = connections[at].openSession(this);
        }
    }

    /**
     * Starts one and waits until all are there.
     *
     * @param server          to be at.
     * @param directory       for its output.
     * @param isIpc           transport.
     * @param connectionCount of its connections.
     * @param sessionCount    over all of them.
     * @param watcherCount    over all sessions.
     * @return the process; closing it sends them away.
     */
    static ChildProcess start(
        final ServerProcess server,
        final Path directory,
        final boolean isIpc,
        final int connectionCount,
        final int sessionCount,
        final int watcherCount)
    {
        return OtherClient.start(Company.class, "2g", List.of(server.host() + ":" + server.port(), Boolean.toString(isIpc),
            Integer.toString(connectionCount), Integer.toString(sessionCount), Integer.toString(watcherCount)),
            directory.resolve("company.log"), READY, READY_TIMEOUT_MS);
    }

    /**
     * Runs until it is told to end.
     *
     * @param args endpoint, whether by IPC, connections, sessions, watchers.
     */
    public static void main(final String[] args)
    {
        final Company company =
            new Company(args[0], Boolean.parseBoolean(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        final Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> company.end(main), "end"));
        company.run(Integer.parseInt(args[4]));
    }

    private void end(final Thread main)
    {
        isEnded = true;
        try
        {
            main.join(TimeUnit.SECONDS.toMillis(5));
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    private void run(final int watcherCount)
    {
        int asked = 0;
        while (!isEnded)
        {
            asked = watch(asked, watcherCount);
            if (!isHere && watching == watcherCount && areOpen())
            {
                isHere = true;
                System.gc(); // now, and not beside what is measured
                System.out.println(READY);
            }
            if (client.poll() == 0)
            {
                LockSupport.parkNanos(isHere ? IDLE_NS : ARRIVING_IDLE_NS);
            }
        }
        client.close();
    }

    private int watch(final int asked, final int watcherCount)
    {
        int next = asked;
        final UnsafeBuffer noEnd = new UnsafeBuffer(NO_END);
        while (next < watcherCount && next < asked + WATCHES_PER_POLL)
        {
            final UnsafeBuffer key = new UnsafeBuffer(("company/" + next).getBytes(StandardCharsets.US_ASCII));
            if (sessions[next % sessions.length].watch(key, 0, key.capacity(), noEnd, 0, 0, 0, 0) <= 0)
            {
                return next;
            }
            next++;
        }
        return next;
    }

    private boolean areOpen()
    {
        for (final ClientSession session : sessions)
        {
            if (!session.isOpen())
            {
                return false;
            }
        }
        return true;
    }

    private void fail(final String reason)
    {
        Wrong.unless(isEnded, reason);
    }

    private void onConnectionState(
        final ClientConnection connection, final ConnectionState from, final ConnectionState to, final String reason)
    {
        if (to == ConnectionState.WAITING)
        {
            System.out.println("a connection was not made or lost: " + reason);
            Wrong.unless(!isHere || isEnded, "a bystander was lost: " + reason);
        }
    }

    @Override
    public void onWatchCreated(final ClientSession session, final long watchId, final long revision)
    {
        watching++;
    }

    @Override
    public void onWatchEvent(final ClientSession session, final long watchId, final WatchEvent event)
    {
        fail("an event of a key that nobody writes");
    }

    @Override
    public void onSessionClosed(final ClientSession session, final int errorCode)
    {
        Wrong.unless(!isHere || isEnded, "a session was closed: " + errorCode);
    }

    @Override
    public void onError(final ClientSession session, final long correlationId, final ErrorReplyDecoder error)
    {
        fail("error " + error.code());
    }

    @Override
    public void onUnknownOutcome(final ClientSession session, final long correlationId)
    {
        fail("no answer to a write");
    }

    @Override
    public void onTimeout(final ClientSession session, final long correlationId)
    {
        fail("no answer to a read");
    }
}
