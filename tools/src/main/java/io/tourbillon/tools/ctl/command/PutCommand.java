package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.Printer;

import java.io.IOException;

import static java.nio.charset.StandardCharsets.UTF_8;

/** {@code put}. */
public final class PutCommand implements Command
{
    @Override
    public String usage()
    {
        return "[options] <key> <value> (<value> can also be given from stdin) [flags]";
    }

    @Override
    public String summary()
    {
        return "Puts the given key into the store";
    }

    @Override
    public void declare(final Flags flags)
    {
        Words.putFlags(flags);
    }

    @Override
    public int run(final Context context)
    {
        final Request.Put request = Words.put(context.flags(), UTF_8, () -> readAll(context));
        final Printer printer = context.printer();
        try (NodeLink node = context.connect())
        {
            printer.print(node.put(request));
        }
        return ExitCode.SUCCESS;
    }

    private static byte[] readAll(final Context context)
    {
        try
        {
            return context.in().readAllBytes();
        }
        catch (final IOException ex)
        {
            throw new CtlException(ExitCode.IO, "cannot read the value from stdin: " + ex.getMessage());
        }
    }
}
