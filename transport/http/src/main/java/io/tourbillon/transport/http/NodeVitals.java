package io.tourbillon.transport.http;

import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.MemberInfo;
import io.tourbillon.transport.client.async.RangeQuery;
import io.tourbillon.transport.client.async.StatusResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import org.agrona.CloseHelper;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A node in this process, asked as any client asks it, by shared memory, and by its counters. What a client is not answered is not healthy.
 */
public final class NodeVitals implements Vitals, AutoCloseable
{
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final RangeQuery QUERY = RangeQuery.of("health").keysOnly().limit(1);
    private static final RangeQuery SERIALIZABLE_QUERY = RangeQuery.of("health").keysOnly().limit(1).serializable();

    private final Node node;
    private TourbillonAsyncClient client;
    private boolean isClosed;

    /** @param node to ask; it is not closed with this. */
    public NodeVitals(final Node node)
    {
        this.node = node;
    }

    /** Those that are in force, and this member's own: another's full disk, which the cluster goes on with, is not this one's illness. */
    @Override
    public List<String> alarms()
    {
        final Stream<AlarmType> own = node.pipelineCounters().noSpace.getAcquire() == 0 ? Stream.empty() : Stream.of(AlarmType.NOSPACE);
        return Stream.concat(own, node.alarms().stream()
            .filter((alarm) -> alarm.isInForce() || alarm.memberId() == node.memberId()).map(Alarm::type))
            .distinct().sorted().map(AlarmType::name).toList();
    }

    @Override
    public boolean hasLeader()
    {
        return node.pipelineCounters().leaderId.getAcquire() != 0;
    }

    @Override
    public boolean isLearner()
    {
        final StatusResult status = status();
        return status == null || status.isLearner();
    }

    @Override
    public String read(final boolean isSerializable)
    {
        try
        {
            await(client().range(isSerializable ? SERIALIZABLE_QUERY : QUERY));
            return null;
        }
        catch (final TourbillonException | TimeoutException ex)
        {
            return ex.getMessage();
        }
    }

    /** @return the node's figures; null if it does not answer. Blocks until then, for some seconds at most. */
    public StatusResult status()
    {
        try
        {
            return await(client().status());
        }
        catch (final TourbillonException | TimeoutException ex)
        {
            return null; // whoever asks says that it is not there
        }
    }

    /** @return the members as this one knows them, also while nobody leads; empty if it does not answer. Blocks as {@link #status()}. */
    public List<MemberInfo> members()
    {
        try
        {
            return await(client().membersSerializable()).members();
        }
        catch (final TourbillonException | TimeoutException ex)
        {
            return List.of(); // whoever asks does with what the counters say
        }
    }

    /** What it throws always has a message: {@link #read} tells by it that there was no answer. */
    static <T> T await(final CompletableFuture<T> future) throws TimeoutException
    {
        try
        {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        }
        catch (final ExecutionException ex)
        {
            if (ex.getCause() instanceof final TourbillonException cause)
            {
                throw cause;
            }
            throw new IllegalStateException(ex.getCause());
        }
        catch (final TimeoutException ex)
        {
            throw new TimeoutException("no answer within " + TIMEOUT.toSeconds() + " s");
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        }
    }

    /** Connected when it is first needed: a node that is starting cannot be reached. */
    private synchronized TourbillonAsyncClient client() throws TimeoutException
    {
        if (isClosed)
        {
            throw new TimeoutException("the node is being closed");
        }
        if (client == null)
        {
            final ClientOptions options = new ClientOptions()
                .endpoint("ipc:" + node.driverDirectory())
                .connectTimeout(TIMEOUT)
                .requestTimeout(TIMEOUT)
                .user(UserPassword.ofNode(node.ownToken()));
            options.context().connectionKey(node.connectionKey());
            client = TourbillonAsyncClient.connect(options);
        }
        return client;
    }

    @Override
    public synchronized void close()
    {
        isClosed = true;
        CloseHelper.quietClose(client);
    }
}
