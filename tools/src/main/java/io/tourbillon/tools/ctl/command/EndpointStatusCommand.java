package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.Printer;
import io.tourbillon.tools.ctl.output.Status;

import java.util.ArrayList;
import java.util.List;

/** {@code endpoint status}: each of the endpoints is asked for itself. */
public final class EndpointStatusCommand implements Command
{
    @Override
    public String usage()
    {
        return "[flags]";
    }

    @Override
    public String summary()
    {
        return "Prints out the status of endpoints specified in `--endpoints` flag";
    }

    @Override
    public void declare(final Flags flags)
    {
        Endpoints.declare(flags);
    }

    @Override
    public int run(final Context context)
    {
        final Printer printer = context.printer();
        final List<Status> statuses = new ArrayList<>();
        int exitCode = ExitCode.SUCCESS;
        for (final String endpoint : Endpoints.of(context, "endpoint status"))
        {
            try (NodeLink node = context.connect(endpoint))
            {
                statuses.add(node.status());
            }
            catch (final CtlException ex)
            {
                context.err().println("Failed to get the status of endpoint " + endpoint + " (" + ex.getMessage() + ")");
                exitCode = ex.exitCode();
            }
        }
        printer.status(statuses);
        return exitCode;
    }
}
