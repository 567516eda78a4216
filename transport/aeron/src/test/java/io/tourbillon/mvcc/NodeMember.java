package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.DeleteRangeReplyDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.LeaseReplyDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.PutReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.TxnReplyDecoder;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientResult;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.RangeOptions;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import io.tourbillon.transport.client.TxnEncoder;
import io.tourbillon.transport.client.WatchEvent;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** A whole node, asked through the client, one request after the other. The client numbers watchers; here they have etcd's numbers. */
final class NodeMember implements Member
{
    private static final long ANSWER_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int TXN_LENGTH_MAX = 1 << 20;

    private final NodeConfig config;
    private final RecordingEgress answers = new RecordingEgress();
    private final Map<Long, Watched> watchers = new HashMap<>();
    private final RangeOptions rangeOptions = new RangeOptions();
    private final TxnEncoder txnEncoder = new TxnEncoder(TXN_LENGTH_MAX);
    private Node node;
    private TourbillonClient client;
    private ClientSession session;
    private Watched newest;
    private long nextWatchId;

    /** A watcher: what it is to us and to the client, and what it has heard. */
    private static final class Watched
    {
        private final List<String> events = new ArrayList<>();
        private long id = -1;
        private long clientId;
        private String created;
        private String ended;
    }

    NodeMember(final NodeConfig config)
    {
        this.config = config;
        launch();
    }

    private void launch()
    {
        node = Node.launch(config);
        if (!node.awaitReady(TimeUnit.NANOSECONDS.toMillis(ANSWER_TIMEOUT_NS)))
        {
            throw new IllegalStateException("the node is not ready: " + node.fatalMessage());
        }
        client = TourbillonClient.launch(new ClientContext().clientName("differential").requestTimeoutMs(30_000));
        session = client.connect(config.text(NodeOption.LISTEN_CLIENT), (connection, from, to, reason) -> { }).openSession(new Listener());
        await(session::isOpen);
    }

    private void await(final BooleanSupplier isDone)
    {
        final long deadlineNs = System.nanoTime() + ANSWER_TIMEOUT_NS;
        while (!isDone.getAsBoolean())
        {
            if (client.poll() == 0)
            {
                Thread.yield();
            }
            if (deadlineNs - System.nanoTime() < 0)
            {
                throw new IllegalStateException("no answer of the node in time; " + node.fatalMessage());
            }
        }
    }

    private String call(final LongSupplier request)
    {
        final long correlationId = send(request);
        await(() -> answers.answers.containsKey(correlationId));
        return answers.answers.remove(correlationId);
    }

    private long send(final LongSupplier request)
    {
        final long correlationId = request.getAsLong();
        if (correlationId < 0)
        {
            throw new IllegalStateException("the client refuses: " + ClientResult.name(correlationId));
        }
        return correlationId;
    }

    private static UnsafeBuffer bytes(final String text)
    {
        return new UnsafeBuffer(Requests.bytes(text));
    }

    @Override
    public String run(final Op op)
    {
        final UnsafeBuffer key = bytes(op.key);
        final UnsafeBuffer end = bytes(op.end);
        final UnsafeBuffer value = bytes(op.value);
        return call(() -> switch (op.kind)
        {
            case RANGE -> session.range(key, 0, key.capacity(), end, 0, end.capacity(), options(op));
            case PUT -> session.put(key, 0, key.capacity(), value, 0, value.capacity(), op.lease, flags(op));
            case DELETE_RANGE -> session.deleteRange(key, 0, key.capacity(), end, 0, end.capacity(), flags(op));
            default -> session.txn(txn(op));
        });
    }

    /** A client cannot ask for that. */
    @Override
    public String runLogged(final Op op)
    {
        return run(op);
    }

    private RangeOptions options(final Op op)
    {
        return rangeOptions.reset().keyLimit(op.limit).revision(op.revision).modRevisions(op.minMod, op.maxMod)
            .createRevisions(op.minCreate, op.maxCreate).sort(op.order, op.target)
            .serializable(op.serializable).keysOnly(op.keysOnly).countOnly(op.countOnly);
    }

    private static int flags(final Op op)
    {
        return (op.prevKv ? ClientSession.PREV_KV : 0) | (op.ignoreValue ? ClientSession.IGNORE_VALUE : 0) |
            (op.ignoreLease ? ClientSession.IGNORE_LEASE : 0);
    }

    private TxnEncoder txn(final Op op)
    {
        txnEncoder.reset();
        encode(op);
        if (txnEncoder.isOverflown())
        {
            throw new IllegalStateException("a transaction too long for the test's buffer");
        }
        return txnEncoder;
    }

    private void encode(final Op txn)
    {
        for (final Op.Compare compare : txn.compares)
        {
            final UnsafeBuffer key = bytes(compare.key());
            final UnsafeBuffer end = bytes(compare.end());
            final UnsafeBuffer value = bytes(compare.value());
            txnEncoder.compare(key, 0, key.capacity(), end, 0, end.capacity(), compare.target(), compare.result(), compare.operand(),
                value, 0, value.capacity());
        }
        txnEncoder.then();
        txn.success.forEach(this::encodeNested);
        txnEncoder.orElse();
        txn.failure.forEach(this::encodeNested);
    }

    private void encodeNested(final Op op)
    {
        final UnsafeBuffer key = bytes(op.key);
        final UnsafeBuffer end = bytes(op.end);
        final UnsafeBuffer value = bytes(op.value);
        if (op.kind == OpKind.RANGE)
        {
            txnEncoder.range(key, 0, key.capacity(), end, 0, end.capacity(), options(op));
        }
        else if (op.kind == OpKind.PUT)
        {
            txnEncoder.put(key, 0, key.capacity(), value, 0, value.capacity(), op.lease, flags(op));
        }
        else if (op.kind == OpKind.DELETE_RANGE)
        {
            txnEncoder.deleteRange(key, 0, key.capacity(), end, 0, end.capacity(), flags(op));
        }
        else
        {
            txnEncoder.beginTxn();
            encode(op);
            txnEncoder.endTxn();
        }
    }

    @Override
    public String compact(final long revision, final boolean isPhysical)
    {
        return call(() -> session.compact(revision, isPhysical));
    }

    @Override
    public String grant(final long id, final long ttlMs)
    {
        return call(() -> session.grantLease(id, ttlMs));
    }

    @Override
    public String revoke(final long id)
    {
        return call(() -> session.revokeLease(id));
    }

    @Override
    public String timeToLive(final long id, final boolean wantsKeys)
    {
        return call(() -> session.leaseTimeToLive(id, wantsKeys));
    }

    @Override
    public String watch(final long id, final String key, final String end, final long start, final int flags)
    {
        newest = new Watched();
        final int clientFlags = ((flags & Watcher.PREV_KV) != 0 ? ClientSession.WATCH_PREV_KV : 0) |
            ((flags & Watcher.NO_PUT) != 0 ? ClientSession.WATCH_NO_PUT : 0) |
            ((flags & Watcher.NO_DELETE) != 0 ? ClientSession.WATCH_NO_DELETE : 0);
        final UnsafeBuffer from = bytes(key);
        final UnsafeBuffer to = bytes(end);
        newest.clientId = send(() -> session.watch(from, 0, from.capacity(), to, 0, to.capacity(), start, clientFlags));
        watchers.put(newest.clientId, newest);
        await(() -> newest.created != null || newest.ended != null);
        return newest.created != null ? newest.created : newest.ended;
    }

    private Watched watched(final long id)
    {
        return watchers.values().stream().filter((watched) -> watched.id == id).findAny().orElseThrow();
    }

    @Override
    public String cancel(final long id)
    {
        final Watched watched = watched(id);
        send(() -> session.cancelWatch(watched.clientId));
        await(() -> watched.ended != null);
        return watched.ended;
    }

    @Override
    public String endOfWatch()
    {
        await(() -> newest.ended != null);
        return newest.ended + " ''";
    }

    @Override
    public List<String> events(final long watchId, final int count)
    {
        final List<String> events = watched(watchId).events;
        final long deadlineNs = System.nanoTime() + ANSWER_TIMEOUT_NS;
        while (events.size() < count && deadlineNs - System.nanoTime() > 0)
        {
            client.poll();
        }
        return events;
    }

    @Override
    public void forget(final long watchId)
    {
        watchers.values().remove(watched(watchId));
    }

    /** The node's own clock does. */
    @Override
    public void tick(final int budget)
    {
        client.poll();
    }

    /** The last thing that a node does that is stopped. */
    @Override
    public void checkpoint()
    {
        client.poll();
    }

    @Override
    public void crash()
    {
        close();
        watchers.clear();
        nextWatchId = 0;
        launch();
    }

    /** There is one member only; after a restart it answers from what journal and store have kept. */
    @Override
    public void checkEnd()
    {
        crash();
    }

    @Override
    public void close()
    {
        client.close();
        node.close();
    }

    private final class Listener implements ReplyListener
    {
        private void answer(final DirectBuffer buffer, final int offset, final int length)
        {
            final int headerLength = MessageHeaderDecoder.ENCODED_LENGTH;
            answers.reply(session.sessionId(), buffer, offset - headerLength, length + headerLength);
        }

        @Override
        public void onError(final ClientSession asked, final long correlationId, final ErrorReplyDecoder error)
        {
            answer(error.buffer(), error.offset(), error.sbeDecodedLength());
        }

        @Override
        public void onUnknownOutcome(final ClientSession asked, final long correlationId)
        {
            answers.answers.put(correlationId, "the outcome is unknown");
        }

        @Override
        public void onTimeout(final ClientSession asked, final long correlationId)
        {
            answers.answers.put(correlationId, "no answer in time");
        }

        @Override
        public void onPutReply(final ClientSession asked, final long correlationId, final PutReplyDecoder reply)
        {
            answer(reply.buffer(), reply.offset(), reply.sbeDecodedLength());
        }

        @Override
        public void onRangeReply(final ClientSession asked, final long correlationId, final RangeReplyDecoder reply)
        {
            answer(reply.buffer(), reply.offset(), reply.sbeDecodedLength());
        }

        @Override
        public void onDeleteRangeReply(final ClientSession asked, final long correlationId, final DeleteRangeReplyDecoder reply)
        {
            answer(reply.buffer(), reply.offset(), reply.sbeDecodedLength());
        }

        @Override
        public void onTxnReply(final ClientSession asked, final long correlationId, final TxnReplyDecoder reply)
        {
            answer(reply.buffer(), reply.offset(), reply.sbeDecodedLength());
        }

        @Override
        public void onCompactReply(final ClientSession asked, final long correlationId, final CompactReplyDecoder reply)
        {
            answer(reply.buffer(), reply.offset(), reply.sbeDecodedLength());
        }

        @Override
        public void onLeaseReply(final ClientSession asked, final long correlationId, final LeaseReplyDecoder reply)
        {
            answer(reply.buffer(), reply.offset(), reply.sbeDecodedLength());
        }

        @Override
        public void onWatchCreated(final ClientSession asked, final long watchId, final long revision)
        {
            final Watched watched = watchers.get(watchId);
            watched.id = nextWatchId++;
            watched.created = "created " + watched.id + " at " + revision;
        }

        @Override
        public void onWatchCanceled(
            final ClientSession asked, final long watchId, final int errorCode, final long compactRevision, final DirectBuffer reason)
        {
            final Watched watched = watchers.get(watchId);
            watched.ended = "canceled " + watched.id + " code " + errorCode + " compacted " + compactRevision;
        }

        @Override
        public void onWatchEvent(final ClientSession asked, final long watchId, final WatchEvent event)
        {
            final long[] fields = {event.createRevision(), event.modRevision(), event.version(), event.lease()};
            final long[] prevFields =
                {event.prevCreateRevision(), event.prevModRevision(), event.prevVersion(), event.prevLease()};
            final String was = event.hasPrevKv() ? " was " + RecordingEgress.kv("", text(event.prevValue()), prevFields) : "";
            watchers.get(watchId).events.add(
                (event.isDelete() ? "DELETE " : "PUT ") + RecordingEgress.kv(text(event.key()), text(event.value()), fields) + was);
        }

        private String text(final DirectBuffer buffer)
        {
            final byte[] copy = new byte[buffer.capacity()];
            buffer.getBytes(0, copy);
            return new String(copy, ISO_8859_1);
        }
    }
}
