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
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.WatchRanges;
import io.tourbillon.transport.client.async.Keys;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.ArrayList;
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
    private final List<EventCommand> commands = new ArrayList<>();
    private volatile int signalExit;
    private volatile boolean isInputBroken;
    private Printer printer;
    private Context context;
    private String cancelReason;

    @Override
    public String usage()
    {
        return "[options] [key or prefix] [range_end] [--] [exec-command arg1 arg2 ...] [flags]";
    }

    @Override
    public String summary()
    {
        return "Watches events stream on keys or prefixes";
    }

    @Override
    public void declare(final Flags flags)
    {
        flags.bool("interactive", 'i', "Read watches from stdin, a line each: watch [--prefix --rev N] <key> [range_end] [-- command ...]");
        declareWatch(flags);
    }

    private static Flags declareWatch(final Flags flags)
    {
        return flags
            .bool("prefix", "Watch on a prefix if prefix is set")
            .bool("prev-kv", "Get the previous key-value pair before the event happens")
            .bool("progress-notify", "Get periodic watch progress notification from server")
            .number("rev", "Revision to start watching")
            .text("also", (char)0, "", "Further keys of the same watch, or prefixes with --prefix, separated by commas; tourbillon's own")
            .bool("keys-only", "Events without values; tourbillon's own")
            .text("value-prefix", (char)0, "", "Of puts only those whose value begins so; tourbillon's own")
            .number("min-version", "Of puts only those with at least this version of their key; tourbillon's own")
            .number("bookmark-ms", "Progress at this interval while all events were told; 0: none; tourbillon's own");
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
        if (!isInteractive && context.flags().operands().isEmpty())
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
            for (final EventCommand command : commands)
            {
                if (!command.goOn())
                {
                    return ExitCode.ERROR;
                }
            }
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
        if (flags.operands().isEmpty())
        {
            throw Words.badArgs("command type or key is not provided");
        }
        final WatchSink sink = sink(flags.rest(), charset);
        final WatchRanges ranges = ranges(flags, charset);
        if (ranges == null)
        {
            node.watch(Words.range(flags, flags.operands(), charset), flags.number("rev"), watchFlags(flags), sink);
        }
        else
        {
            node.watch(ranges, sink);
        }
    }

    /** What stands behind {@code --} is run for each event. */
    private WatchSink sink(final List<String> words, final Charset charset)
    {
        if (words.isEmpty())
        {
            return this;
        }
        final EventCommand command =
            new EventCommand(context, words.stream().map(word -> new String(word.getBytes(charset), UTF_8)).toList(), this);
        commands.add(command);
        return command;
    }

    private static int watchFlags(final Flags flags)
    {
        return (flags.is("prev-kv") ? ClientSession.WATCH_PREV_KV : 0) |
            (flags.is("progress-notify") ? ClientSession.WATCH_PROGRESS_NOTIFY : 0);
    }

    /** Null if nothing is asked for that etcd has no word for. */
    private static WatchRanges ranges(final Flags flags, final Charset charset)
    {
        final boolean isPlain = flags.get("also").isEmpty() && !flags.is("keys-only") && flags.get("value-prefix").isEmpty() &&
            flags.number("min-version") == 0 && flags.number("bookmark-ms") == 0;
        if (isPlain)
        {
            return null;
        }
        final KeyRange first = Words.range(flags, flags.operands(), charset);
        final WatchRanges ranges = new WatchRanges().range(first.key(), first.rangeEnd())
            .startRevision(flags.number("rev")).flags(watchFlags(flags))
            .valuePrefix(flags.get("value-prefix").getBytes(charset)).minVersion(flags.number("min-version"));
        final String[] further = flags.get("also").isEmpty() ? new String[0] : flags.get("also").split(",");
        if (further.length >= WatchRanges.RANGES_MAX)
        {
            throw Words.badArgs("--also: " + further.length + " keys: at most " + (WatchRanges.RANGES_MAX - 1));
        }
        for (final String word : further)
        {
            final byte[] key = word.getBytes(charset);
            ranges.range(key, flags.is("prefix") ? Keys.prefixEnd(key) : new byte[0]);
        }
        if (flags.is("keys-only"))
        {
            ranges.keysOnly();
        }
        return flags.number("bookmark-ms") > 0 ? ranges.bookmarks(flags.number("bookmark-ms")) : ranges;
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
