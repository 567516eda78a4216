package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.Version;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;

/** {@code version}. */
public final class VersionCommand implements Command
{
    /** Of etcdctl's words and output forms that this client keeps to. */
    private static final String API_VERSION = "3.4";

    @Override
    public String usage()
    {
        return "";
    }

    @Override
    public String summary()
    {
        return "Prints the version of tbctl";
    }

    @Override
    public int run(final Context context)
    {
        if (!context.arguments().isEmpty())
        {
            throw Words.badArgs("version command accepts no arguments");
        }
        context.out().print("tbctl version: " + Version.text() + "\nAPI version: " + API_VERSION + "\n");
        return ExitCode.SUCCESS;
    }
}
