package io.tourbillon.perf.cluster;

import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.KeyValue;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;

import java.time.Duration;

/** One of our nodes, by the client that people use. */
final class NodeProbe implements MemberProbe
{
    private final TourbillonAsyncClient client;

    NodeProbe(final String endpoint, final long requestTimeoutMs)
    {
        final ClientOptions options = new ClientOptions()
            .endpoint(endpoint)
            .mediaKind(MediaKind.UDP)
            .connectTimeout(Duration.ofSeconds(20))
            .requestTimeout(Duration.ofMillis(requestTimeoutMs));
        client = TourbillonAsyncClient.connect(options);
    }

    @Override
    public long put(final String key, final String value) throws Exception
    {
        return client.put(key, value).get().header().revision();
    }

    @Override
    public String get(final String key) throws Exception
    {
        final KeyValue first = client.get(key).get().first();
        return first == null ? null : first.valueText();
    }

    @Override
    public boolean isLeader() throws Exception
    {
        return client.status().get().isLeader();
    }

    @Override
    public void close()
    {
        client.close();
    }
}
