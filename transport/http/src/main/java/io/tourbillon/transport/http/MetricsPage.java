package io.tourbillon.transport.http;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.function.Function;

/**
 * {@code /metrics}: the figures of a member, and of the process and its JVM under the names that Prometheus' own clients give them. Any
 * thread; blocks as long as the collector does.
 */
public final class MetricsPage implements Function<String, PageReply>
{
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final ExpositionFormats formats = ExpositionFormats.init();

    /** @param collectors of the member's figures, each time anew. */
    public MetricsPage(final MultiCollector... collectors)
    {
        for (final MultiCollector collector : collectors)
        {
            registry.register(collector);
        }
        ProcessMetrics.builder().register(registry);
        JvmMemoryMetrics.builder().register(registry);
        JvmGarbageCollectorMetrics.builder().register(registry);
    }

    @Override
    public PageReply apply(final String accept)
    {
        final ExpositionFormatWriter writer = formats.findWriter(accept);
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        try
        {
            writer.write(body, registry.scrape());
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex); // memory does not fail
        }
        return new PageReply(PageReply.OK, writer.getContentType(), Map.of(), body.toByteArray());
    }
}
