package io.tourbillon.tools.server;

import io.tourbillon.transport.aeron.NodeOption;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The table of options in the README is made from {@link NodeOption}; {@code -Drewrite=true} makes it anew. */
class OptionsTableTest
{
    private static final Path README = Path.of("README.md");
    private static final String BEGIN = "<!-- options: made by OptionsTableTest -->\n";
    private static final String END = "<!-- end of options -->\n";

    @Test
    void shouldKeepTheTableInTheReadmeCurrent() throws IOException
    {
        final String readme = Files.readString(README);
        final int begin = readme.indexOf(BEGIN);
        final int end = readme.indexOf(END);
        assertTrue(begin >= 0 && end > begin, "README.md has lost the marks round the table of options");
        if (Boolean.getBoolean("rewrite"))
        {
            Files.writeString(README, readme.substring(0, begin) + BEGIN + table() + readme.substring(end));
            return;
        }
        assertEquals(table(), readme.substring(begin + BEGIN.length(), end),
            "run: mvn -pl tools -am test -Dtest=OptionsTableTest -Drewrite=true");
    }

    private static String table()
    {
        final StringBuilder table = new StringBuilder("| option | default | must be | why |\n|---|---|---|---|\n");
        for (final NodeOption option : NodeOption.values())
        {
            final String byDefault = option.defaultValue().isEmpty() ? "" : '`' + option.defaultValue() + '`';
            table.append("| `--").append(option.key()).append("` | ").append(byDefault).append(" | ")
                .append(option.allowed()).append(" | ").append(option.why().replace("|", "\\|")).append(" |\n");
        }
        return table.toString();
    }
}
