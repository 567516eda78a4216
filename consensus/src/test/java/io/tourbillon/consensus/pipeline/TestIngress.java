package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.Admission;
import io.tourbillon.consensus.Ingress;
import io.tourbillon.consensus.ReadLevel;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Hands the test's requests to the admission, on the sequencer's thread. */
final class TestIngress implements Ingress
{
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private Admission admission;
    volatile boolean isClosed;
    /** Correlation ids of writes that were handed on, or in the log, and did not come to be. */
    final Queue<Long> rejected = new ConcurrentLinkedQueue<>();

    @Override
    public void onStart(final Admission newAdmission)
    {
        admission = newAdmission;
    }

    @Override
    public int poll(final long nowNs)
    {
        final Runnable task = tasks.poll();
        if (task == null)
        {
            return 0;
        }
        task.run();
        return 1;
    }

    @Override
    public void onRejected(final long sessionId, final long correlationId, final int code)
    {
        rejected.add(correlationId);
    }

    @Override
    public void onClose()
    {
        isClosed = true;
    }

    CompletableFuture<Long> offer(final long sessionId, final long correlationId, final byte[] payload)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(payload.length));
        buffer.putBytes(0, payload);
        final CompletableFuture<Long> result = new CompletableFuture<>();
        tasks.add(() -> result.complete(admission.propose(sessionId, correlationId, 0, buffer, 0, payload.length)));
        return result;
    }

    long propose(final long correlationId)
    {
        return take(offer(7, correlationId, new byte[]{1, 2, 3, (byte)correlationId}));
    }

    long read(final ReadLevel level, final long value, final int length)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(length));
        buffer.putLong(0, value);
        final CompletableFuture<Long> result = new CompletableFuture<>();
        tasks.add(() -> result.complete(admission.read(7, level, buffer, 0, length)));
        return take(result);
    }

    static long take(final CompletableFuture<Long> result)
    {
        return result.orTimeout(20, TimeUnit.SECONDS).join();
    }
}
