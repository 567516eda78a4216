package io.tourbillon.perf;

import java.util.concurrent.TimeUnit;

/** Durations as options write them: a number and ms, s or m. */
public final class Durations
{
    private Durations()
    {
    }

    /**
     * @param text such as 500ms, 10s, 2m.
     * @return nanoseconds.
     * @throws IllegalArgumentException if it is not one.
     */
    public static long parse(final String text)
    {
        try
        {
            if (text.endsWith("ms"))
            {
                return TimeUnit.MILLISECONDS.toNanos(number(text, 2));
            }
            if (text.endsWith("s"))
            {
                return TimeUnit.SECONDS.toNanos(number(text, 1));
            }
            if (text.endsWith("m"))
            {
                return TimeUnit.MINUTES.toNanos(number(text, 1));
            }
        }
        catch (final NumberFormatException ex)
        {
            throw new IllegalArgumentException("duration " + text + ": must be a number and ms, s or m", ex);
        }
        throw new IllegalArgumentException("duration " + text + ": must be a number and ms, s or m");
    }

    private static long number(final String text, final int unitLength)
    {
        final long number = Long.parseLong(text.substring(0, text.length() - unitLength));
        if (number < 0)
        {
            throw new IllegalArgumentException("duration " + text + ": must not be negative");
        }
        return number;
    }
}
