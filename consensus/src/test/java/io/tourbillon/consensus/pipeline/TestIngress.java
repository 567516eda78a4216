package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.codecs.client.MemberRequestEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
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
    /** Of the user who asks from now on. */
    volatile long credential;
    volatile boolean isClosed;
    /** Of the requests that come next; 0 = the member's own. */
    volatile long timeoutMs;
    /** Correlation ids of writes that were handed on, or in the log, and did not come to be. */
    final Queue<Long> done = new ConcurrentLinkedQueue<>();
    final Queue<Long> rejected = new ConcurrentLinkedQueue<>();
    /** Why. */
    final Queue<Integer> codes = new ConcurrentLinkedQueue<>();
    /** Those of them whose outcome is said to be unknown. */
    final Queue<Long> rejectedAsTimedOut = new ConcurrentLinkedQueue<>();

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
        codes.add(code);
        rejected.add(correlationId);
        if (code == ErrorCode.TIMEOUT.number())
        {
            rejectedAsTimedOut.add(correlationId);
        }
    }

    @Override
    public void onDone(final long sessionId, final long correlationId, final long targetId)
    {
        done.add(correlationId);
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
        tasks.add(() -> result.complete(admission.propose(sessionId, credential, correlationId, 0, timeoutMs, buffer, 0, payload.length)));
        return result;
    }

    /** Whatever a client would ask of a leader: {@link Admission#askLeader}. */
    CompletableFuture<Long> ask(final long sessionId, final long correlationId, final byte[] request)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(request);
        final CompletableFuture<Long> result = new CompletableFuture<>();
        tasks.add(() -> result.complete(
            admission.askLeader(sessionId, credential, correlationId, timeoutMs, buffer, 0, request.length)));
        return result;
    }

    /** Whatever a client would ask of the members: {@link Admission#changeMembers}. */
    long members(final long correlationId, final MemberOperation operation, final long targetId, final String url)
    {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(512));
        final MemberRequestEncoder request = new MemberRequestEncoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder());
        request.request().sessionId(7).correlationId(correlationId).memberId(0).sequence(0).lowestUnanswered(0).timeoutMs(0).clientId(0);
        request.targetId(targetId).operation(operation).linearizable((short)0);
        final MemberRequestEncoder.PeerUrlsEncoder urls = request.peerUrlsCount(url == null ? 0 : 1);
        if (url != null)
        {
            urls.next().url(url);
        }
        final CompletableFuture<Long> result = new CompletableFuture<>();
        tasks.add(() -> result.complete(admission.changeMembers(7, credential, correlationId, 0, timeoutMs, buffer, 0, request.limit())));
        return take(result);
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
        tasks.add(() -> result.complete(admission.read(7, credential, value, timeoutMs, level, buffer, 0, length)));
        return take(result);
    }

    static long take(final CompletableFuture<Long> result)
    {
        return result.orTimeout(20, TimeUnit.SECONDS).join();
    }
}
