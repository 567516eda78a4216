package io.tourbillon.perf.front;

import io.tourbillon.perf.jmh.Wrong;
import io.tourbillon.perf.load.Load;
import io.tourbillon.perf.load.LoadChild;
import io.tourbillon.perf.load.LoadLoop;
import io.tourbillon.perf.load.ServerProcess;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Scenarios at a size of a second, at one node for all: each prints its table, and sees what would make it worth nothing. */
@Timeout(120)
class FrontToolTest
{
    private static final int KEYS = 500;

    @TempDir
    private static Path directory;
    private static ServerProcess node;

    @BeforeAll
    static void start()
    {
        node = ServerProcess.startNode("none", directory, List.of("--broadcast=front=front/"), List.of());
        printed(() -> new LoadHere().preload(node));
    }

    @AfterAll
    static void close()
    {
        node.close();
    }

    /** A load in this process: one of its own takes a second to start. */
    private static class LoadHere extends LoadChild
    {
        private LoadHere()
        {
            super(directory, false, KEYS);
        }

        @Override
        public void preload(final ServerProcess server)
        {
            run(server, List.of("--workload", "put", "--window", "64", "--warmup", "0s", "--duration", "10s", "--count", "1"));
        }

        @Override
        protected void execute(final ServerProcess server, final List<String> arguments, final Runnable meanwhile)
        {
            meanwhile.run();
            Wrong.unless(new CommandLine(new Load()).execute(arguments.toArray(new String[0])) == 0, "the load is void");
        }
    }

    /** Figures that nobody measured. */
    private static class NoLoad extends LoadHere
    {
        private final String allocated;

        private NoLoad(final String allocated)
        {
            this.allocated = allocated;
        }

        @Override
        public Properties run(final ServerProcess server, final List<String> options, final Runnable meanwhile)
        {
            final Properties figures = new Properties();
            for (final String run : List.of("put.256.", "put.1000.", "watch.256.", "mixed.256."))
            {
                List.of("rate", "p50", "p99").forEach((figure) -> figures.setProperty(run + figure, "1"));
                figures.setProperty(run + "allocated", allocated);
            }
            return figures;
        }
    }

    /** In its second run all but the node and this process end. */
    private static final class LonelyLoad extends NoLoad
    {
        private int runCount;

        private LonelyLoad()
        {
            super("0");
        }

        @Override
        public Properties run(final ServerProcess server, final List<String> options, final Runnable meanwhile)
        {
            if (++runCount == 2)
            {
                endOthers();
            }
            return super.run(server, options, meanwhile);
        }
    }

    /** The same, for windows of one process. */
    private static final class LonelyLoop extends LoadLoop
    {
        private int runCount;

        private LonelyLoop()
        {
            super(node, KEYS, "ipc");
        }

        @Override
        public Properties put(final long warmupNs, final long durationNs)
        {
            if (++runCount == 2)
            {
                endOthers();
            }
            return super.put(warmupNs, durationNs);
        }
    }

    private static void endOthers()
    {
        ProcessHandle.current().children().filter((child) -> child.pid() != node.pid()).forEach((child) ->
        {
            child.destroyForcibly();
            child.onExit().join();
        });
    }

    private static <T> T parse(final T scenario, final String options)
    {
        new CommandLine(scenario).parseArgs((options + " --warmup 10ms --duration 400ms").trim().split(" "));
        return scenario;
    }

    private static String printed(final Runnable measuring)
    {
        final PrintStream before = System.out;
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try
        {
            measuring.run();
        }
        catch (final IllegalStateException ex)
        {
            throw new IllegalStateException(ex.getMessage() + "\nafter it printed:\n" + printed.toString(StandardCharsets.UTF_8), ex);
        }
        finally
        {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldPutBesideManyAndNotWithoutThem()
    {
        final Bystanders scenario = parse(new Bystanders(), "--kind WATCHERS --divide 10000");
        try (LoadLoop load = new LoadLoop(node, KEYS, "ipc"))
        {
            final String table = printed(() -> scenario.measure(directory, node, load));
            assertTrue(table.contains("\n| 100 watchers | "), table);
        }
        try (LonelyLoop lonely = new LonelyLoop())
        {
            final IllegalStateException gone = assertThrows(IllegalStateException.class,
                () -> printed(() -> scenario.measure(directory, node, lonely)));
            assertTrue(gone.getMessage().contains("the bystanders are gone"), gone.getMessage());
        }
    }

    @Test
    void shouldPutBesideABadClientAndNotWithoutIt()
    {
        final Hostile scenario = parse(new Hostile(), "--manner GARBAGE");
        final String table = printed(() -> scenario.measure(directory, node, new LoadHere()));
        assertTrue(table.contains("\n| garbage | "), table);
        final IllegalStateException gone = assertThrows(IllegalStateException.class,
            () -> printed(() -> scenario.measure(directory, node, new LonelyLoad())));
        assertTrue(gone.getMessage().contains("the bad client ended"), gone.getMessage());
    }

    @Test
    void shouldBeVoidWhenAWindowThatCountsAllocatesOrIsNotTold()
    {
        final Steady one = parse(new Steady(), "--windows 1");
        final String table = printed(() -> assertTrue(one.measure(node, new LoadHere()), "the first windows do not count"));
        assertTrue(table.contains("\n| 1 | watch | "), table);
        assertTrue(table.matches("(?s).* [0-9,]+ by [a-z+]+ \\|\n"), table);
        assertTrue(isBelow(2, "1000"));
        assertTrue(isBelow(3, "0.99"));
        assertFalse(isBelow(3, "1.0"));
        assertThrows(IllegalStateException.class, () -> isBelow(1, "-1"));
    }

    private static boolean isBelow(final int windowCount, final String allocated)
    {
        final Steady scenario = parse(new Steady(), "--windows " + windowCount);
        final boolean[] isBelow = {false};
        printed(() -> isBelow[0] = scenario.measure(node, new NoLoad(allocated)));
        return isBelow[0];
    }

    @Test
    void shouldTellWhatABroadcastCostsAndSeeEachEventThatIsMissingOrDouble()
    {
        final BroadcastCost scenario = parse(new BroadcastCost(), "");
        final String line = printed(() -> scenario.measure(2, node));
        assertTrue(line.startsWith("| 2 | "), line);
        final BroadcastCost.Hearing hearing = new BroadcastCost.Hearing(7);
        hearing.hear(8);
        assertThrows(IllegalStateException.class, () -> hearing.hear(8));
        assertThrows(IllegalStateException.class, () -> hearing.hear(10));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "bystanders --divide 0", "bystanders --kind NOBODY", "hostile --manner POLITE", "lease-storm --leases 9", "fan-out --window 0"})
    void shouldRefuseWrongOptions(final String arguments)
    {
        final StringWriter errors = new StringWriter();
        final CommandLine line = new CommandLine(new FrontTool()).setErr(new PrintWriter(errors, true));
        assertEquals(2, line.execute(arguments.isEmpty() ? new String[0] : arguments.split(" ")), errors::toString);
    }
}
