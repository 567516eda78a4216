package io.tourbillon.tools.ctl.command;

import io.tourbillon.bptree.StoreException;
import io.tourbillon.bptree.StoreInspector;
import io.tourbillon.journal.HardState;
import io.tourbillon.journal.JournalException;
import io.tourbillon.journal.JournalInspector;
import io.tourbillon.mvcc.MvccHeader;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.output.Sheet;
import io.tourbillon.transport.aeron.CountersFile;
import io.tourbillon.transport.aeron.NodeException;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * {@code inspect}: what lies in a data directory, of a node that runs or of one that is dead. Only reads. Ends with
 * {@link ExitCode#ERROR} if what it looks at is damaged.
 */
public final class InspectCommand implements Command
{
    /** What is looked at. */
    public enum What
    {
        /** The mapped counters. */
        COUNTERS("Shows what a node counts, or has counted"),
        /** The distinct errors. */
        ERRORS("Shows the distinct errors that a node has met since its start"),
        /** The journal's segments. */
        JOURNAL("Shows a journal's segments and how their records end"),
        /** The store's pages. */
        STORE("Shows a store's newest checkpoint, and proves all of its pages"),
        /** Term, vote, log. */
        RAFT("Shows the term, vote, commit and log that a member has on its disk");

        private final String summary;

        What(final String summary)
        {
            this.summary = summary;
        }
    }

    private final What what;

    /**
     * @param what to look at.
     */
    public InspectCommand(final What what)
    {
        this.what = what;
    }

    @Override
    public String usage()
    {
        return "<data-dir>";
    }

    @Override
    public String summary()
    {
        return what.summary;
    }

    @Override
    public void declare(final Flags flags)
    {
        if (what == What.STORE)
        {
            flags.bool("fast", "Look at the meta pages alone");
        }
    }

    @Override
    public int run(final Context context) throws IOException
    {
        if (context.arguments().size() != 1)
        {
            throw Words.badArgs("inspect " + what.name().toLowerCase(Locale.ROOT) + " requires exactly one data directory");
        }
        final boolean isJson = Words.isJson(context);
        final Path directory = Path.of(context.arguments().get(0));
        final Sheet sheet = new Sheet();
        try
        {
            final boolean isSound = look(context, directory, sheet, isJson);
            context.out().print(isJson ? sheet.json() + '\n' : sheet.text());
            return isSound ? ExitCode.SUCCESS : ExitCode.ERROR;
        }
        catch (final NoSuchFileException ex)
        {
            throw new CtlException(ExitCode.IO, "there is no " + ex.getFile());
        }
        catch (final NodeException | JournalException | StoreException ex)
        {
            throw new CtlException(ExitCode.ERROR, ex.getMessage());
        }
    }

    private boolean look(final Context context, final Path directory, final Sheet sheet, final boolean isJson) throws IOException
    {
        return switch (what)
        {
            case COUNTERS -> counters(directory, sheet);
            case ERRORS -> errors(directory, sheet, isJson);
            case JOURNAL -> journal(directory, sheet);
            case STORE -> store(context, directory, sheet);
            case RAFT -> raft(directory, sheet);
        };
    }

    private static boolean counters(final Path directory, final Sheet sheet)
    {
        try (CountersFile file = CountersFile.open(directory))
        {
            head(file, sheet);
            file.counters().forEach((value, id, label) -> sheet.put(label, value));
        }
        return true;
    }

    private static void head(final CountersFile file, final Sheet sheet)
    {
        sheet.put("member", Long.toHexString(file.memberId()))
            .put("cluster", Long.toHexString(file.clusterId()))
            .put("process", file.processId())
            .put("state", stateOf(file))
            .put("started", Instant.ofEpochMilli(file.startedMs()).toString())
            .put("written", Instant.ofEpochMilli(file.writtenMs()).toString());
    }

    /** In words: what its file says, and whether the process is there. */
    static String stateOf(final CountersFile file)
    {
        return switch (file.end())
        {
            case CLOSED -> "closed";
            case FAILED -> "stopped by itself";
            case NONE -> ProcessHandle.of(file.processId()).isPresent() ? "running" : "ended without a word";
        };
    }

    private static boolean errors(final Path directory, final Sheet sheet, final boolean isJson)
    {
        final List<Sheet> rows = new ArrayList<>();
        final StringBuilder traces = new StringBuilder();
        try (CountersFile file = CountersFile.open(directory))
        {
            head(file, sheet);
            file.readErrors((count, firstMs, lastMs, trace) ->
            {
                final Sheet row = new Sheet().put("count", count)
                    .put("first", Instant.ofEpochMilli(firstMs).toString()).put("last", Instant.ofEpochMilli(lastMs).toString())
                    .put("error", trace.lines().findFirst().orElse(""));
                rows.add(isJson ? row.put("trace", trace) : row);
                traces.append('\n').append(trace);
            });
        }
        sheet.put("errors", rows);
        if (!isJson && !rows.isEmpty())
        {
            sheet.put("traces", traces.toString());
        }
        return true;
    }

    private static boolean journal(final Path directory, final Sheet sheet) throws IOException
    {
        final JournalInspector.Report report = JournalInspector.read(directory.resolve("journal"));
        boolean isSound = true;
        final List<Sheet> rows = new ArrayList<>();
        for (final JournalInspector.SegmentReport segment : report.segments())
        {
            final Sheet row = new Sheet().put("segment", segment.file()).put("bytes", segment.bytes()).put("used", segment.usedBytes())
                .put("first", segment.firstIndex()).put("last", segment.lastIndex());
            for (final JournalInspector.Kind kind : JournalInspector.Kind.values())
            {
                row.put(kind.name().toLowerCase(Locale.ROOT), segment.counts().getOrDefault(kind, 0L));
            }
            rows.add(row.put("end", segment.end().name().toLowerCase(Locale.ROOT)));
            isSound &= segment.end() == JournalInspector.End.OPEN;
        }
        log(report, sheet).put("segments", rows);
        return isSound;
    }

    private static Sheet log(final JournalInspector.Report report, final Sheet sheet)
    {
        final HardState hardState = report.hardState();
        return sheet.put("term", hardState.term())
            .put("vote", hardState.vote() == HardState.NO_VOTE ? "none" : Long.toHexString(hardState.vote()))
            .put("commit", hardState.commit())
            .put("firstIndex", report.firstIndex())
            .put("lastIndex", report.lastIndex())
            .put("lastTerm", report.lastTerm());
    }

    private static boolean store(final Context context, final Path directory, final Sheet sheet) throws IOException
    {
        final Path file = directory.resolve("store");
        final StoreInspector.Report report = StoreInspector.read(file);
        sheet.put("fileBytes", report.fileBytes())
            .put("format", report.version())
            .put("metaPagesIntact", report.intact())
            .put("checkpoint", report.checkpoint())
            .put("pages", report.pages())
            .put("freePages", report.freePages());
        state(report, sheet);
        final List<Sheet> rows = new ArrayList<>();
        report.trees().forEach((tree) -> rows.add(new Sheet()
            .put("tree", tree.name()).put("entries", tree.size()).put("live", tree.liveSize()).put("height", tree.height())));
        boolean isSound = report.intact() == 2;
        if (!context.flags().is("fast"))
        {
            final StoreInspector.Proof proof = StoreInspector.prove(file, new Walked(context.err()));
            sheet.put("pagesProven", proof.pages()).put("damage", proof.damage());
            isSound &= proof.damage() == null;
        }
        sheet.put("trees", rows);
        return isSound;
    }

    /** Says now and then how far the walk is. */
    private static final class Walked implements StoreInspector.Progress
    {
        private static final long TELL_NS = TimeUnit.SECONDS.toNanos(2);

        private final PrintStream err;
        private long toldNs = System.nanoTime();

        Walked(final PrintStream err)
        {
            this.err = err;
        }

        @Override
        public void onPages(final long walked, final long pages)
        {
            if (System.nanoTime() - toldNs >= TELL_NS)
            {
                toldNs = System.nanoTime();
                err.println("proven " + walked + " of " + pages + " pages");
            }
        }
    }

    private static void state(final StoreInspector.Report report, final Sheet sheet)
    {
        if (MvccHeader.isReadable(report.userHeader()))
        {
            sheet.put("appliedIndex", MvccHeader.appliedIndexOf(report.userHeader()))
                .put("appliedTerm", MvccHeader.appliedTermOf(report.userHeader()))
                .put("revision", MvccHeader.revisionOf(report.userHeader()))
                .put("clusterVersion", MvccHeader.clusterVersionOf(report.userHeader()));
        }
    }

    private static boolean raft(final Path directory, final Sheet sheet) throws IOException
    {
        final JournalInspector.Report report = JournalInspector.read(directory.resolve("journal"));
        log(report, sheet);
        state(StoreInspector.read(directory.resolve("store")), sheet);
        final List<Sheet> rows = new ArrayList<>();
        report.terms().forEach((term, index) -> rows.add(new Sheet().put("term", term).put("firstIndex", index)));
        sheet.put("terms", rows);
        return report.segments().stream().allMatch((segment) -> segment.end() == JournalInspector.End.OPEN);
    }
}
