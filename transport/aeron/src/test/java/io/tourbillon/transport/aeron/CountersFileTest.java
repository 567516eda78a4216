package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.pipeline.PipelineCounters;
import org.agrona.concurrent.status.CountersReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a reader of the counters' file sees of a node that runs, has ended, or has never been. */
class CountersFileTest
{
    @TempDir
    private Path directory;

    private final Identity identity = new Identity("name", 1, 2, 1, null, false);

    private static Map<String, Long> values(final CountersFile file)
    {
        final Map<String, Long> values = new HashMap<>();
        final CountersReader counters = file.counters();
        counters.forEach((value, id, label) -> values.put(label, value));
        return values;
    }

    @Test
    void shouldShowWhatIsCountedAndHowItEnds()
    {
        final PipelineCounters pipeline = new PipelineCounters();
        try (NodeGauges gauges = NodeGauges.open(directory, identity))
        {
            gauges.mirror(new CounterMirror(gauges.file()).addPipeline(pipeline).addIngress(new IngressCounters()));
            pipeline.term.setRelease(7);
            pipeline.checkpointDurations.record(31_250);
            gauges.housekeeping();
            try (CountersFile read = CountersFile.open(directory))
            {
                final Map<String, Long> values = values(read);
                assertEquals(7, values.get("pipeline.term"));
                assertEquals(1, values.get("checkpoint.31250"));
                assertEquals(0, values.get("requests.put"));
                assertEquals(0, values.get("agent.apply.dutyCycles"));
                assertEquals(0, values.get("agent.apply.allocatedBytes"));
                assertTrue(values.containsKey("state.keys") && values.containsKey("checkpoint.more"), values.toString());
                assertEquals(ProcessHandle.current().pid(), read.processId());
                assertEquals(2, read.memberId());
                assertEquals(CountersFile.End.NONE, read.end());
            }
            pipeline.term.setRelease(8);
        }
        try (CountersFile read = CountersFile.open(directory))
        {
            assertEquals(8, values(read).get("pipeline.term"), "the last values are those at the close");
            assertEquals(CountersFile.End.CLOSED, read.end());
        }
    }

    @Test
    void shouldCountAnErrorThatComesAgainAndKeepWhyItFailed()
    {
        final NodeGauges gauges = NodeGauges.open(directory, identity);
        for (int i = 0; i < 3; i++)
        {
            gauges.onError(new IllegalStateException("of a stranger"));
        }
        gauges.onFatal(new IOException("the disk is gone"));
        gauges.close();
        gauges.onError(new IllegalStateException("behind the end"));
        final List<String> seen = new ArrayList<>();
        try (CountersFile read = CountersFile.open(directory))
        {
            read.readErrors((count, firstMs, lastMs, trace) -> seen.add(count + " " + trace.lines().findFirst().orElse("")));
            assertEquals(CountersFile.End.FAILED, read.end());
        }
        assertEquals(List.of("3 java.lang.IllegalStateException: of a stranger", "1 java.io.IOException: the disk is gone"), seen);
    }

    @Test
    void shouldRefuseWhatIsNoneOfItsFilesByName() throws IOException
    {
        assertTrue(assertThrows(NodeException.class, () -> CountersFile.open(directory)).getMessage().contains("there is no file"));
        NodeGauges.open(directory, identity).close();
        final Path path = directory.resolve(CountersFile.NAME);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE))
        {
            channel.write(java.nio.ByteBuffer.wrap(new byte[]{9}), 0);
            assertTrue(assertThrows(NodeException.class, () -> CountersFile.open(directory)).getMessage().contains("has version 9"));
            channel.truncate(100);
            assertTrue(assertThrows(NodeException.class, () -> CountersFile.open(directory)).getMessage().contains("has 100 bytes"));
        }
    }
}
