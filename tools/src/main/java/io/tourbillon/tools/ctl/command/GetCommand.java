package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.Answer;
import io.tourbillon.tools.ctl.output.Printer;

import static java.nio.charset.StandardCharsets.UTF_8;

/** {@code get}. */
public final class GetCommand implements Command
{
    @Override
    public String usage()
    {
        return "[options] <key> [range_end] [flags]";
    }

    @Override
    public String summary()
    {
        return "Gets the key or a range of keys";
    }

    @Override
    public void declare(final Flags flags)
    {
        Words.getFlags(flags);
    }

    @Override
    public int run(final Context context)
    {
        final Request.Get request = Words.get(context.flags(), UTF_8);
        final Printer printer = context.printer();
        try (NodeLink node = context.connect())
        {
            final Answer.Range answer = node.get(request);
            if (context.flags().is("print-value-only"))
            {
                printer.valuesOnly(answer);
            }
            else if (request.countOnly())
            {
                printer.count(answer);
            }
            else
            {
                printer.print(answer);
            }
        }
        return ExitCode.SUCCESS;
    }
}
