package io.tourbillon.transport.aeron;

import com.sun.management.ThreadMXBean;
import io.tourbillon.transport.client.MediaKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** In a running node under load, its agents' threads allocate less than one byte an operation: by the JVM's own counters, per thread. */
class NodeAllocationTest
{
    private static final int KEYS = 10_000;
    /** After 150,000 the compiler was at work still, and code that is not compiled yet allocates: a megabyte in the next million. */
    private static final int WARM_UP = 500_000;
    /** What is promised: over a million operations after warm-up. */
    private static final int OPERATIONS = 1_000_000;
    private static final int WINDOW = 512;

    private final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
    private final StringBuilder report = new StringBuilder();
    @TempDir
    Path directory;

    @Test
    void shouldNotAllocateForPutsGetsAndEvents()
    {
        final NodeConfig config = TestConfig.in(directory).set(NodeOption.SEGMENT_BYTES, "64m").set(NodeOption.POOL_BYTES, "512m");
        try (Node node = Node.launch(config))
        {
            assertTrue(node.awaitReady(10_000));
            try (LoadClient client = new LoadClient(config, MediaKind.IPC, KEYS))
            {
                client.put(WARM_UP, WINDOW);
                client.get(WARM_UP, WINDOW);
                measure(node, "put", OPERATIONS, () -> client.put(OPERATIONS, WINDOW));
                measure(node, "get", OPERATIONS, () -> client.get(OPERATIONS, WINDOW));
                assertEquals(WARM_UP + OPERATIONS, client.found(), "every key was there");
                client.watch();
                client.put(WARM_UP, WINDOW);
                client.awaitEvents(WARM_UP);
                measure(node, "put and event", OPERATIONS,
                    () ->
                    {
                        client.put(OPERATIONS, WINDOW);
                        client.awaitEvents(WARM_UP + OPERATIONS);
                    });
            }
        }
        assertTrue(report.isEmpty(), report::toString);
    }

    private void measure(final Node node, final String name, final int operations, final Runnable work)
    {
        final List<String> names = new ArrayList<>();
        final List<Long> ids = new ArrayList<>();
        node.pipelineCounters().forEachAgent((agent, counters) ->
        {
            assertTrue(counters.threadId.getAcquire() > 0, agent);
            names.add(agent);
            ids.add(counters.threadId.getAcquire());
        });
        final long[] threadIds = ids.stream().mapToLong(Long::longValue).toArray();
        final long[] before = threads.getThreadAllocatedBytes(threadIds);
        work.run();
        final long[] after = threads.getThreadAllocatedBytes(threadIds);
        for (int i = 0; i < threadIds.length; i++)
        {
            final long bytes = after[i] - before[i];
            if (bytes >= operations)
            {
                report.append(String.format("%s: the thread of %s allocated %d bytes in %d operations%n",
                    name, names.get(i), bytes, operations));
            }
        }
    }
}
