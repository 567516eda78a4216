package io.tourbillon.tools.server;

import io.tourbillon.transport.aeron.NodeOption;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.util.List;

/** What {@code --help} prints, made from {@link NodeOption}, so that an option is described in one place. */
final class ServerHelp
{
    static final int HELP_WIDTH = 110;

    private ServerHelp()
    {
    }

    static String text()
    {
        final CommandSpec spec = CommandSpec.create().name("tourbillon");
        spec.usageMessage()
            .header("Starts a Tourbillon node: a replicated, watchable key-value store.")
            .description("", "With no option: data in ./tourbillon-data; clients on 127.0.0.1:2479/udp and by shared memory.", "")
            .optionListHeading("Options (sizes take k, m, g for KiB, MiB, GiB):%n")
            .footer("", "Exit codes: 0 stopped by a signal; 1 could not start or had to stop; 2 wrong options.",
                "Example: tourbillon --data-dir /var/lib/tourbillon --durability fsync")
            .sortOptions(false)
            .showDefaultValues(false)
            .width(HELP_WIDTH);
        return usage(spec, List.of(NodeOption.values()));
    }

    /** With these options behind those that a program has itself. */
    static String usage(final CommandSpec spec, final List<NodeOption> options)
    {
        for (final NodeOption option : options)
        {
            spec.addOption(toOption(option));
        }
        spec.addOption(OptionSpec.builder("--" + ServerOptions.CONFIG_FILE).type(String.class).paramLabel("<file>")
            .description("Options from a file of lines `name=value`, named as here without dashes. The command line wins.").build());
        spec.addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("Prints this.").build());
        spec.addOption(OptionSpec.builder("--version").versionHelp(true).description("Prints the version.").build());
        return new CommandLine(spec).getUsageMessage(Help.defaultColorScheme(Help.Ansi.AUTO));
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
}
