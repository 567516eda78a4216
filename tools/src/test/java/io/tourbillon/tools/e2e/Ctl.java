package io.tourbillon.tools.e2e;

import io.tourbillon.tools.ctl.Tbctl;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** tbctl in this process, or as one of its own by its script. */
final class Ctl
{
    private static final Path SCRIPT = Path.of("bin/tbctl").toAbsolutePath();

    private final String endpoint;
    private String err = "";
    private int exitCode;

    Ctl(final String endpoint)
    {
        this.endpoint = endpoint;
    }

    /** Runs a command and gives its stdout, one char a byte. */
    String run(final String... words)
    {
        return runWithInput("", words);
    }

    String runWithInput(final String input, final String... words)
    {
        final List<String> args = new ArrayList<>(List.of("--endpoints", endpoint));
        args.addAll(Arrays.asList(words));
        final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        exitCode = Tbctl.run(args.toArray(new String[0]), new ByteArrayInputStream(input.getBytes(ISO_8859_1)),
            new PrintStream(outBytes, false, UTF_8), new PrintStream(errBytes, true, UTF_8));
        err = errBytes.toString(UTF_8);
        return outBytes.toString(ISO_8859_1);
    }

    /** Runs a command that must succeed. */
    String ok(final String... words)
    {
        final String out = run(words);
        assertEquals(0, exitCode, () -> String.join(" ", words) + ": " + err);
        return out;
    }

    /** Runs a command that must fail, and gives what it says. */
    String fails(final int expectedExitCode, final String... words)
    {
        run(words);
        assertEquals(expectedExitCode, exitCode, () -> String.join(" ", words) + ": " + err);
        return err;
    }

    int exitCode()
    {
        return exitCode;
    }

    String err()
    {
        return err;
    }

    /** Starts the script. */
    Process process(final Path out, final Path errFile, final String... words) throws IOException
    {
        final List<String> command = new ArrayList<>(List.of(SCRIPT.toString(), "--endpoints", endpoint));
        command.addAll(Arrays.asList(words));
        return new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(errFile.toFile()).start();
    }
}
