package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.Health;
import io.tourbillon.tools.ctl.output.Printer;

import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;

/** {@code endpoint health}: a linearizable get, so that a healthy node is one that knows who leads, and hears of it. */
public final class EndpointHealthCommand implements Command
{
    private static final Request.Get PROBE = new Request.Get(
        KeyRange.ofKey("health".getBytes(UTF_8)), 1, 0, SortOrder.NONE, SortTarget.KEY, false, true, false, Request.Bounds.NONE);

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
    public void declare(final Flags flags)
    {
        Endpoints.declare(flags);
    }

    @Override
    public int run(final Context context)
    {
        final Printer printer = context.printer();
        final List<Health> healths =
            Endpoints.of(context, "endpoint health").stream().map(endpoint -> ask(context, endpoint)).toList();
        printer.health(healths, context.err());
        if (!healths.stream().allMatch(Health::isHealthy))
        {
            throw new CtlException(ExitCode.ERROR, "unhealthy cluster");
        }
        return ExitCode.SUCCESS;
    }

    private static Health ask(final Context context, final String endpoint)
    {
        final long dialedNs = System.nanoTime();
        try (NodeLink node = context.connect(endpoint))
        {
            final long askedNs = System.nanoTime();
            final String error = probe(node);
            return new Health(endpoint, System.nanoTime() - askedNs, error);
        }
        catch (final CtlException ex)
        {
            return new Health(endpoint, System.nanoTime() - dialedNs, ex.getMessage());
        }
    }

    /** What is wrong; who may not read it has heard from the node all the same. */
    private static String probe(final NodeLink node)
    {
        try
        {
            node.get(PROBE);
            return "";
        }
        catch (final CtlException ex)
        {
            return ErrorCode.PERMISSION_DENIED.message().equals(ex.getMessage()) ? "" : ex.getMessage();
        }
    }
}
