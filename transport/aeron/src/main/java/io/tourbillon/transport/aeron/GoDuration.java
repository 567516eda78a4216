package io.tourbillon.transport.aeron;

import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a time as Go writes it, such as 1h30m or 500ms: what etcd's options take. Pure; any thread. */
final class GoDuration
{
    private static final Pattern TIME = Pattern.compile("(?:[0-9]{1,9}(?:\\.[0-9]{1,9})?(?:ns|us|ms|s|m|h))+");
    private static final Pattern PART = Pattern.compile("([0-9.]+)(ns|us|ms|s|m|h)");

    private GoDuration()
    {
    }

    /** Nanoseconds of a time; -1 if it is none. May be more than a long holds. */
    static double ns(final String text)
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
