package io.tourbillon.perf.load;

import java.io.PrintStream;
import java.util.Locale;

/** What went wrong in a run. Anything but zero makes the run void: its figures are then not those of a store that works. */
public final class Checks
{
    private long lostCount;
    private long strayCount;
    private long wrongValueCount;
    private long wrongRevisionCount;
    private long wrongEventCount;
    private long errorCount;
    private String firstFault;

    void lost(final long count, final String what)
    {
        if (count != 0)
        {
            lostCount += Math.abs(count);
            remember(Math.abs(count) + " " + what);
        }
    }

    void stray(final long token)
    {
        strayCount++;
        remember("a reply to no request that waits, token " + Long.toHexString(token));
    }

    void wrongValue(final int keyIndex, final int verdict)
    {
        wrongValueCount++;
        remember("a wrong value of key " + keyIndex + ", verdict " + verdict);
    }

    void wrongRevision(final int keyIndex, final long revision, final long floor)
    {
        wrongRevisionCount++;
        remember("key " + keyIndex + " at revision " + revision + " after " + floor + " was acknowledged");
    }

    void wrongEvent(final long revision, final long lastRevision)
    {
        wrongEventCount++;
        remember("an event of revision " + revision + " after one of " + lastRevision);
    }

    void error(final String reason)
    {
        errorCount++;
        remember(reason);
    }

    private void remember(final String fault)
    {
        if (firstFault == null)
        {
            firstFault = fault;
        }
    }

    /** @return whether every reply came, once, and was right. */
    public boolean isSound()
    {
        return firstFault == null;
    }

    /** @return the first fault, null if there was none. */
    public String firstFault()
    {
        return firstFault;
    }

    void print(final PrintStream out)
    {
        if (isSound())
        {
            out.println("checks:  every reply came once and was right");
        }
        else
        {
            out.printf(Locale.ROOT, "VOID: %d lost, %d stray, %d wrong values, %d wrong revisions, %d wrong events, %d errors; first: %s%n",
                lostCount, strayCount, wrongValueCount, wrongRevisionCount, wrongEventCount, errorCount, firstFault);
        }
    }
}
