package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.Printer;

import static java.nio.charset.StandardCharsets.UTF_8;

/** {@code del}. */
public final class DelCommand implements Command
{
    @Override
    public String usage()
    {
        return "[options] <key> [range_end] [flags]";
    }

    @Override
    public String summary()
    {
        return "Removes the specified key or range of keys [key, range_end)";
    }

    @Override
    public void declare(final Flags flags)
    {
        Words.delFlags(flags);
    }

    @Override
    public int run(final Context context)
    {
        final Request.Delete request = Words.delete(context.flags(), UTF_8);
        final Printer printer = context.printer();
        try (NodeLink node = context.connect())
        {
            printer.print(node.delete(request));
        }
        return ExitCode.SUCCESS;
    }
}
