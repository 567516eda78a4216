package io.tourbillon.perf.front;

import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.perf.load.ServerProcess;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientResult;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.WatchEvent;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.concurrent.TimeUnit;

/** A node, by the client without garbage; clients, their media driver (for UDP) and the run share the calling thread. */
final class NodeFront implements FrontTarget
{
    private static final long NO_TOKEN = Long.MIN_VALUE;
    private static final long OPEN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    /** Watching sessions send little: what each would hold for a thousand requests is left away. */
    private static final int WATCHER_IN_FLIGHT = 64;
    /** Streams of requests of so many connections shall not fill the driver's directory. */
    private static final int TERM_LENGTH = 64 << 10;

    private final TourbillonClient watching;
    private final TourbillonClient asking;
    private final Session[] sessions;
    private final Session requests;
    private final UnsafeBuffer scratch = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer endScratch = new UnsafeBuffer(0, 0);
    private final IdleStrategy idle = new BackoffIdleStrategy(10, 20, TimeUnit.MICROSECONDS.toNanos(1), TimeUnit.MICROSECONDS.toNanos(50));
    private FrontRun run;
    private String fault;

    NodeFront(final ServerProcess server, final Shape shape, final int inFlightMax)
    {
        final String endpoint = server.host() + ":" + server.port();
        watching = TourbillonClient.launch(context(shape).requestsInFlightMax(WATCHER_IN_FLIGHT).termLength(TERM_LENGTH));
        asking = TourbillonClient.launch(context(shape).requestsInFlightMax(inFlightMax));
        requests = new Session(connect(asking, endpoint), 0, 1);
        sessions = new Session[shape.streams()];
        await(requests, endpoint);
        final ClientConnection[] connections = new ClientConnection[Math.min(shape.connections(), shape.streams())];
        for (int i = 0; i < sessions.length; i++)
        {
            final int at = i % connections.length;
            final boolean isFirst = connections[at] == null;
            connections[at] = isFirst ? connect(watching, endpoint) : connections[at];
            sessions[i] = new Session(connections[at], i, sessions.length);
            if (isFirst)
            {
                await(sessions[i], endpoint); // one after the other: making streams takes both sides some milliseconds each
            }
        }
        for (final Session session : sessions)
        {
            await(session, endpoint);
        }
    }

    private ClientContext context(final Shape shape)
    {
        return new ClientContext()
            .clientName("perf-front")
            .mediaKind(shape.isIpc() ? MediaKind.IPC : MediaKind.UDP)
            .remembersWrites(false)
            .requestTimeoutMs(30_000)
            .connectTimeoutMs(15_000)
            .errorHandler((error) -> onFault("the client: " + error));
    }

    private static ClientConnection connect(final TourbillonClient client, final String endpoint)
    {
        return client.connect(endpoint,
            (which, from, to, reason) ->
            {
            });
    }

    private void await(final Session session, final String endpoint)
    {
        final long deadlineNs = System.nanoTime() + OPEN_TIMEOUT_NS;
        while (!session.session.isOpen())
        {
            if (System.nanoTime() - deadlineNs > 0)
            {
                final String reason = session.session.connection().reason();
                close();
                throw new IllegalStateException("session " + session.index + " at " + endpoint + " does not open: " + reason);
            }
            idle.idle(poll());
        }
    }

    private int poll()
    {
        return watching.poll() + asking.poll();
    }

    @Override
    public void drive(final FrontRun frontRun)
    {
        run = frontRun;
        if (fault != null)
        {
            run.onFault(fault);
        }
        while (run.tick(System.nanoTime()))
        {
            idle.idle(poll());
        }
    }

    private void onFault(final String reason)
    {
        fault = fault == null ? reason : fault;
        if (run != null)
        {
            run.onFault(reason);
        }
    }

    @Override
    public boolean watch(final int watcher, final byte[] key, final byte[] end)
    {
        scratch.wrap(key);
        endScratch.wrap(end);
        return sessions[watcher % sessions.length].session.watch(scratch, 0, key.length, endScratch, 0, end.length, 0, 0) > 0;
    }

    @Override
    public boolean put(final long token, final byte[] key, final DirectBuffer value, final int length, final long leaseId)
    {
        scratch.wrap(key);
        return requests.sent(token, requests.session.put(scratch, 0, key.length, value, 0, length, leaseId, 0));
    }

    @Override
    public boolean grant(final long token, final long ttlMs)
    {
        return requests.sent(token, requests.session.grantLease(0, ttlMs));
    }

    @Override
    public void close()
    {
        run = null;
        watching.close();
        asking.close();
    }

    /** One session. Its watches are numbered from 1 in the order they were made: watcher {@code index}, then every {@code stride} on. */
    private final class Session implements ReplyListener
    {
        private final Long2LongHashMap tokens = new Long2LongHashMap(64, 0.5f, NO_TOKEN);
        private final ClientSession session;
        private final int index;
        private final int stride;

        private Session(final ClientConnection connection, final int index, final int stride)
        {
            this.index = index;
            this.stride = stride;
            session = connection.openSession(this);
        }

        private boolean sent(final long token, final long result)
        {
            if (result >= 0)
            {
                tokens.put(result, token);
            }
            else if (result == ClientResult.CLOSED || result == ClientResult.TOO_LARGE)
            {
                onFault("a request was refused by the client: " + ClientResult.name(result));
            }
            return result >= 0;
        }

        private int watcher(final long watchId)
        {
            return index + (int)(watchId - 1) * stride;
        }

        @Override
        public void onPutReply(final ClientSession on, final long correlationId, final PutReplyDecoder reply)
        {
            run.onPut(tokens.remove(correlationId));
        }

        @Override
        public void onLeaseReply(final ClientSession on, final long correlationId, final LeaseReplyDecoder reply)
        {
            run.onGranted(tokens.remove(correlationId), reply.leaseId());
        }

        @Override
        public void onWatchCreated(final ClientSession on, final long watchId, final long revision)
        {
            run.onWatching(watcher(watchId));
        }

        @Override
        public void onWatchEvent(final ClientSession on, final long watchId, final WatchEvent event)
        {
            run.onEvent(watcher(watchId), event.modRevision(), event.isDelete(), event.key(), event.value());
        }

        @Override
        public void onWatchCanceled(
            final ClientSession on, final long watch, final int errorCode, final long compactRevision, final DirectBuffer reason)
        {
            onFault("a watch was cancelled, error " + errorCode);
        }

        @Override
        public void onError(final ClientSession on, final long correlationId, final ErrorReplyDecoder error)
        {
            onFault("error " + error.code());
        }

        @Override
        public void onUnknownOutcome(final ClientSession on, final long correlationId)
        {
            onFault("a write without an answer");
        }

        @Override
        public void onTimeout(final ClientSession on, final long correlationId)
        {
            onFault("a read without an answer");
        }

        @Override
        public void onSessionClosed(final ClientSession on, final int errorCode)
        {
            onFault("a session was closed, error " + errorCode + ": " + session.connection().reason());
        }
    }
}
