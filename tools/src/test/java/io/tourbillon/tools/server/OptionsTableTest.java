package io.tourbillon.tools.server;

import io.tourbillon.transport.aeron.NodeOption;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The table of options in the README is made from {@link NodeOption}; {@code -Drewrite=true} makes it anew. */
class OptionsTableTest
{
    private static final Path README = Path.of("README.md");
    private static final String BEGIN = "<!-- options: made by OptionsTableTest -->\n";
    private static final String FRONT_BEGIN = "<!-- options of the front: made by OptionsTableTest -->\n";
    private static final String END = "<!-- end of options -->\n";

    @Test
    void shouldKeepTheTableInTheReadmeCurrent() throws IOException
    {
        assertCurrent(BEGIN, table(List.of(NodeOption.values())));
    }

    @Test
    void shouldKeepTheTableOfTheFrontsOptionsCurrent() throws IOException
    {
        final String endpoints = "| `--" + FrontOptions.ENDPOINTS + "` | `" + FrontOptions.ENDPOINTS_DEFAULT +
            "` | host:port or ipc:directory, ... | " + FrontOptions.ENDPOINTS_WHY + " |\n";
        final String table = table(FrontOptions.OPTIONS);
        final int head = table.indexOf('\n', table.indexOf('\n') + 1) + 1;
        assertCurrent(FRONT_BEGIN, table.substring(0, head) + endpoints + table.substring(head));
    }

    private static void assertCurrent(final String mark, final String table) throws IOException
    {
        final String readme = Files.readString(README);
        final int begin = readme.indexOf(mark);
        final int end = readme.indexOf(END, begin);
        assertTrue(begin >= 0 && end > begin, "README.md has lost the marks round the table of options");
        if (Boolean.getBoolean("rewrite"))
        {
            Files.writeString(README, readme.substring(0, begin) + mark + table + readme.substring(end));
            return;
        }
        assertEquals(table, readme.substring(begin + mark.length(), end),
            "run: mvn -pl tools -am test -Dtest=OptionsTableTest -Drewrite=true");
    }

    private static String table(final List<NodeOption> options)
    {
        final StringBuilder table = new StringBuilder("| option | default | must be | why |\n|---|---|---|---|\n");
        for (final NodeOption option : options)
        {
            final String byDefault = option.defaultValue().isEmpty() ? "" : '`' + option.defaultValue() + '`';
            table.append("| `--").append(option.key()).append("` | ").append(byDefault).append(" | ")
                .append(option.allowed()).append(" | ").append(option.why().replace("|", "\\|")).append(" |\n");
        }
        return table.toString();
    }
}
