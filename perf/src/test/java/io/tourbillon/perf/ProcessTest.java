package io.tourbillon.perf;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ProcessTest
{
    @TempDir
    private Path directory;

    @Test
    void shouldEndAProcessThatWouldRunOn() throws IOException
    {
        final ChildProcess child = ChildProcess.start(List.of("sh", "-c", "echo hello; exec sleep 600"), directory,
            directory.resolve("log"));
        child.awaitOutput("hello", 5_000);
        final ProcessHandle handle = ProcessHandle.of(child.pid()).orElseThrow();
        child.close();
        assertFalse(handle.isAlive());
    }

    @Test
    void shouldShowTheOutputOfAProcessThatEndedTooEarly() throws IOException
    {
        try (ChildProcess child = ChildProcess.start(List.of("sh", "-c", "echo no such disk; exit 3"), directory, directory.resolve("log")))
        {
            final IllegalStateException ex = assertThrows(IllegalStateException.class, () -> child.awaitOutput("ready", 5_000));
            assertTrue(ex.getMessage().contains("no such disk"), ex::getMessage);
            assertEquals(3, child.awaitExit(5_000));
        }
    }

    @Test
    void shouldSeeItsOwnProcessorTimeGrow()
    {
        final long pid = ProcessHandle.current().pid();
        final ProcessUsage before = ProcessUsage.of(pid);
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (ProcessUsage.of(pid).cpuNsSince(before) <= 0)
        {
            assertTrue(System.nanoTime() - deadlineNs < 0, "no processor time counted");
        }
    }

    @Test
    void shouldNotKnowTheUsageOfNoProcess()
    {
        assertEquals(-1, ProcessUsage.of(0).cpuNsSince(ProcessUsage.UNKNOWN));
        assertEquals(-1, ProcessUsage.of(0).writtenBytesSince(ProcessUsage.UNKNOWN));
    }

    @Test
    void shouldRemoveADirectoryWithAllThatIsInIt() throws IOException
    {
        final Path path;
        try (TempDirectory temp = TempDirectory.in(directory, "run"))
        {
            path = temp.path();
            Files.createDirectories(path.resolve("a/b"));
            Files.writeString(path.resolve("a/b/c"), "x");
        }
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldMeasureTheDisk() throws IOException
    {
        final RawForce force = RawForce.measure(directory, TimeUnit.MILLISECONDS.toNanos(50));
        assertTrue(force.count() > 0);
        assertTrue(force.p50Us() <= force.p99Us());
    }

    @Test
    void shouldReadDurationsAsOptionsWriteThem()
    {
        assertEquals(TimeUnit.MILLISECONDS.toNanos(250), Durations.parse("250ms"));
        assertEquals(TimeUnit.SECONDS.toNanos(10), Durations.parse("10s"));
        assertEquals(TimeUnit.MINUTES.toNanos(2), Durations.parse("2m"));
        assertThrows(IllegalArgumentException.class, () -> Durations.parse("10"));
        assertThrows(IllegalArgumentException.class, () -> Durations.parse("-1s"));
        assertThrows(IllegalArgumentException.class, () -> Durations.parse("fast"));
    }
}
