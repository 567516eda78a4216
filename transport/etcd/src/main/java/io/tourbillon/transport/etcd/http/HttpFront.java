package io.tourbillon.transport.etcd.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.tourbillon.transport.etcd.port.HttpSide;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** HTTP/1 of the port: pages and the gateway. Event loops; pages, which block, are made by a few threads of their own. */
public final class HttpFront implements HttpSide, AutoCloseable
{
    private static final int FIRST_LINE_BYTES_MAX = 16 << 10;
    private static final int CHUNK_BYTES_MAX = 64 << 10;
    private static final int PAGE_THREADS = 4;
    private static final int PAGE_QUEUE_LENGTH = 64;

    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final ThreadPoolExecutor pageThreads = new ThreadPoolExecutor(
        PAGE_THREADS, PAGE_THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(PAGE_QUEUE_LENGTH), HttpFront::pageThread);
    private final HttpLimits limits;
    private final Routes routes;

    /**
     * @param limits  of what a client may do.
     * @param gateway takes what is below {@code /v3/}.
     */
    public HttpFront(final HttpLimits limits, final Gateway gateway)
    {
        this.limits = limits;
        pageThreads.allowCoreThreadTimeOut(true);
        routes = new Routes(gateway, pageThreads, new Access(limits.corsOrigins(), limits.hostWhitelist()),
            limits.bodyBytesMax());
    }

    private static Thread pageThread(final Runnable work)
    {
        final Thread thread = new Thread(work, "tourbillon-etcd-pages");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Shows pages from now on. Any thread.
     *
     * @param pages to show.
     */
    public void pages(final FrontPages pages)
    {
        routes.pages(pages);
    }

    @Override
    public void takeOver(final ChannelHandlerContext context)
    {
        final ChannelPipeline pipeline = context.pipeline();
        final List<String> names = new ArrayList<>(pipeline.names());
        for (final String name : names.subList(names.indexOf(context.name()) + 1, names.size()))
        {
            if (pipeline.get(name) != null) // the end of the pipeline has a name, too
            {
                pipeline.remove(name);
            }
        }
        connections.add(context.channel());
        pipeline.addLast(
            new HttpServerCodec(new HttpDecoderConfig().setMaxInitialLineLength(FIRST_LINE_BYTES_MAX)
                .setMaxHeaderSize(limits.headerBytesMax()).setMaxChunkSize(CHUNK_BYTES_MAX)),
            new IdleStateHandler(true, limits.standstillMs(), limits.standstillMs(), 0, TimeUnit.MILLISECONDS),
            new HttpConnection(routes, limits.unusedMs()),
            new GrpcGuard());
    }

    /** Closes the connections there are; no more are to come. */
    @Override
    public void close()
    {
        connections.close();
        pageThreads.shutdownNow();
    }
}
