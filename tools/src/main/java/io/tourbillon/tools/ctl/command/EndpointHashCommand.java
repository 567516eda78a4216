package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.HashAnswer;
import io.tourbillon.tools.ctl.output.Printer;

import java.util.ArrayList;
import java.util.List;

/** {@code endpoint hashkv}: each of the endpoints is asked for its own. Members that agree have the same hash at the same revision. */
public final class EndpointHashCommand implements Command
{
    @Override
    public String usage()
    {
        return "[flags]";
    }

    @Override
    public String summary()
    {
        return "Prints the KV history hash for each endpoint in --endpoints";
    }

    @Override
    public void declare(final Flags flags)
    {
        Endpoints.declare(flags).number("rev", "maximum revision to hash (default: all revisions)");
    }

    @Override
    public int run(final Context context)
    {
        final Printer printer = context.printer();
        final List<HashAnswer> hashes = new ArrayList<>();
        CtlException failure = null;
        for (final String endpoint : Endpoints.of(context, "endpoint hashkv"))
        {
            try (NodeLink node = context.connect(endpoint))
            {
                hashes.add(node.hash(context.flags().number("rev")));
            }
            catch (final CtlException ex)
            {
                context.err().println("Failed to get the hash of endpoint " + endpoint + " (" + ex.getMessage() + ")");
                failure = ex;
            }
        }
        printer.hashes(hashes);
        if (failure != null)
        {
            throw new CtlException(ExitCode.ERROR, failure.getMessage());
        }
        return ExitCode.SUCCESS;
    }
}
