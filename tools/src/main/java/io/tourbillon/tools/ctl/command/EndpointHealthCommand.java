package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.NodeLink;

import java.util.Locale;

import static java.nio.charset.StandardCharsets.UTF_8;

/** {@code endpoint health}: a linearizable get, so that a healthy node is one that can confirm it leads. */
public final class EndpointHealthCommand implements Command
{
    private static final Request.Get PROBE = new Request.Get(
        KeyRange.ofKey("health".getBytes(UTF_8)), 1, 0, SortOrder.NONE, SortTarget.KEY, false, true, false);

    @Override
    public String usage()
    {
        return "[flags]";
    }

    @Override
    public String summary()
    {
        return "Checks the healthiness of endpoints specified in `--endpoints` flag";
    }

    @Override
    public int run(final Context context)
    {
        int exitCode = ExitCode.SUCCESS;
        for (final String endpoint : context.endpoints())
        {
            try (NodeLink node = context.connect(endpoint))
            {
                final long startNs = System.nanoTime();
                probe(node);
                final double tookMs = (System.nanoTime() - startNs) / 1e6;
                context.out().print(String.format(Locale.ROOT, "%s is healthy: answered a linearizable read: took = %.3fms%n", endpoint,
                    tookMs));
            }
            catch (final CtlException ex)
            {
                context.err().println(endpoint + " is unhealthy: " + ex.getMessage());
                exitCode = ExitCode.ERROR;
            }
        }
        return exitCode;
    }

    /** Who may not read it has heard from the node all the same. */
    private static void probe(final NodeLink node)
    {
        try
        {
            node.get(PROBE);
        }
        catch (final CtlException ex)
        {
            if (!ErrorCode.PERMISSION_DENIED.message().equals(ex.getMessage()))
            {
                throw ex;
            }
        }
    }
}
