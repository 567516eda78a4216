package io.tourbillon.tools.ctl.tree;

import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.command.Request;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Puts every file of a directory: its key is the prefix and its path, its value the file's bytes. Many puts are in flight, bounded in count
 * and in
 * bytes. A put whose outcome is unknown is not sent again: it may have happened, and a second one would be a second revision.
 */
public final class Importer
{
    private static final long BYTES_IN_FLIGHT_MAX = 32L << 20;

    private final NodeLink node;
    private final String prefix;
    private final int inFlightMax;
    private final PrintStream acknowledged;
    private final PrintStream err;
    private final Tally tally;
    private long bytesInFlight;

    /**
     * @param node         to put to.
     * @param prefix       of every key.
     * @param inFlightMax  unanswered puts at most.
     * @param acknowledged told each key that the node acknowledged, or null.
     * @param err          told what failed.
     */
    public Importer(final NodeLink node, final String prefix, final int inFlightMax, final PrintStream acknowledged, final PrintStream err)
    {
        this.node = node;
        this.prefix = prefix;
        this.inFlightMax = inFlightMax;
        this.acknowledged = acknowledged;
        this.err = err;
        tally = new Tally(err);
    }

    /**
     * Imports a directory. Blocks.
     *
     * @param root of it.
     * @param out  told the summary.
     * @return the exit code: success only if every file was acknowledged.
     * @throws IOException if the directory cannot be read.
     */
    public int run(final Path root, final PrintStream out) throws IOException
    {
        final List<Path> files = FileTree.files(root, (file, ex) -> tally.failed(file.toString(), ex.toString()));
        int next = 0;
        try (Progress progress = Progress.of("import", files.size()))
        {
            while (next < files.size())
            {
                final Path file = files.get(next);
                put(root, file, progress);
                next++;
            }
            node.drain();
        }
        catch (final CtlException ex)
        {
            // The connection is gone for good: what was not sent has failed, what was in flight was reported as unknown.
            err.println("stopped after " + next + " of " + files.size() + " files: " + ex.getMessage());
            out.print(tally.summary("imported") + "\n");
            return ex.exitCode();
        }
        out.print(tally.summary("imported") + "\n");
        return tally.failed() == 0 ? ExitCode.SUCCESS : ExitCode.ERROR;
    }

    private void put(final Path root, final Path file, final Progress progress)
    {
        final byte[] value;
        try
        {
            value = Files.readAllBytes(file);
        }
        catch (final IOException ex)
        {
            tally.failed(file.toString(), ex.toString());
            progress.step();
            return;
        }
        final String key = prefix + FileTree.keyOf(root, file);
        while (node.inFlight() >= inFlightMax || bytesInFlight > 0 && bytesInFlight + value.length > BYTES_IN_FLIGHT_MAX)
        {
            node.poll();
        }
        bytesInFlight += value.length;
        node.submit(new Request.Put(key.getBytes(UTF_8), value, 0, false, false, false), error ->
        {
            bytesInFlight -= value.length;
            onAnswer(key, value.length, error);
            progress.step();
        });
    }

    private void onAnswer(final String key, final int length, final String error)
    {
        if (error != null)
        {
            tally.failed(key, error);
            return;
        }
        tally.done(length);
        if (acknowledged != null)
        {
            acknowledged.print(key + "\n");
            acknowledged.flush(); // whoever reads it wants to know now: what is printed is safe
        }
    }
}
