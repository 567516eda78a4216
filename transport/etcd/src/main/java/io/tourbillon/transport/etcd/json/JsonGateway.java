package io.tourbillon.transport.etcd.json;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.tourbillon.transport.etcd.counts.CallCounters;
import io.tourbillon.transport.etcd.http.Exchange;
import io.tourbillon.transport.etcd.http.Gateway;
import io.tourbillon.transport.etcd.http.HttpConnection;
import io.tourbillon.transport.etcd.http.Saying;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** etcd's API in JSON, by the very services that gRPC's clients call, with what stands before them. Event loops. */
public final class JsonGateway implements Gateway
{
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String METADATA_PREFIX = "grpc-metadata-";
    /** What may be a key of metadata that is text. */
    private static final Pattern KEY = Pattern.compile("[a-z0-9._-]+(?<!-bin)");
    private static final String BEARER = "bearer ";
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
    private final CallCounters calls;
    private final int bytesMax;

    /**
     * @param services that are called.
     * @param calls    counts what is called.
     * @param bytesMax of one message of a request.
     */
    public JsonGateway(final List<ServerServiceDefinition> services, final CallCounters calls, final int bytesMax)
    {
        this.calls = calls;
        this.bytesMax = bytesMax;
        final Map<String, ServerMethodDefinition<?, ?>> byName = new HashMap<>();
        for (final ServerServiceDefinition service : services)
        {
            service.getMethods().forEach(method -> byName.put(method.getMethodDescriptor().getFullMethodName(), method));
        }
        GatewayTable.methods().forEach((path, name) ->
        {
            if (byName.containsKey(name))
            {
                methods.put(path, byName.get(name));
            }
        });
    }

    @Override
    public Exchange begin(final String path, final HttpRequest request, final HttpConnection connection)
    {
        final ServerMethodDefinition<?, ?> method = methods.get(path);
        if (method == null)
        {
            return new Saying(connection, HttpResponseStatus.NOT_FOUND, TEXT, "Not Found\n");
        }
        if (!request.method().equals(HttpMethod.POST))
        {
            return new Saying(connection, HttpResponseStatus.METHOD_NOT_ALLOWED, TEXT, "Method Not Allowed\n");
        }
        final Attributes attributes = Attributes.newBuilder()
            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, connection.context().channel().remoteAddress())
            .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, connection.context().channel().localAddress()).build();
        return JsonCall.start(method, calls.of(method.getMethodDescriptor().getFullMethodName()), metadata(request), attributes,
            request.headers().get(HttpHeaderNames.HOST, ""), connection, bytesMax);
    }

    /** What gRPC's clients say in metadata: a token, and whatever a header says that begins with {@code Grpc-Metadata-}. */
    private static Metadata metadata(final HttpRequest request)
    {
        final Metadata metadata = new Metadata();
        for (final Map.Entry<String, String> header : request.headers())
        {
            final String name = header.getKey().toLowerCase(Locale.ROOT);
            final String key = name.startsWith(METADATA_PREFIX) ? name.substring(METADATA_PREFIX.length()) : "";
            if (KEY.matcher(key).matches())
            {
                metadata.put(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER), header.getValue());
            }
        }
        final String authorization = request.headers().get(HttpHeaderNames.AUTHORIZATION);
        if (authorization != null)
        {
            metadata.put(AUTHORIZATION, authorization);
            metadata.put(TOKEN, authorization.toLowerCase(Locale.ROOT).startsWith(BEARER) ?
                authorization.substring(BEARER.length()) : authorization);
        }
        return metadata;
    }
}
