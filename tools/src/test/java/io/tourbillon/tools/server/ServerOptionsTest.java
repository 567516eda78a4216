package io.tourbillon.tools.server;

import io.tourbillon.transport.aeron.NodeOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ServerOptionsTest
{
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Tourbillon tourbillon = new Tourbillon(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));

    @TempDir
    Path directory;

    @Test
    void shouldLetTheCommandLineWinOverTheConfigFile() throws IOException
    {
        final Path file = directory.resolve("node.properties");
        Files.writeString(file, "name=from-file\nring-slots=128\n");
        final ServerOptions options = new ServerOptions("--name", "from-line", "--config-file", file.toString());
        assertEquals(Map.of("name", "from-line", "ring-slots", "128"), options.settings());
    }

    @Test
    void shouldTakeAValueBehindASpaceOrAnEqualsSign() throws IOException
    {
        assertEquals(Map.of("name", "a=b", "driver-dir", "", "ring-slots", "64"),
            new ServerOptions("--name=a=b", "--driver-dir=", "--ring-slots", "64").settings());
    }

    /** Asked of the options themselves: what they let pass would start a node. */
    @ParameterizedTest
    @CsvSource({
        "--ring-slots, option --ring-slots has no value",
        "--name --ring-slots 64, option --name has no value",
        "--name --ring-slots, option --name has no value",
        "--name a --name=b, option --name is given twice",
        "--name= --name a, option --name is given twice",
        "ring-slots 64, unknown option: ring-slots",
        "-ring-slots 64, unknown option: -ring-slots",
        "--ring 64, unknown option: --ring"})
    void shouldRefuseWhatIsNoOptionWithOneValue(final String line, final String fault)
    {
        final String[] words = line.split(" ");
        assertEquals(fault, assertThrows(IllegalArgumentException.class, () -> new ServerOptions(words)).getMessage());
    }

    @Test
    void shouldDescribeEveryOptionInTheHelp()
    {
        assertEquals(Tourbillon.EXIT_OK, tourbillon.run(new String[]{"--help"}));
        final String help = out.toString(UTF_8);
        for (final NodeOption option : NodeOption.values())
        {
            assertTrue(help.contains("--" + option.key() + "="), option.key() + " is not in:\n" + help);
        }
        assertTrue(help.contains("Exit codes"), help);
    }

    @Test
    void shouldEndWithTwoAndNameTheFaultWhenAnOptionIsUnknown()
    {
        assertEquals(Tourbillon.EXIT_USAGE, tourbillon.run(new String[]{"--no-such-option", "1"}));
        assertTrue(err.toString(UTF_8).contains("--no-such-option"), err.toString(UTF_8));
        assertTrue(err.toString(UTF_8).contains("See tourbillon --help"), err.toString(UTF_8));
    }

    @Test
    void shouldListEveryFaultOfTheSettings()
    {
        assertEquals(Tourbillon.EXIT_USAGE, tourbillon.run(new String[]{
            "--data-dir", directory.resolve("data").toString(), "--listen-client", "0.0.0.0:2479", "--ring-slots", "3"}));
        assertTrue(err.toString(UTF_8).contains("ring-slots=3"), err.toString(UTF_8));
    }

    @Test
    void shouldEndWithTwoWhenTheConfigFileCannotBeRead()
    {
        assertEquals(Tourbillon.EXIT_USAGE, tourbillon.run(new String[]{"--config-file", directory.resolve("absent").toString()}));
        assertTrue(err.toString(UTF_8).contains("cannot read the config file"), err.toString(UTF_8));
    }

    @Test
    void shouldNameAnUnknownKeyOfTheConfigFile() throws IOException
    {
        final Path file = directory.resolve("node.properties");
        Files.writeString(file, "no-such-key=1\n");
        assertEquals(Tourbillon.EXIT_USAGE, tourbillon.run(new String[]{"--config-file", file.toString()}));
        assertTrue(err.toString(UTF_8).contains("no-such-key"), err.toString(UTF_8));
    }
}
