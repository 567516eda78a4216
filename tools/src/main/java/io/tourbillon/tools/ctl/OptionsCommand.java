package io.tourbillon.tools.ctl;

/** {@code options}: the flags of every command. */
final class OptionsCommand implements Command
{
    @Override
    public String usage()
    {
        return "";
    }

    @Override
    public String summary()
    {
        return "Shows the flags of every command";
    }

    @Override
    public int run(final Context context)
    {
        context.out().print("The following options can be passed to any command:\n\n");
        Help.printGlobals(context.out());
        return ExitCode.SUCCESS;
    }
}
