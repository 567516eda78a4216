package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.Signals;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.WatchSink;
import io.tourbillon.tools.ctl.output.Printer;
import io.tourbillon.tools.ctl.output.WatchBatch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

/** {@code watch}: one range from the command line, or with {@code -i} as many as there are lines on stdin, all on one session. */
public final class WatchCommand implements Command, WatchSink
{
    /** As a shell reports a process that SIGINT ended. */
    private static final int EXIT_SIGINT = 130;
    private static final int EXIT_SIGTERM = 143;

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private volatile int signalExit;
    private volatile boolean isInputBroken;
    private Printer printer;
    private Context context;
    private String cancelReason;

    @Override
    public String usage()
    {
        return "[options] [key or prefix] [range_end] [flags]";
    }

    @Override
    public String summary()
    {
        return "Watches events stream on keys or prefixes";
    }

    @Override
    public void declare(final Flags flags)
    {
        flags.bool("interactive", 'i', "Read watches from stdin, a line each: watch [--prefix --rev N --prev-kv] <key> [range_end]");
        declareWatch(flags);
    }

    private static Flags declareWatch(final Flags flags)
    {
        return flags
            .bool("prefix", "Watch on a prefix if prefix is set")
            .bool("prev-kv", "Get the previous key-value pair before the event happens")
            .number("rev", "Revision to start watching");
    }

    @Override
    public int run(final Context ctlContext)
    {
        context = ctlContext;
        printer = context.printer();
        if ("table".equals(context.flags().get("write-out")))
        {
            throw new CtlException(ExitCode.BAD_FEATURE, "table not supported as output format");
        }
        final boolean isInteractive = context.flags().is("interactive");
        if (!isInteractive && context.arguments().isEmpty())
        {
            throw Words.badArgs("bad number of arguments");
        }
        Signals.register("INT", () -> signalExit = EXIT_SIGINT);
        Signals.register("TERM", () -> signalExit = EXIT_SIGTERM);
        try (NodeLink node = context.connect())
        {
            if (isInteractive)
            {
                startReading();
            }
            else
            {
                watch(node, context.flags(), UTF_8);
            }
            return pollUntilTheEnd(node);
        }
    }

    private int pollUntilTheEnd(final NodeLink node)
    {
        while (signalExit == 0)
        {
            for (String line = lines.poll(); line != null; line = lines.poll())
            {
                watchLine(node, line);
            }
            node.poll();
            if (cancelReason != null)
            {
                context.err().println("watch was canceled (" + cancelReason + ")");
                throw new CtlException(ExitCode.INTERRUPTED, "watch is canceled by the server");
            }
            if (isInputBroken)
            {
                throw new CtlException(ExitCode.INVALID_INPUT, "Error reading watch request line: EOF");
            }
            if (context.out().checkError())
            {
                return ExitCode.IO; // whoever read our output has gone
            }
        }
        return signalExit;
    }

    private void startReading()
    {
        final Thread reader = new Thread(this::readLines, "tbctl-stdin");
        reader.setDaemon(true);
        reader.start();
    }

    private void readLines()
    {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(context.in(), ISO_8859_1)))
        {
            for (String line = reader.readLine(); line != null; line = reader.readLine())
            {
                lines.add(line);
            }
        }
        catch (final IOException ex)
        {
            context.err().println("cannot read stdin: " + ex);
        }
        isInputBroken = true;
    }

    private void watchLine(final NodeLink node, final String line)
    {
        final List<String> words = ShellWords.split(line);
        if (words.isEmpty())
        {
            return;
        }
        try
        {
            switch (words.get(0))
            {
                case "progress" -> node.requestProgress();
                case "watch" -> watch(node, declareWatch(new Flags()).parse(words.subList(1, words.size())), ISO_8859_1);
                default -> context.err().println("Invalid command " + line + " (only support watch and progress)");
            }
        }
        catch (final CtlException ex)
        {
            context.err().println("Invalid command " + line + " (" + ex.getMessage() + ")");
        }
    }

    private void watch(final NodeLink node, final Flags flags, final Charset charset)
    {
        if (flags.arguments().isEmpty())
        {
            throw Words.badArgs("command type or key is not provided");
        }
        node.watch(Words.range(flags, charset), flags.number("rev"), flags.is("prev-kv"), this);
    }

    @Override
    public void onBatch(final WatchBatch batch)
    {
        printer.watch(batch);
    }

    @Override
    public void onProgress(final long revision)
    {
        context.out().print("progress notify: " + revision + "\n");
    }

    @Override
    public void onCanceled(final String reason)
    {
        cancelReason = reason;
    }
}
