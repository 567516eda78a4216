package io.tourbillon.perf.store;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Each scenario at a size of a second or two: it ends sound, prints a table and leaves nothing behind. */
@Timeout(120)
class StoreToolTest
{
    @TempDir
    private Path directory;

    private final StringWriter errors = new StringWriter();

    private int execute(final List<String> arguments)
    {
        return new CommandLine(new StoreTool())
            .setErr(new PrintWriter(errors, true))
            .setExecutionExceptionHandler(
                (failure, line, parsed) ->
                {
                    failure.printStackTrace(line.getErr());
                    return 1;
                })
            .execute(arguments.toArray(new String[0]));
    }

    private String run(final String arguments) throws IOException
    {
        final List<String> all = new ArrayList<>(List.of(arguments.split(" ")));
        all.addAll(List.of("--dir", directory.toString()));
        final PrintStream before = System.out;
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try
        {
            assertEquals(0, execute(all), errors::toString);
        }
        finally
        {
            System.setOut(before);
        }
        try (Stream<Path> left = Files.list(directory))
        {
            assertEquals(List.of(), left.toList());
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "bytes-per-key --keys 2000 --versions 2",
        "checkpoint-stall --keys 2000 --dirty-mb 4 --rate 2000 --seconds 0.1",
        "overwrite --keys 2000 --times 1 --rate 20000 --pool-mb 16",
        "apply-bound --keys 12000 --rounds 1 --puts 1000",
        "watchers --keys 2000 --watchers 2000,3000",
        "compaction --revisions 4000 --history-keys 400 --rate 2000 --seconds 0.1",
        "open --targets file --caches warm --sizes 1000 --rounds 1"})
    void shouldEndSoundWithATable(final String arguments) throws IOException
    {
        final String printed = run(arguments);
        assertTrue(printed.contains("|---|---|"), printed);
        assertTrue(printed.lines().filter((line) -> line.startsWith("| ")).count() >= 2, printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "open --targets sky", "overwrite --times 0", "bytes-per-key --keys 3", "checkpoint-stall --dirty-mb 0",
            "bytes-written --puts 1"})
    void shouldRefuseWrongOptions(final String arguments)
    {
        assertEquals(2, execute(arguments.isEmpty() ? List.of() : List.of(arguments.split(" "))), errors::toString);
    }
}
