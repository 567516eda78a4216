package io.tourbillon.transport.etcd.counts;

import io.grpc.Metadata;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the calls of a front, method by method: gRPC's server tells it of its own, the gateway of those by JSON, as in etcd, whose
 * gateway calls by gRPC. Any thread; never blocks.
 */
public final class CallCounters extends ServerStreamTracer.Factory
{
    private static final ServerStreamTracer NONE = new ServerStreamTracer()
    {
    };

    private final Map<String, MethodCounters> all = new TreeMap<>();
    private final Map<String, MethodCounters> byName;

    /** @param services whose methods are counted; calls of others are not. */
    public CallCounters(final List<ServerServiceDefinition> services)
    {
        services.forEach((service) -> service.getMethods().forEach((method) -> all.put(
            method.getMethodDescriptor().getFullMethodName(), new MethodCounters(method.getMethodDescriptor()))));
        byName = Map.copyOf(all); // asked once a call
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(final String fullMethodName, final Metadata headers)
    {
        final MethodCounters counters = byName.get(fullMethodName);
        return counters != null ? counters : NONE;
    }

    /**
     * Finds a method's.
     *
     * @param fullMethodName service and method.
     * @return its counters; null if there is no such method.
     */
    public MethodCounters of(final String fullMethodName)
    {
        return byName.get(fullMethodName);
    }

    /** @return all there are, by the methods' names. */
    public Collection<MethodCounters> all()
    {
        return all.values();
    }
}
