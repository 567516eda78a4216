package io.tourbillon.transport.etcd.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.etcd.api.SnapshotResponse;
import io.tourbillon.transport.etcd.node.Failures;
import org.agrona.ErrorHandler;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Snapshots on their way to clients: one at a time, as the node has it, on a thread and a connection of its own. So a client that takes it
 * slowly holds up the node's side of that connection and nobody else.
 */
public final class SnapshotFeeds implements AutoCloseable
{
    private static final long CLOSE_MS = TimeUnit.SECONDS.toMillis(2);

    private final Supplier<ClientContext> contexts;
    private final String endpoint;
    private final ErrorHandler errorHandler;
    private final AtomicReference<Thread> running = new AtomicReference<>();
    private volatile boolean isClosed;

    /**
     * @param contexts     settings for one more client of the node each.
     * @param endpoint     of the node.
     * @param errorHandler of what should not happen; any thread.
     */
    public SnapshotFeeds(final Supplier<ClientContext> contexts, final String endpoint, final ErrorHandler errorHandler)
    {
        this.contexts = contexts;
        this.endpoint = endpoint;
        this.errorHandler = errorHandler;
    }

    /** Begins one. Event loop; does not wait. */
    void begin(final UserPassword user, final StreamObserver<SnapshotResponse> observer)
    {
        final ServerCallStreamObserver<SnapshotResponse> to = (ServerCallStreamObserver<SnapshotResponse>)observer;
        to.setOnCancelHandler(() -> {}); // else what is sent to who has gone throws
        final ClientContext context = contexts.get().errorHandler(errorHandler).fragmentLimit(SnapshotFeed.FRAGMENTS_MAX);
        final SnapshotFeed feed = new SnapshotFeed(context, endpoint, user, to, () -> isClosed);
        final Thread thread = new Thread(() -> run(feed), "tourbillon-etcd-snapshot");
        thread.setDaemon(true);
        if (!running.compareAndSet(null, thread))
        {
            observer.onError(Failures.of(ErrorCode.SNAPSHOT_UNDER_WAY).asRuntimeException());
            return;
        }
        thread.start();
    }

    private void run(final SnapshotFeed feed)
    {
        try
        {
            feed.run();
        }
        catch (final RuntimeException ex)
        {
            errorHandler.onError(ex);
        }
        finally
        {
            running.set(null);
            feed.end();
        }
    }

    /** Ends what is under way. Blocks until then, for seconds at most. */
    @Override
    public void close()
    {
        isClosed = true;
        final Thread thread = running.get();
        if (thread != null)
        {
            try
            {
                thread.join(CLOSE_MS);
            }
            catch (final InterruptedException ignore)
            {
                Thread.currentThread().interrupt(); // who closes in a hurry does not wait
            }
        }
    }
}
