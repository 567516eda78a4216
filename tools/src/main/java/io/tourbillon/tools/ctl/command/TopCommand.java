package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.Signals;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.output.Sheet;
import io.tourbillon.transport.aeron.CountersFile;
import io.tourbillon.transport.aeron.NodeException;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** {@code top}: what a node of this host does now, from its mapped counters: the node itself notices nothing of it. */
public final class TopCommand implements Command
{
    private static final String CLEAR = "\033[H\033[2J";

    @Override
    public String usage()
    {
        return "[options] <data-dir>";
    }

    @Override
    public String summary()
    {
        return "Shows what a running node does: rates, forces, agents, sessions, how far it is behind";
    }

    @Override
    public void declare(final Flags flags)
    {
        flags.duration("interval", "1s", "Time between two looks; the node writes its counters ten times a second")
            .number("count", "End after so many looks; 0 = go on until interrupted or the node ends");
    }

    @Override
    public int run(final Context context) throws InterruptedException
    {
        if (context.arguments().size() != 1)
        {
            throw Words.badArgs("top requires exactly one data directory");
        }
        final long intervalNs = context.flags().durationNs("interval");
        if (intervalNs < TimeUnit.MILLISECONDS.toNanos(200))
        {
            throw Words.badArgs("--interval: must be at least 200ms: the node writes its counters every 100ms");
        }
        final boolean isJson = Words.isJson(context);
        final CountDownLatch interrupted = new CountDownLatch(1);
        Signals.register("INT", interrupted::countDown);
        try (CountersFile file = CountersFile.open(Path.of(context.arguments().get(0))))
        {
            return look(context, file, interrupted, intervalNs, isJson);
        }
        catch (final NodeException ex)
        {
            throw new CtlException(ExitCode.ERROR, ex.getMessage());
        }
    }

    private static int look(
        final Context context, final CountersFile file, final CountDownLatch interrupted, final long intervalNs, final boolean isJson)
        throws InterruptedException
    {
        final boolean isScreen = !isJson && System.console() != null;
        final long count = context.flags().number("count");
        TopSample before = TopSample.of(file);
        for (long i = 0; count == 0 || i < count; i++)
        {
            if (interrupted.await(intervalNs, TimeUnit.NANOSECONDS))
            {
                return ExitCode.SUCCESS;
            }
            final String state = InspectCommand.stateOf(file);
            if (!"running".equals(state))
            {
                context.err().println("the node of process " + file.processId() + ": " + state);
                return ExitCode.ERROR;
            }
            final TopSample now = TopSample.of(file);
            final Sheet sheet = now.since(before);
            context.out().print((isScreen ? CLEAR : "") + (isJson ? sheet.json() : sheet.text()) + '\n');
            context.out().flush();
            before = now;
        }
        return ExitCode.SUCCESS;
    }
}
