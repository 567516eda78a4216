package io.tourbillon.tools;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The tests that CONTRIBUTING.md names are there. */
class NamedTestsTest
{
    private static final Path ROOT = Path.of("..");
    private static final Pattern METHOD = Pattern.compile("`([A-Z]\\w+)#(\\w+)`");
    private static final Pattern SCRIPT = Pattern.compile("`([a-z]\\w+\\.txt)`");

    @Test
    void shouldFindEachTestThatIsNamed() throws IOException
    {
        final String text = Files.readString(ROOT.resolve("CONTRIBUTING.md"));
        final List<Path> files = files();
        final List<MatchResult> methods = METHOD.matcher(text).results().toList();
        assertTrue(methods.size() > 30, "tests named: " + methods.size());
        final List<String> missing = Stream.concat(
            methods.stream().filter((named) -> !isThere(files, named.group(1) + ".java", " " + named.group(2) + "(")),
            SCRIPT.matcher(text).results().filter((named) -> !isThere(files, named.group(1), "")))
            .map(MatchResult::group).toList();
        assertEquals(List.of(), missing);
    }

    private static List<Path> files() throws IOException
    {
        try (Stream<Path> walk = Files.walk(ROOT))
        {
            return walk.filter((path) -> path.toString().contains("src/test/")).filter(Files::isRegularFile).toList();
        }
    }

    private static boolean isThere(final List<Path> files, final String name, final String words)
    {
        return files.stream().filter((path) -> path.getFileName().toString().equals(name)).anyMatch((path) ->
        {
            try
            {
                return Files.readString(path).contains(words);
            }
            catch (final IOException ex)
            {
                throw new UncheckedIOException(ex);
            }
        });
    }
}
