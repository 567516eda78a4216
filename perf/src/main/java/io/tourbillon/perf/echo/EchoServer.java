package io.tourbillon.perf.echo;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.Header;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Answers each request with its first 8 bytes, on one thread that also is its media driver. */
final class EchoServer implements Agent, AutoCloseable
{
    private final EchoConfig config;
    private final BufferClaim claim = new BufferClaim();
    private final ControlledFragmentHandler handler = this::onRequest;
    private final CountDownLatch started = new CountDownLatch(1);
    private final AgentRunner runner;
    private EchoEnd end;
    private Publication publication;
    private Subscription subscription;
    private volatile Throwable failure;

    private EchoServer(final EchoConfig config)
    {
        this.config = config;
        this.runner = new AgentRunner(config.idleStrategy(), this::onFailure, null, this);
    }

    static EchoServer start(final EchoConfig config)
    {
        final EchoServer server = new EchoServer(config);
        AgentRunner.startOnThread(server.runner);
        try
        {
            if (!server.started.await(10, TimeUnit.SECONDS))
            {
                throw new IllegalStateException("the echo server did not start");
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", ex);
        }
        server.requireSound();
        return server;
    }

    private void onFailure(final Throwable throwable)
    {
        failure = throwable;
        started.countDown();
    }

    void requireSound()
    {
        if (failure != null)
        {
            throw new IllegalStateException("the echo server failed", failure);
        }
    }

    String aeronDirectory()
    {
        return end.aeronDirectory();
    }

    @Override
    public void onStart()
    {
        end = EchoEnd.withDriver(config, "server");
        final Aeron aeron = end.aeron();
        subscription = aeron.addSubscription(config.requestChannel(), EchoConfig.REQUEST_STREAM_ID);
        publication = aeron.addPublication(config.replyChannel(), EchoConfig.REPLY_STREAM_ID);
        started.countDown();
    }

    @Override
    public int doWork()
    {
        return end.invoke() + subscription.controlledPoll(handler, EchoConfig.FRAGMENT_LIMIT);
    }

    private ControlledFragmentHandler.Action onRequest(
        final DirectBuffer buffer, final int offset, final int length, final Header header)
    {
        if (publication.tryClaim(config.replyLength(), claim) < 0)
        {
            return ControlledFragmentHandler.Action.ABORT;
        }
        claim.buffer().putLong(claim.offset(), buffer.getLong(offset));
        claim.commit();
        return ControlledFragmentHandler.Action.CONTINUE;
    }

    @Override
    public void onClose()
    {
        CloseHelper.close(end);
    }

    @Override
    public String roleName()
    {
        return "echo-server";
    }

    @Override
    public void close()
    {
        runner.close();
    }
}
