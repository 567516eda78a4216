package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.Printer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** {@code txn}. */
public final class TxnCommand implements Command
{
    @Override
    public String usage()
    {
        return "[options] [flags] < conditions, requests if they hold, requests if not, each part ended by an empty line";
    }

    @Override
    public String summary()
    {
        return "Txn processes all the requests in one transaction";
    }

    @Override
    public void declare(final Flags flags)
    {
        flags.bool("interactive", 'i', "Input transaction in interactive mode");
    }

    @Override
    public int run(final Context context) throws IOException
    {
        if (!context.arguments().isEmpty())
        {
            throw Words.badArgs("txn command does not accept argument");
        }
        final Printer printer = context.printer();
        final boolean isInteractive = context.flags().is("interactive");
        final TxnScript script = TxnScript.read(new BufferedReader(new InputStreamReader(context.in(), ISO_8859_1)), text ->
        {
            if (isInteractive)
            {
                context.out().print(text + "\n");
                context.out().flush();
            }
        });
        try (NodeLink node = context.connect())
        {
            printer.print(node.txn(script));
        }
        return ExitCode.SUCCESS;
    }
}
