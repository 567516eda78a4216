package io.tourbillon.transport.aeron;

import io.tourbillon.mvcc.AutoCompaction;

import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads auto-compaction-retention as etcd does: a bare number is hours or revisions, and a time is as Go writes it. */
final class Retention
{
    /** Ten years. */
    private static final long NS_MAX = TimeUnit.HOURS.toNanos(87_600);
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final Pattern TIME = Pattern.compile("(?:[0-9]{1,9}(?:\\.[0-9]{1,9})?(?:ns|us|ms|s|m|h))+");
    private static final Pattern PART = Pattern.compile("([0-9.]+)(ns|us|ms|s|m|h)");

    private Retention()
    {
    }

    /** What the texts mean; null if nothing that can be. */
    static AutoCompaction parse(final boolean isPeriodic, final String text)
    {
        final boolean isNumber = NUMBER.matcher(text).matches();
        if (!isPeriodic)
        {
            return isNumber ? AutoCompaction.revisions(Long.parseLong(text)) : null;
        }
        final double ns = isNumber ? Long.parseLong(text) * (double)TimeUnit.HOURS.toNanos(1) : timeNs(text);
        return ns >= 0 && ns <= NS_MAX ? AutoCompaction.periodic((long)ns) : null;
    }

    /** Nanoseconds of a time such as 1h30m; -1 if it is none. */
    private static double timeNs(final String text)
    {
        if (!TIME.matcher(text).matches())
        {
            return -1;
        }
        double sumNs = 0;
        final Matcher part = PART.matcher(text);
        while (part.find())
        {
            sumNs += Double.parseDouble(part.group(1)) * unitNs(part.group(2));
        }
        return sumNs;
    }

    private static long unitNs(final String unit)
    {
        return switch (unit)
        {
            case "h" -> TimeUnit.HOURS.toNanos(1);
            case "m" -> TimeUnit.MINUTES.toNanos(1);
            case "s" -> TimeUnit.SECONDS.toNanos(1);
            case "ms" -> TimeUnit.MILLISECONDS.toNanos(1);
            case "us" -> TimeUnit.MICROSECONDS.toNanos(1);
            default -> 1;
        };
    }
}
