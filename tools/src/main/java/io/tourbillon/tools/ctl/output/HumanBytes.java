package io.tourbillon.tools.ctl.output;

import java.util.Locale;

/** Sizes for people, in powers of 1000, with one decimal below ten: 25 kB, 1.5 MB. etcdctl's form. */
public final class HumanBytes
{
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private HumanBytes()
    {
    }

    /**
     * @param bytes not negative.
     * @return for people.
     */
    public static String text(final long bytes)
    {
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < UNITS.length - 1)
        {
            value /= 1000;
            unit++;
        }
        final double rounded = Math.floor(value * 10 + 0.5) / 10;
        return String.format(Locale.ROOT, unit > 0 && rounded < 10 ? "%.1f %s" : "%.0f %s", rounded, UNITS[unit]);
    }
}
