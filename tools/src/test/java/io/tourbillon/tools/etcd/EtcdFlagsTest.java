package io.tourbillon.tools.etcd;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The table of etcd's flags: each that is in use is there, and the README has it; {@code -Drewrite=true} makes that anew. */
class EtcdFlagsTest
{
    private static final Path README = Path.of("README.md");
    private static final String BEGIN = "<!-- flags: made by EtcdFlagsTest -->\n";
    private static final String END = "<!-- end of flags -->\n";

    @Test
    void shouldKnowEachFlagThatIsInUse() throws IOException
    {
        try (InputStream in = EtcdFlagsTest.class.getResourceAsStream("flags-in-use.txt"))
        {
            new String(in.readAllBytes(), UTF_8).lines().forEach((name) -> assertNotNull(EtcdFlags.ofName(name), name));
        }
    }

    @Test
    void shouldSayWhyAFlagHasNoEffect()
    {
        for (final EtcdFlag flag : EtcdFlags.all())
        {
            assertFalse((flag.use() == EtcdFlag.Use.NO_EFFECT || flag.use() == EtcdFlag.Use.REFUSED) && flag.note().isEmpty(), flag.name());
            assertTrue(flag.byDefault().isEmpty() || flag.normalized(flag.byDefault()).equals(flag.byDefault()), flag.name());
        }
    }

    @Test
    void shouldKeepTheTableInTheReadmeCurrent() throws IOException
    {
        final String readme = Files.readString(README);
        final int begin = readme.indexOf(BEGIN);
        final int end = readme.indexOf(END);
        assertTrue(begin >= 0 && end > begin, "README.md has lost the marks round the table of etcd's flags");
        if (Boolean.getBoolean("rewrite"))
        {
            Files.writeString(README, readme.substring(0, begin) + BEGIN + table() + readme.substring(end));
            return;
        }
        assertEquals(table(), readme.substring(begin + BEGIN.length(), end),
            "run: mvn -pl tools -am test -Dtest=EtcdFlagsTest -Drewrite=true");
    }

    private static String table()
    {
        final StringBuilder table = new StringBuilder("| flag | what becomes of it | |\n|---|---|---|\n");
        for (final EtcdFlag.Use use : EtcdFlag.Use.values())
        {
            for (final EtcdFlag flag : EtcdFlags.all())
            {
                if (flag.use() == use)
                {
                    table.append("| `--").append(flag.name()).append("` | ").append(use.words()).append(" | ")
                        .append(flag.note().replace("|", "\\|")).append(" |\n");
                }
            }
        }
        return table.toString();
    }
}
