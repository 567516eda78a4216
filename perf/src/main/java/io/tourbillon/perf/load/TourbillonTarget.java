package io.tourbillon.perf.load;

import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.perf.KeySpace;
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
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A node, by the client without garbage: its poll, its embedded media driver (for UDP) and the load share the one driving thread. Sessions
 * are used in
 * turn.
 */
public final class TourbillonTarget implements Target
{
    private static final long NO_TOKEN = Long.MIN_VALUE;
    private static final long STATUS_TOKEN = -1;
    private static final long OPEN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(15);
    private static final long REQUEST_TIMEOUT_MS = 8_000; // below the drain's: what is lost is told by name
    private static final byte[] RANGE_FROM = KeySpace.PREFIX.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RANGE_TO = KeySpace.PREFIX.replace('/', '0').getBytes(StandardCharsets.US_ASCII); // the byte after '/'

    private final KeySpace keySpace;
    private final TourbillonClient client;
    private final Session[] sessions;
    private final UnsafeBuffer key;
    private final UnsafeBuffer value;
    private final IdleStrategy idle;
    private LoadRun run;
    private int nextSession;
    private long watchId;

    TourbillonTarget(final KeySpace keySpace, final String host, final int port, final LoadOptions options)
    {
        this.keySpace = keySpace;
        this.key = new UnsafeBuffer(ByteBuffer.allocateDirect(keySpace.keyLength()));
        this.value = new UnsafeBuffer(ByteBuffer.allocateDirect(keySpace.valueLength()));
        this.idle = idleStrategy(options.idle());
        this.client = TourbillonClient.launch(new ClientContext()
            .clientName("perf-load")
            .mediaKind(options.isIpc() ? MediaKind.IPC : MediaKind.UDP)
            .requestTimeoutMs(REQUEST_TIMEOUT_MS)
            .errorHandler((error) -> onLost("the client: " + error)));
        this.sessions = new Session[options.connectionCount() * options.sessionCount()];
        open(host + ":" + port, options);
    }

    private static IdleStrategy idleStrategy(final String name)
    {
        return switch (name)
        {
            case "yield" -> YieldingIdleStrategy.INSTANCE;
            case "busy" -> BusySpinIdleStrategy.INSTANCE;
            case "backoff" -> new BackoffIdleStrategy(10, 20, TimeUnit.MICROSECONDS.toNanos(1), TimeUnit.MICROSECONDS.toNanos(50));
            default -> throw new IllegalArgumentException("idle=" + name + ": must be yield, backoff or busy");
        };
    }

    private void open(final String endpoint, final LoadOptions options)
    {
        int count = 0;
        for (int i = 0; i < options.connectionCount(); i++)
        {
            final ClientConnection connection = client.connect(endpoint,
                (which, from, to, reason) ->
                {
                });
            for (int j = 0; j < options.sessionCount(); j++)
            {
                sessions[count++] = new Session(connection);
            }
        }
        final long deadlineNs = System.nanoTime() + OPEN_TIMEOUT_NS;
        while (!areOpen())
        {
            if (System.nanoTime() - deadlineNs > 0)
            {
                final String reason = sessions[0].session.connection().reason();
                client.close();
                throw new IllegalStateException("not connected to " + endpoint + ": " + reason);
            }
            idle.idle(client.poll());
        }
    }

    private boolean areOpen()
    {
        for (final Session session : sessions)
        {
            if (!session.session.isOpen())
            {
                return false;
            }
        }
        return true;
    }

    @Override
    public void drive(final LoadRun loadRun)
    {
        run = loadRun;
        while (run.tick(System.nanoTime()))
        {
            idle.idle(client.poll());
        }
        if (watchId > 0)
        {
            sessions[0].session.cancelWatch(watchId);
            watchId = 0;
        }
    }

    /** Keeps the connection between two runs. Driving thread. */
    void poll()
    {
        client.poll();
    }

    private Session next()
    {
        nextSession = nextSession + 1 == sessions.length ? 0 : nextSession + 1;
        return sessions[nextSession];
    }

    @Override
    public boolean put(final long token, final int keyIndex, final long writeNumber, final long intendedNs)
    {
        keySpace.putKey(keyIndex, key, 0);
        keySpace.putValue(keyIndex, writeNumber, intendedNs, value, 0);
        final Session session = next();
        return session.sent(token, session.session.put(key, 0, keySpace.keyLength(), value, 0, keySpace.valueLength()));
    }

    @Override
    public boolean get(final long token, final int keyIndex)
    {
        keySpace.putKey(keyIndex, key, 0);
        final Session session = next();
        return session.sent(token, session.session.get(key, 0, keySpace.keyLength()));
    }

    @Override
    public boolean watch()
    {
        final long result = sessions[0].session.watch(
            new UnsafeBuffer(RANGE_FROM), 0, RANGE_FROM.length, new UnsafeBuffer(RANGE_TO), 0, RANGE_TO.length, 0, 0);
        watchId = Math.max(0, result);
        return result > 0;
    }

    @Override
    public boolean requestStatus()
    {
        return sessions[0].sent(STATUS_TOKEN, sessions[0].session.status());
    }

    private void onLost(final String reason)
    {
        if (run != null)
        {
            run.onLost(reason);
        }
    }

    @Override
    public void close()
    {
        run = null;
        client.close();
    }

    /** One session and the requests on it: the client numbers them, the load has tokens. */
    private final class Session implements ReplyListener
    {
        private final Long2LongHashMap tokens = new Long2LongHashMap(4_096, 0.5f, NO_TOKEN);
        private final ClientSession session;

        private Session(final ClientConnection connection)
        {
            session = connection.openSession(this);
        }

        private boolean sent(final long token, final long result)
        {
            if (result < 0)
            {
                if (result == ClientResult.CLOSED || result == ClientResult.TOO_LARGE)
                {
                    onLost("a request was refused by the client: " + ClientResult.name(result));
                }
                return false;
            }
            tokens.put(result, token);
            return true;
        }

        @Override
        public void onPutReply(final ClientSession on, final long correlationId, final PutReplyDecoder reply)
        {
            run.onPut(tokens.remove(correlationId), reply.reply().revision());
        }

        @Override
        public void onRangeReply(final ClientSession on, final long correlationId, final RangeReplyDecoder reply)
        {
            final long token = tokens.remove(correlationId);
            final RangeReplyDecoder.KvsDecoder kvs = reply.kvs();
            if (!kvs.hasNext())
            {
                run.onGet(token, 0, reply.buffer(), 0, 0);
                return;
            }
            kvs.next();
            final long modRevision = kvs.modRevision();
            kvs.skipKey();
            final int length = kvs.valueLength();
            final int offset = reply.limit() + RangeReplyDecoder.KvsDecoder.valueHeaderLength();
            run.onGet(token, modRevision, reply.buffer(), offset, length);
        }

        @Override
        public void onStatusReply(final ClientSession on, final long correlationId, final StatusReplyDecoder reply)
        {
            tokens.remove(correlationId);
            run.onStatus(new ServerStatus(reply.forces(), reply.acknowledged(), reply.writtenBytes(), reply.allocatedBytes(),
                "durability " + reply.durability() + ", version " + reply.version() + ", name " + reply.name() + ", mode " + reply.mode()));
        }

        @Override
        public void onError(final ClientSession on, final long correlationId, final ErrorReplyDecoder error)
        {
            final int code = error.code();
            fail(correlationId, "error " + code + ": " + error.message());
        }

        @Override
        public void onUnknownOutcome(final ClientSession on, final long correlationId)
        {
            fail(correlationId, "unknown outcome of a put");
        }

        @Override
        public void onTimeout(final ClientSession on, final long correlationId)
        {
            fail(correlationId, "a read was not answered in time");
        }

        private void fail(final long correlationId, final String reason)
        {
            final long token = tokens.remove(correlationId);
            if (run != null)
            {
                run.onError(token, reason);
            }
        }

        @Override
        public void onSessionClosed(final ClientSession on, final int errorCode)
        {
            onLost("the session was closed, error " + errorCode + ": " + session.connection().reason());
        }

        @Override
        public void onWatchCreated(final ClientSession on, final long watch, final long revision)
        {
            run.onWatching(revision);
        }

        @Override
        public void onWatchEvent(final ClientSession on, final long watch, final WatchEvent event)
        {
            run.onEvent(event.modRevision(), event.value(), 0, event.value().capacity());
        }

        @Override
        public void onWatchCanceled(
            final ClientSession on, final long watch, final int errorCode, final long compactRevision, final DirectBuffer reason)
        {
            if (errorCode != 0)
            {
                onLost("the watch was cancelled, error " + errorCode);
            }
        }
    }
}
