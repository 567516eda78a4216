package io.tourbillon.perf.store;

import io.tourbillon.codecs.client.CompactReplyDecoder;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.RangeReplyDecoder;
import io.tourbillon.codecs.client.StatusReplyDecoder;
import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** One session to a node, asked one thing at a time on the calling thread, which waits for the answer. */
final class NodeClient implements ReplyListener, AutoCloseable
{
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long IDLE_NS = 50_000;

    private final KeySpace keySpace;
    private final TourbillonClient client;
    private final ClientSession session;
    private boolean isAnswered;
    private String error;
    private int keyIndex;
    private long revision;
    private long writtenBytes;

    NodeClient(final KeySpace keySpace, final String host, final int port)
    {
        this.keySpace = keySpace;
        client = TourbillonClient.launch(new ClientContext()
            .clientName("perf-store")
            .errorHandler((failure) -> error = failure.toString()));
        final ClientConnection connection = client.connect(host + ":" + port,
            (which, from, to, reason) ->
            {
            });
        session = connection.openSession(this);
        await(() -> 1, session::isOpen);
    }

    private void await(final LongSupplier request, final BooleanSupplier isDone)
    {
        final long deadlineNs = System.nanoTime() + TIMEOUT_NS;
        long sent = -1;
        while (!isDone.getAsBoolean())
        {
            sent = sent < 0 ? request.getAsLong() : sent;
            if (client.poll() == 0)
            {
                LockSupport.parkNanos(IDLE_NS);
            }
            Wrong.unless(error == null, "the node: " + error);
            Wrong.unless(System.nanoTime() - deadlineNs < 0, "the node does not answer");
        }
    }

    private void ask(final LongSupplier request)
    {
        isAnswered = false;
        await(request, () -> isAnswered);
    }

    /** Reads a key and checks its value. */
    void get(final int wantedIndex)
    {
        keyIndex = wantedIndex;
        final UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(keySpace.keyLength()));
        keySpace.putKey(wantedIndex, key, 0);
        ask(() -> session.get(key, 0, keySpace.keyLength()));
    }

    /** Bytes that the node says it wrote since its start. */
    long writtenBytes()
    {
        ask(session::status);
        return writtenBytes;
    }

    /** Compacts up to the newest revision; the removal goes on behind. */
    void compactAll()
    {
        ask(session::status);
        final long bound = revision;
        ask(() -> session.compact(bound, false));
    }

    @Override
    public void onRangeReply(final ClientSession on, final long correlationId, final RangeReplyDecoder reply)
    {
        final RangeReplyDecoder.KvsDecoder kvs = reply.kvs();
        Wrong.unless(kvs.count() == 1, "not one key");
        kvs.next().skipKey();
        final int valueOffset = reply.limit() + RangeReplyDecoder.KvsDecoder.valueHeaderLength();
        Wrong.unless(keySpace.checkValue(keyIndex, reply.buffer(), valueOffset, kvs.valueLength()) == KeySpace.SOUND, "another value");
        isAnswered = true;
    }

    @Override
    public void onStatusReply(final ClientSession on, final long correlationId, final StatusReplyDecoder reply)
    {
        revision = reply.reply().revision();
        writtenBytes = reply.writtenBytes();
        isAnswered = true;
    }

    @Override
    public void onCompactReply(final ClientSession on, final long correlationId, final CompactReplyDecoder reply)
    {
        isAnswered = true;
    }

    @Override
    public void onError(final ClientSession on, final long correlationId, final ErrorReplyDecoder reply)
    {
        error = "error " + reply.code();
    }

    @Override
    public void onUnknownOutcome(final ClientSession on, final long correlationId)
    {
        error = "unknown outcome";
    }

    @Override
    public void onTimeout(final ClientSession on, final long correlationId)
    {
        error = "time-out";
    }

    @Override
    public void close()
    {
        client.close();
    }
}
