package io.tourbillon.tools.ctl;

/** Texts of flags' values, as Go's flag packages read them. */
final class Values
{
    private static final String[] UNITS = {"ns", "us", "ms", "s", "m", "h"};
    private static final long[] UNIT_NS = {1, 1_000, 1_000_000, 1_000_000_000, 60_000_000_000L, 3_600_000_000_000L};

    private Values()
    {
    }

    static boolean bool(final String text)
    {
        return switch (text)
        {
            case "true", "1", "t", "T", "TRUE", "True" -> true;
            case "false", "0", "f", "F", "FALSE", "False" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    /** Reads 5s, 1m30s, 500ms, 1.5s. */
    static long durationNs(final String text)
    {
        int position = 0;
        double sumNs = 0;
        while (position < text.length())
        {
            final int numberEnd = skip(text, position, true);
            final int unitEnd = skip(text, numberEnd, false);
            sumNs += Double.parseDouble(text.substring(position, numberEnd)) * unitNs(text.substring(numberEnd, unitEnd));
            position = unitEnd;
        }
        if (text.isEmpty())
        {
            throw new IllegalArgumentException("empty");
        }
        return (long)sumNs;
    }

    private static int skip(final String text, final int from, final boolean isNumber)
    {
        int end = from;
        while (end < text.length() && isNumber == (Character.isDigit(text.charAt(end)) || text.charAt(end) == '.'))
        {
            end++;
        }
        return end;
    }

    private static long unitNs(final String unit)
    {
        for (int i = 0; i < UNITS.length; i++)
        {
            if (UNITS[i].equals(unit))
            {
                return UNIT_NS[i];
            }
        }
        throw new IllegalArgumentException(unit);
    }
}
