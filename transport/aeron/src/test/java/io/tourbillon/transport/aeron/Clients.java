package io.tourbillon.transport.aeron;

import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Clients for nodes of tests. */
final class Clients
{
    private Clients()
    {
    }

    static TourbillonAsyncClient connect(final NodeConfig config, final MediaKind mediaKind)
    {
        return connect(config.text(NodeOption.LISTEN_CLIENT), mediaKind);
    }

    static TourbillonAsyncClient connect(final String endpoint, final MediaKind mediaKind)
    {
        return TourbillonAsyncClient.connect(new ClientOptions()
            .endpoint(endpoint)
            .mediaKind(mediaKind)
            .connectTimeout(Duration.ofSeconds(10))
            .requestTimeout(Duration.ofSeconds(10)));
    }

    static <T> T await(final CompletableFuture<T> future)
    {
        try
        {
            return future.get(10, TimeUnit.SECONDS);
        }
        catch (final ExecutionException ex)
        {
            if (ex.getCause() instanceof final RuntimeException cause)
            {
                throw cause;
            }
            throw new AssertionError(ex.getCause());
        }
        catch (final InterruptedException | TimeoutException ex)
        {
            throw new AssertionError("no answer in time", ex);
        }
    }
}
