package io.tourbillon.tools.ctl;

import java.util.List;

/** {@code help} and {@code help COMMAND}: the same texts as with {@code --help}. */
final class HelpCommand implements Command
{
    @Override
    public String usage()
    {
        return "[command]";
    }

    @Override
    public String summary()
    {
        return "Help about any command";
    }

    @Override
    public int run(final Context context)
    {
        final List<String> words = context.arguments();
        final String name = Commands.nameAt(words);
        if (words.isEmpty())
        {
            Help.printAll(context.out());
        }
        else if (name != null)
        {
            Help.printOf(context.out(), name, Commands.of(name));
        }
        else if (Commands.isGroup(words.get(0)))
        {
            Help.printGroup(context.out(), words.get(0));
        }
        else
        {
            throw new CtlException(ExitCode.ERROR, "unknown help topic \"" + String.join(" ", words) + '"');
        }
        return ExitCode.SUCCESS;
    }
}
