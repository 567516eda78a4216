package io.tourbillon.transport.etcd.node;

import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;

/** The link has a thread of its own, which sleeps when there is nothing to do. */
public final class LinkThread implements LinkPace
{
    private final LinkIdle idle;
    private final ErrorHandler errorHandler;
    private AgentRunner runner;

    /**
     * @param isTold       whether the node tells that it has answered, so that it need not be looked for.
     * @param errorHandler of what should not happen; link's thread.
     */
    public LinkThread(final boolean isTold, final ErrorHandler errorHandler)
    {
        idle = new LinkIdle(isTold);
        this.errorHandler = errorHandler;
    }

    @Override
    public void start(final Agent agent)
    {
        runner = new AgentRunner(idle, errorHandler, null, agent);
        idle.thread(AgentRunner.startOnThread(runner, task -> new Thread(task, "tourbillon-etcd-front")));
    }

    @Override
    public void wake()
    {
        idle.wake();
    }

    @Override
    public void expecting(final int value)
    {
        idle.expecting(value);
    }

    @Override
    public void close()
    {
        CloseHelper.quietClose(runner);
    }
}
