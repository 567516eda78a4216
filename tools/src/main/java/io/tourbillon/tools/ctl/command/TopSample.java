package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.output.Sheet;
import io.tourbillon.transport.aeron.CountersFile;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All counters of a node at one moment, and what has happened between two. */
final class TopSample
{
    private static final double NS_PER_US = 1e3;
    private static final double US_PER_MS = 1e3;
    private static final double MS_PER_S = 1e3;
    private static final String[] REQUESTS = {"put", "range", "txn", "delete", "lease", "watch"};
    private static final String UNBOUND = "more";

    private final Map<String, Long> values = new TreeMap<>();
    private final long writtenMs;
    private final long memberId;

    private TopSample(final CountersFile file)
    {
        writtenMs = file.writtenMs();
        memberId = file.memberId();
        file.counters().forEach((value, id, label) -> values.put(label, value));
    }

    static TopSample of(final CountersFile file)
    {
        return new TopSample(file);
    }

    private long value(final String label)
    {
        return values.getOrDefault(label, 0L);
    }

    Sheet since(final TopSample before)
    {
        // By the node's own writing: one that is held up writes nothing, and shows no rates that never were.
        final double seconds = Math.max(1, writtenMs - before.writtenMs) / MS_PER_S;
        final long leaderId = value("pipeline.leaderId");
        final Sheet sheet = new Sheet()
            .put("member", Long.toHexString(memberId))
            .put("leader", leaderId == 0 ? "none" : leaderId == memberId ? "this" : Long.toHexString(leaderId))
            .put("term", value("pipeline.term"))
            .put("committedIndex", value("pipeline.committedIndex"))
            .put("notCommitted", value("pipeline.lastIndex") - value("pipeline.committedIndex"))
            .put("notApplied", value("pipeline.committedIndex") - value("pipeline.appliedIndex"))
            .put("revision", value("state.revision"))
            .put("keys", value("state.keys"))
            .put("liveBytes", value("state.liveBytes"));
        for (final String kind : REQUESTS)
        {
            sheet.put(kind + "PerS", rate(before, "requests." + kind, seconds));
        }
        sheet.put("appliedPerS", rate(before, "pipeline.entriesApplied", seconds))
            .put("journalBytesPerS", rate(before, "journal.appendedBytes", seconds))
            .put("forcesPerS", rate(before, "pipeline.forces", seconds))
            .put("forceP50Ms", percentile(before, "force", 0.5))
            .put("forceP99Ms", percentile(before, "force", 0.99))
            .put("connections", value("ingress.connections"))
            .put("sessions", value("ingress.sessions"))
            .put("watchers", value("state.watchers"))
            .put("catchingUp", value("sessions.catchingUp"))
            .put("repliesWaiting", value("sessions.repliesWaiting"))
            .put("fanOutBacklog", value("sessions.fanOutBacklog"));
        return sheet.put("agents", agents(before, seconds));
    }

    private long rate(final TopSample before, final String label, final double seconds)
    {
        return Math.round((value(label) - before.value(label)) / seconds);
    }

    /** Upper bound of the bucket in which the share lies of what has happened in between; null if nothing has, or beyond all bounds. */
    private Double percentile(final TopSample before, final String name, final double share)
    {
        final TreeMap<Long, Long> counts = new TreeMap<>();
        values.forEach((label, value) ->
        {
            if (label.startsWith(name + '.'))
            {
                final String bound = label.substring(name.length() + 1);
                counts.put(UNBOUND.equals(bound) ? Long.MAX_VALUE : Long.parseLong(bound), value - before.value(label));
            }
        });
        final long total = counts.values().stream().mapToLong(Long::longValue).sum();
        long seen = 0;
        for (final Map.Entry<Long, Long> bucket : counts.entrySet())
        {
            seen += bucket.getValue();
            if (total > 0 && seen >= Math.ceil(total * share))
            {
                return bucket.getKey() == Long.MAX_VALUE ? null : ms(bucket.getKey());
            }
        }
        return null;
    }

    private static double ms(final long ns)
    {
        return Math.round(ns / NS_PER_US) / US_PER_MS;
    }

    private List<Sheet> agents(final TopSample before, final double seconds)
    {
        final List<Sheet> rows = new ArrayList<>();
        for (final String label : values.keySet())
        {
            if (label.startsWith("agent.") && label.endsWith(".dutyCycles"))
            {
                final String agent = label.substring("agent.".length(), label.length() - ".dutyCycles".length());
                rows.add(new Sheet().put("agent", agent)
                    .put("thread", value("agent." + agent + ".threadId"))
                    .put("dutyCyclesPerS", rate(before, label, seconds))
                    .put("dutyCycleMaxMs", ms(value("agent." + agent + ".dutyCycleMaxNs"))));
            }
        }
        return rows;
    }
}
