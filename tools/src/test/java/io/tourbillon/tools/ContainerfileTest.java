package io.tourbillon.tools;

import io.tourbillon.transport.aeron.NodeOption;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The file from which an image is made speaks of what the archive has: where there is no base image nobody else notices. */
class ContainerfileTest
{
    private static final Path FILE = Path.of("dist/src/Containerfile");
    private static final Path SCRIPTS = Path.of("bin");
    private static final Pattern INSTALLED = Pattern.compile("/opt/tourbillon/([^\\s\\\\]+)");
    private static final Pattern COMMAND = Pattern.compile("(?m)^CMD \\[(.*)]$");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

    private static Stream<String> found(final Pattern pattern, final String text)
    {
        return pattern.matcher(text).results().map((match) -> match.group(1));
    }

    @Test
    void shouldLinkEachScriptOfTheArchiveAndNothingElse() throws IOException
    {
        final String text = Files.readString(FILE);
        final Set<String> named = found(INSTALLED, text).collect(Collectors.toCollection(TreeSet::new));
        final Set<String> scripts = new TreeSet<>();
        try (Stream<Path> files = Files.list(SCRIPTS))
        {
            files.filter(Files::isExecutable).forEach((file) -> scripts.add("bin/" + file.getFileName()));
        }
        assertEquals(scripts, named);
        assertTrue(Files.readString(Path.of("dist/src/archive.xml")).contains("<include>Containerfile</include>"));
    }

    @Test
    void shouldStartByAScriptThatIsLinkedWithOptionsThatThereAre() throws IOException
    {
        final String text = Files.readString(FILE);
        final Matcher command = COMMAND.matcher(text);
        assertTrue(command.find(), text);
        final List<String> words = found(QUOTED, command.group(1)).toList();
        assertEquals("/usr/local/bin/etcd", words.get(0));
        final List<String> options = words.stream().filter((word) -> word.startsWith("--")).toList();
        assertFalse(options.isEmpty());
        options.forEach((option) -> assertTrue(NodeOption.ofKey(option.substring(2)) != null, option));
        assertTrue(text.indexOf("VOLUME /data") > 0 && words.stream().anyMatch((word) -> word.startsWith("/data/")), "data in the volume");
    }
}
