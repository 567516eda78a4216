package io.tourbillon.tools.e2e;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** More than a thousand binary, nested files: Debian's time zones, or made up where there are none. */
final class SampleTree
{
    private static final Path ZONEINFO = Path.of("/usr/share/zoneinfo");
    private static final int ENOUGH = 1000;
    private static final int MADE_UP = 1200;

    private SampleTree()
    {
    }

    static Path find(final Path scratch) throws IOException
    {
        if (Files.isDirectory(ZONEINFO) && contents(ZONEINFO).size() > ENOUGH)
        {
            return ZONEINFO;
        }
        final Random random = new Random(1);
        final Path root = scratch.resolve("tree");
        for (int i = 0; i < MADE_UP; i++)
        {
            final Path file = root.resolve("d" + i % 10).resolve("e" + i % 7).resolve("file-" + i);
            Files.createDirectories(file.getParent());
            final byte[] bytes = new byte[random.nextInt(4000)];
            random.nextBytes(bytes);
            Files.write(file, bytes);
        }
        return root;
    }

    /** Path below the root, with slashes, to bytes; links followed. */
    static Map<String, byte[]> contents(final Path root) throws IOException
    {
        final Map<String, byte[]> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root, FileVisitOption.FOLLOW_LINKS))
        {
            for (final Path file : files.filter(Files::isRegularFile).toList())
            {
                contents.put(root.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return contents;
    }

    static void assertSame(final Map<String, byte[]> expected, final Map<String, byte[]> actual)
    {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((name, bytes) -> assertArrayEquals(bytes, actual.get(name), name));
    }
}
