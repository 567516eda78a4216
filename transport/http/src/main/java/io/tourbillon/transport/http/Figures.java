package io.tourbillon.transport.http;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.tourbillon.journal.DurationHistogram;

import java.util.LinkedHashMap;
import java.util.Map;

/** The figures of one look, as they are read. Not for two threads. */
final class Figures
{
    private static final double NS_PER_S = 1e9;

    private final MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
    private final Map<String, GaugeSnapshot.Builder> gauges = new LinkedHashMap<>();
    private final Map<String, CounterSnapshot.Builder> counters = new LinkedHashMap<>();

    /** What goes up and down. Of a name there may be several, with other values of the same labels. */
    void gauge(final String name, final String help, final double value, final String... labels)
    {
        gauges.computeIfAbsent(name, (key) -> GaugeSnapshot.builder().name(name).help(help))
            .dataPoint(GaugeDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build());
    }

    /** What only grows. Its name is given without the {@code _total} that ends it on the page. */
    void counter(final String name, final String help, final double value, final String... labels)
    {
        counters.computeIfAbsent(name, (key) -> CounterSnapshot.builder().name(name).help(help))
            .dataPoint(CounterDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build());
    }

    void histogram(final String name, final String help, final DurationHistogram durations)
    {
        final ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < DurationHistogram.BOUND_COUNT; i++)
        {
            buckets.bucket(DurationHistogram.boundNs(i) / NS_PER_S, durations.count(i));
        }
        buckets.bucket(Double.POSITIVE_INFINITY, durations.count(DurationHistogram.BOUND_COUNT));
        snapshots.metricSnapshot(HistogramSnapshot.builder().name(name).help(help)
            .dataPoint(HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(buckets.build())
                .sum(durations.totalNs() / NS_PER_S)
                .build())
            .build());
    }

    MetricSnapshots snapshots()
    {
        gauges.values().forEach((gauge) -> snapshots.metricSnapshot(gauge.build()));
        counters.values().forEach((counter) -> snapshots.metricSnapshot(counter.build()));
        return snapshots.build();
    }
}
