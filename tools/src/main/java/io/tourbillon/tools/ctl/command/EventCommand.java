package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.WatchSink;
import io.tourbillon.tools.ctl.output.GoText;
import io.tourbillon.tools.ctl.output.WatchBatch;

import java.io.File;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * Runs a command for each event of a watch, as etcdctl does: one after the other, each batch printed before its commands run. It is asked
 * to go on between two polls of the session, which a command that takes its time does not hold up.
 */
final class EventCommand implements WatchSink
{
    /** Beyond it the commands are too slow for good. */
    private static final int BATCHES_MAX = 65_536;
    private static final File NO_INPUT = new File("/dev/null");

    private final Context context;
    private final List<String> words;
    private final WatchSink printer;
    private final Queue<Told> waiting = new ArrayDeque<>();
    private WatchBatch batch;
    private int nextEvent;
    private Process process;
    private boolean isOverrun;

    /** What was told: events, or without them how far all were told. */
    private record Told(WatchBatch batch, long progressRevision)
    {
    }

    /**
     * @param words   of the command.
     * @param printer told the same, at the right time.
     */
    EventCommand(final Context context, final List<String> words, final WatchSink printer)
    {
        this.context = context;
        this.words = words;
        this.printer = printer;
    }

    @Override
    public void onBatch(final WatchBatch told)
    {
        add(new Told(told, 0));
    }

    @Override
    public void onProgress(final long revision)
    {
        add(new Told(null, revision));
    }

    private void add(final Told told)
    {
        isOverrun |= waiting.size() == BATCHES_MAX;
        if (!isOverrun)
        {
            waiting.add(told);
        }
    }

    @Override
    public void onCanceled(final String reason)
    {
        printer.onCanceled(reason);
    }

    /** Goes on as far as it can without waiting; false once a command has failed, which it has told. */
    boolean goOn()
    {
        if (isOverrun)
        {
            throw new CtlException(ExitCode.ERROR, "the command is too slow: events of " + BATCHES_MAX + " messages wait for it");
        }
        while (process == null || !process.isAlive())
        {
            if (process != null && process.exitValue() != 0)
            {
                return failed("exit status " + process.exitValue());
            }
            process = null;
            if (batch == null && !nextBatch())
            {
                return true;
            }
            if (batch != null && !start(batch.events().get(nextEvent)))
            {
                return false;
            }
        }
        return true;
    }

    /** False if nothing waits. */
    private boolean nextBatch()
    {
        final Told told = waiting.poll();
        if (told != null && told.batch() == null)
        {
            printer.onProgress(told.progressRevision());
        }
        else if (told != null)
        {
            batch = told.batch();
            nextEvent = 0;
            printer.onBatch(batch);
        }
        return told != null;
    }

    private boolean start(final WatchBatch.Event event)
    {
        final ProcessBuilder builder = new ProcessBuilder(words).inheritIO().redirectInput(NO_INPUT);
        builder.environment().put("ETCD_WATCH_REVISION", Long.toString(batch.header().revision()));
        builder.environment().put("ETCD_WATCH_EVENT_TYPE", event.isDelete() ? "\"DELETE\"" : "\"PUT\"");
        builder.environment().put("ETCD_WATCH_KEY", GoText.quoted(event.kv().key()));
        builder.environment().put("ETCD_WATCH_VALUE", GoText.quoted(event.kv().value()));
        context.out().flush();
        nextEvent++;
        batch = nextEvent == batch.events().size() ? null : batch;
        try
        {
            process = builder.start();
            return true;
        }
        catch (final IOException ex)
        {
            return failed("exec: \"" + words.get(0) + "\": executable file not found in $PATH");
        }
    }

    private boolean failed(final String reason)
    {
        final List<String> quoted = words.stream().map(GoText::quoted).toList();
        context.err().println("command [" + String.join(" ", quoted) + "] error (" + reason + ")");
        return false;
    }
}
