package io.tourbillon.tools.server;

import io.tourbillon.transport.aeron.NodeOption;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** The launcher's command line, made from {@link NodeOption}, so that an option is described in one place. */
final class ServerOptions
{
    static final String CONFIG_FILE = "config-file";
    private static final int HELP_WIDTH = 110;

    private final CommandLine commandLine;

    ServerOptions(final String version)
    {
        final CommandSpec spec = CommandSpec.create().name("tourbillon").version("tourbillon Version: " + version);
        spec.usageMessage()
            .header("Starts a Tourbillon node: a replicated, watchable key-value store.")
            .description("", "With no option: data in ./tourbillon-data; clients on 127.0.0.1:2479/udp and by shared memory.", "")
            .optionListHeading("Options (sizes take k, m, g for KiB, MiB, GiB):%n")
            .footer("", "Exit codes: 0 stopped by a signal; 1 could not start or had to stop; 2 wrong options.",
                "Example: tourbillon --data-dir /var/lib/tourbillon --durability fsync")
            .sortOptions(false)
            .showDefaultValues(false)
            .width(HELP_WIDTH);
        for (final NodeOption option : NodeOption.values())
        {
            spec.addOption(toOption(option));
        }
        spec.addOption(OptionSpec.builder("--" + CONFIG_FILE).type(Path.class).paramLabel("<file>")
            .description("Options from a file of lines `name=value`, named as here without dashes. The command line wins.").build());
        spec.addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("Prints this.").build());
        spec.addOption(OptionSpec.builder("--version").versionHelp(true).description("Prints the version.").build());
        commandLine = new CommandLine(spec);
        commandLine.setColorScheme(Help.defaultColorScheme(Help.Ansi.AUTO));
    }

    private static OptionSpec toOption(final NodeOption option)
    {
        final String byDefault = option.defaultValue().isEmpty() ? "" : " [" + option.defaultValue() + "]";
        return OptionSpec.builder("--" + option.key())
            .type(String.class)
            .paramLabel('<' + label(option) + '>')
            // A description is a format for picocli, where a per cent sign is an instruction.
            .description((option.why() + byDefault).replace("%", "%%"))
            .build();
    }

    private static String label(final NodeOption option)
    {
        return option.kind() == NodeOption.Kind.CHOICE ? String.join("|", option.choices()) : option.kind().label();
    }

    CommandLine commandLine()
    {
        return commandLine;
    }

    /**
     * The settings by key: those of the config file, and over them those of the command line.
     *
     * @throws IOException if the config file cannot be read.
     */
    Map<String, String> settings(final ParseResult parsed) throws IOException
    {
        final Map<String, String> settings = new LinkedHashMap<>();
        final Path configFile = parsed.matchedOptionValue("--" + CONFIG_FILE, null);
        if (configFile != null)
        {
            readFile(configFile, settings);
        }
        for (final NodeOption option : NodeOption.values())
        {
            final String value = parsed.matchedOptionValue("--" + option.key(), null);
            if (value != null)
            {
                settings.put(option.key(), value);
            }
        }
        return settings;
    }

    private static void readFile(final Path configFile, final Map<String, String> settings) throws IOException
    {
        final Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(configFile, StandardCharsets.UTF_8))
        {
            properties.load(reader);
        }
        for (final String key : properties.stringPropertyNames())
        {
            settings.put(key, properties.getProperty(key));
        }
    }
}
