package io.tourbillon.tools.ctl.tree;

import io.tourbillon.tools.ctl.output.HumanBytes;

import java.io.PrintStream;
import java.util.Locale;

/** Counts what was done and what failed, and says so at the end. One thread. */
final class Tally
{
    /** A thousand reasons help nobody; the count is in the last line. */
    private static final int REASONS_MAX = 20;

    private final PrintStream err;
    private final long startNs = System.nanoTime();
    private long files;
    private long bytes;
    private long failed;

    Tally(final PrintStream err)
    {
        this.err = err;
    }

    void done(final long length)
    {
        files++;
        bytes += length;
    }

    void failed(final String what, final String reason)
    {
        if (failed++ < REASONS_MAX)
        {
            err.println(what + ": " + reason);
        }
    }

    long failed()
    {
        return failed;
    }

    /** For example: imported 1786 files, 1.2 MB in 0.41 s (4356 files/s, 2.9 MB/s). */
    String summary(final String verb)
    {
        final double seconds = Math.max(1e-6, (System.nanoTime() - startNs) / 1e9);
        return String.format(Locale.ROOT, "%s %d files, %s in %.2f s (%.0f files/s, %s/s)%s", verb, files, HumanBytes.text(bytes), seconds,
            files / seconds, HumanBytes.text((long)(bytes / seconds)), failed == 0 ? "" : ", " + failed + " FAILED");
    }
}
