package io.tourbillon.consensus.raft;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * Runs the golden scripts: blocks of commands, a line of dashes, and what they print. {@code -Drewrite=true} writes the answers anew.
 */
class RaftScriptTest
{
    private static final Path SCRIPTS = Path.of("src/test/resources/io/tourbillon/consensus/raft");

    static Stream<Path> scripts() throws IOException
    {
        return scriptsIn(SCRIPTS);
    }

    static Stream<Path> clusterScripts() throws IOException
    {
        return scriptsIn(SCRIPTS.resolve("cluster"));
    }

    private static Stream<Path> scriptsIn(final Path directory) throws IOException
    {
        try (Stream<Path> files = Files.list(directory))
        {
            return files.filter((path) -> path.toString().endsWith(".txt")).sorted().toList().stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("scripts")
    void shouldDoWhatTheScriptSays(final Path script) throws IOException
    {
        final ScriptedMember member = new ScriptedMember();
        compare(script, member::run);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("clusterScripts")
    void shouldDoTogetherWhatTheScriptSays(final Path script) throws IOException
    {
        final ScriptedCluster cluster = new ScriptedCluster();
        compare(script, cluster::run);
    }

    private static void compare(final Path script, final Function<List<String>, String> runner) throws IOException
    {
        final String expected = Files.readString(script);
        final String actual = play(expected.lines().toList(), runner);
        if (Boolean.getBoolean("rewrite"))
        {
            Files.writeString(script, actual);
        }
        else
        {
            assertEquals(expected, actual, () -> script + ": -Drewrite=true writes it anew");
        }
    }

    private static String play(final List<String> lines, final Function<List<String>, String> runner)
    {
        final StringBuilder out = new StringBuilder();
        final List<String> commands = new ArrayList<>();
        boolean isAnswer = false;
        for (final String line : lines)
        {
            if (isAnswer && line.isBlank())
            {
                isAnswer = false;
            }
            if (isAnswer)
            {
                continue;
            }
            out.append(line).append('\n');
            if (line.equals("----"))
            {
                out.append(runner.apply(commands));
                commands.clear();
                isAnswer = true;
            }
            else if (!line.isBlank() && !line.startsWith("#"))
            {
                commands.add(line);
            }
        }
        return out.toString();
    }
}
