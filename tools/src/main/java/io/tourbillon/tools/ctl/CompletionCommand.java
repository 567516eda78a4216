package io.tourbillon.tools.ctl;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code completion bash} and {@code completion zsh}: a script by which the shell completes tbctl's words and flags:
 * {@code source <(tbctl completion bash)}. It is picocli's, which is told the words and the flags: one script for both shells.
 */
final class CompletionCommand implements Command
{
    private static final List<String> SHELLS = List.of("bash", "zsh");
    private static final List<String> FORMS = List.of("fields", "json", "protobuf", "simple", "table");

    @Override
    public String usage()
    {
        return "bash|zsh";
    }

    @Override
    public String summary()
    {
        return "Generate completion script";
    }

    @Override
    public int run(final Context context)
    {
        if (context.arguments().size() != 1 || !SHELLS.contains(context.arguments().get(0)))
        {
            throw new CtlException(ExitCode.BAD_ARGS, "completion command needs one argument: " + String.join(" or ", SHELLS));
        }
        context.out().print(AutoComplete.bash("tbctl", new CommandLine(words())));
        return ExitCode.SUCCESS;
    }

    private static CommandSpec words()
    {
        final CommandSpec all = withFlags(CommandSpec.create().name("tbctl"), GlobalFlags.declare(new Flags()));
        for (final String name : Commands.NAMES)
        {
            final Flags flags = GlobalFlags.declare(new Flags());
            Commands.of(name).declare(flags);
            final int space = name.indexOf(' ');
            final CommandSpec parent = space < 0 ? all : group(all, name.substring(0, space));
            final String word = name.substring(space + 1);
            parent.addSubcommand(word, new CommandLine(withFlags(CommandSpec.create().name(word), flags)));
        }
        return all;
    }

    private static CommandSpec group(final CommandSpec all, final String name)
    {
        if (!all.subcommands().containsKey(name))
        {
            all.addSubcommand(name, new CommandLine(CommandSpec.create().name(name)));
        }
        return all.subcommands().get(name).getCommandSpec();
    }

    private static CommandSpec withFlags(final CommandSpec spec, final Flags flags)
    {
        for (final Flag flag : flags.all())
        {
            final List<String> names = new ArrayList<>(List.of("--" + flag.name));
            if (flag.shorthand != 0)
            {
                names.add("-" + flag.shorthand);
            }
            final OptionSpec.Builder option = OptionSpec.builder(names.toArray(String[]::new));
            if (flag.kind == Flag.Kind.BOOLEAN)
            {
                option.type(boolean.class).arity("0");
            }
            else
            {
                option.type(String.class).arity("1");
            }
            if ("write-out".equals(flag.name))
            {
                option.completionCandidates(FORMS);
            }
            spec.addOption(option.build());
        }
        return spec;
    }
}
