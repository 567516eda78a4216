package io.tourbillon.perf.echo;

import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.tourbillon.perf.LatencyRecord;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;

import java.util.concurrent.TimeUnit;

/** Keeps a window of requests in flight and measures each round trip, on the caller's thread, which also is its media driver. */
final class EchoClient implements AutoCloseable
{
    private static final long DRAIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long CONNECT_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);

    private final EchoConfig config;
    private final EchoEnd end;
    private final Publication publication;
    private final Subscription subscription;
    private final BufferClaim claim = new BufferClaim();
    private final FragmentHandler handler = this::onReply;
    private final long[] sentNs;
    private final int sentMask;
    private LatencyRecord latencies;
    private long measureFromNs;
    private long measureToNs;
    private long sentCount;
    private long answeredCount;
    private long wrongCount;
    private long nowNs;

    EchoClient(final EchoConfig config, final String serverDirectory)
    {
        this.config = config;
        this.sentNs = new long[Integer.highestOneBit(Math.max(1, config.window() * 2 - 1))];
        this.sentMask = sentNs.length - 1;
        this.end = config.isIpc() ? EchoEnd.withDriverOf(serverDirectory) : EchoEnd.withDriver(config, "client");
        this.subscription = end.aeron().addSubscription(config.replyChannel(), EchoConfig.REPLY_STREAM_ID);
        this.publication = end.aeron().addPublication(config.requestChannel(), EchoConfig.REQUEST_STREAM_ID);
    }

    EchoResult run()
    {
        connect();
        final IdleStrategy idle = config.idleStrategy();
        final long startNs = System.nanoTime();
        measureFromNs = startNs + config.warmupNs();
        measureToNs = measureFromNs + config.durationNs();
        latencies = new LatencyRecord(config.isIpc() ? "ipc" : "udp", measureFromNs, config.durationNs());
        final long startedNs = System.nanoTime();
        final long offsetNs = startedNs - startNs; // making the histograms took time that is not the echo's
        measureFromNs += offsetNs;
        measureToNs += offsetNs;
        nowNs = startedNs;
        while (nowNs - measureToNs < 0)
        {
            idle.idle(send() + end.invoke() + receive());
        }
        drain(idle);
        return new EchoResult(config, latencies, sentCount - answeredCount, wrongCount);
    }

    private void connect()
    {
        final long deadlineNs = System.nanoTime() + CONNECT_TIMEOUT_NS;
        while (!publication.isConnected() || !subscription.isConnected())
        {
            if (System.nanoTime() - deadlineNs > 0)
            {
                throw new IllegalStateException("the echo server was not reached");
            }
            end.invoke();
            Thread.yield();
        }
    }

    private int send()
    {
        int workCount = 0;
        nowNs = System.nanoTime();
        while (sentCount - answeredCount < config.window() && publication.tryClaim(config.requestLength(), claim) > 0)
        {
            claim.buffer().putLong(claim.offset(), sentCount);
            claim.commit();
            sentNs[(int)(sentCount & sentMask)] = nowNs;
            sentCount++;
            workCount++;
        }
        return workCount;
    }

    private int receive()
    {
        nowNs = System.nanoTime();
        return subscription.poll(handler, EchoConfig.FRAGMENT_LIMIT);
    }

    private void drain(final IdleStrategy idle)
    {
        final long deadlineNs = System.nanoTime() + DRAIN_TIMEOUT_NS;
        while (answeredCount < sentCount && System.nanoTime() - deadlineNs < 0)
        {
            idle.idle(end.invoke() + receive());
        }
    }

    private void onReply(final DirectBuffer buffer, final int offset, final int length, final Header header)
    {
        final boolean isExpected = buffer.getLong(offset) == answeredCount && length == config.replyLength();
        wrongCount += isExpected ? 0 : 1;
        final long sent = sentNs[(int)(answeredCount & sentMask)];
        if (sent - measureFromNs >= 0 && nowNs - measureToNs < 0)
        {
            latencies.record(nowNs, nowNs - sent);
        }
        answeredCount++;
    }

    @Override
    public void close()
    {
        CloseHelper.close(end);
    }
}
