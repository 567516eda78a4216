package io.tourbillon.transport.http;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What clients have called by etcd's API, under the names that etcd has from gRPC's library for Go. A code stands there once a call has
 * ended with it, OK from the start. Any thread.
 */
public final class FrontMetrics implements MultiCollector
{
    private final Supplier<List<CallFigures>> calls;

    /** @param calls tells of each method; of none where there is no front. */
    public FrontMetrics(final Supplier<List<CallFigures>> calls)
    {
        this.calls = calls;
    }

    @Override
    public MetricSnapshots collect()
    {
        final Figures figures = new Figures();
        final List<CallFigures> methods = calls.get();
        long receivedBytes = 0;
        long sentBytes = 0;
        for (final CallFigures method : methods)
        {
            add(figures, method);
            receivedBytes += method.receivedBytes();
            sentBytes += method.sentBytes();
        }
        if (!methods.isEmpty())
        {
            figures.counter("etcd_network_client_grpc_received_bytes", "Bytes of messages of gRPC's clients.", receivedBytes);
            figures.counter("etcd_network_client_grpc_sent_bytes", "Bytes of messages to gRPC's clients.", sentBytes);
        }
        return figures.snapshots();
    }

    private static void add(final Figures figures, final CallFigures method)
    {
        final String[] labels =
        {
            "grpc_method", method.method(), "grpc_service", method.service(), "grpc_type", method.type(),
        };
        figures.counter("grpc_server_started", "Calls begun.", method.started(), labels);
        figures.counter("grpc_server_msg_received", "Messages of clients.", method.received(), labels);
        figures.counter("grpc_server_msg_sent", "Messages to clients.", method.sent(), labels);
        for (final Map.Entry<String, Long> code : method.handled().entrySet())
        {
            figures.counter("grpc_server_handled", "Calls that have ended, by the code with which they did.", code.getValue(),
                "grpc_code", code.getKey(), "grpc_method", method.method(), "grpc_service", method.service(), "grpc_type", method.type());
        }
    }
}
