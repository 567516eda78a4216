package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
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
        Words.getFlags(flags).bool("stream", "In the simple form print keys as they come, without holding all of them");
    }

    @Override
    public int run(final Context context)
    {
        final Request.Get request = Words.get(context.flags(), UTF_8);
        final Printer printer = context.printer();
        final boolean isStream = context.flags().is("stream");
        if (isStream)
        {
            requireStreamable(request);
        }
        try (NodeLink node = context.connect())
        {
            if (isStream && "simple".equals(context.flags().get("write-out")) && !request.countOnly())
            {
                node.stream(request, context.flags().is("print-value-only") ? printer::valuesOnly : printer::print);
                return ExitCode.SUCCESS;
            }
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

    /** As etcd refuses it: what is sorted or filtered is not known before the end. */
    private static void requireStreamable(final Request.Get request)
    {
        if (request.order() != SortOrder.NONE || request.target() != SortTarget.KEY)
        {
            throw new CtlException(ExitCode.ERROR, "RangeStream does not support custom sort orders");
        }
        if (!request.bounds().equals(Request.Bounds.NONE))
        {
            throw new CtlException(ExitCode.ERROR, "RangeStream does not support revision filters");
        }
    }
}
