package io.tourbillon.perf.front;

import io.tourbillon.transport.aeron.CountersFile;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What each thread of a node's agents has allocated on the heap, as the node's counters' file tells. */
final class AgentHeap
{
    private static final String AGENT = "agent.";
    private static final String THREAD = ".threadId";
    private static final String ALLOCATED = ".allocatedBytes";

    private final Path dataDirectory;
    private Map<Long, Long> before;

    AgentHeap(final Path dataDirectory)
    {
        this.dataDirectory = dataDirectory;
        before = bytesByThread(counters());
    }

    /** The thread that has allocated most since the last call, by the names of its agents. */
    String most()
    {
        final Map<String, Long> counters = counters();
        final Map<Long, Long> now = bytesByThread(counters);
        long mostThread = 0;
        long mostBytes = -1;
        for (final Map.Entry<Long, Long> thread : now.entrySet())
        {
            final long bytes = thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
            if (bytes > mostBytes)
            {
                mostThread = thread.getKey();
                mostBytes = bytes;
            }
        }
        before = now;
        return String.format(Locale.ROOT, "%,d by %s", mostBytes, agentsOf(counters, mostThread));
    }

    private static String agentsOf(final Map<String, Long> counters, final long thread)
    {
        final StringBuilder names = new StringBuilder();
        counters.forEach((label, value) ->
        {
            if (label.startsWith(AGENT) && label.endsWith(THREAD) && value == thread)
            {
                names.append(names.isEmpty() ? "" : "+").append(label, AGENT.length(), label.length() - THREAD.length());
            }
        });
        return names.toString();
    }

    private static Map<Long, Long> bytesByThread(final Map<String, Long> counters)
    {
        final Map<Long, Long> bytes = new HashMap<>();
        counters.forEach((label, value) ->
        {
            if (label.startsWith(AGENT) && label.endsWith(ALLOCATED))
            {
                final long thread = counters.get(label.substring(0, label.length() - ALLOCATED.length()) + THREAD);
                bytes.merge(thread, value, Math::max);      // each agent of a thread tells the same
            }
        });
        return bytes;
    }

    private Map<String, Long> counters()
    {
        final Map<String, Long> values = new TreeMap<>();
        try (CountersFile file = CountersFile.open(dataDirectory))
        {
            file.counters().forEach((value, id, label) -> values.put(label, value));
        }
        return values;
    }
}
