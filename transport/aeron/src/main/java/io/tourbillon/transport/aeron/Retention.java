package io.tourbillon.transport.aeron;

import io.tourbillon.mvcc.AutoCompaction;

import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Reads auto-compaction-retention as etcd does: a bare number is hours or revisions, and a time is as Go writes it. */
final class Retention
{
    /** Ten years. */
    private static final long NS_MAX = TimeUnit.HOURS.toNanos(87_600);
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

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
        final double ns = isNumber ? Long.parseLong(text) * (double)TimeUnit.HOURS.toNanos(1) : GoDuration.ns(text);
        return ns >= 0 && ns <= NS_MAX ? AutoCompaction.periodic((long)ns) : null;
    }
}
