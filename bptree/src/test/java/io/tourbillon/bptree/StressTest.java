package io.tourbillon.bptree;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Runs {@link PinStress} and {@link PassStress} under jcstress, briefly; for longer:
 * {@code java -cp <test class path> org.openjdk.jcstress.Main -t 'P(in|ass)Stress'}.
 */
class StressTest
{
    private static final String ALL_PASSED = "Failed tests: No matches.";
    private static final String NO_ERRORS = "Error tests: No matches.";

    @TempDir
    private Path folder;

    @Test
    void shouldNeverUseAgainWhatAPinnedReaderMayLookAt() throws IOException, InterruptedException
    {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "two threads at once need two cores");
        final Path output = folder.resolve("out.txt");
        final Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-cp", System.getProperty("java.class.path"),
            "org.openjdk.jcstress.Main",
            "-t", "PinStress|PassStress", "-c", "2", "-f", "1", "-iters", "1", "-time", "50", "-sc", "false",
            "-jvmArgs", "-Xmx256m", "-r", folder.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
        try
        {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "not done in time: " + read(output));
            final String report = read(output);
            assertTrue(report.contains(ALL_PASSED) && report.contains(NO_ERRORS) && report.contains("2 matching"), () -> report);
        }
        finally
        {
            process.destroy();
        }
    }

    private static String read(final Path output)
    {
        try
        {
            return Files.readString(output);
        }
        catch (final IOException ex)
        {
            return ex.toString();
        }
    }
}
