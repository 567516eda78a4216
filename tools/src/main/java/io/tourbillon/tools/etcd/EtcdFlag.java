package io.tourbillon.tools.etcd;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of etcd's flags.
 *
 * @param name      without dashes.
 * @param kind      how its value reads.
 * @param use       what becomes of it.
 * @param byDefault its value unless given; empty: none.
 * @param note      what people should know of it here; the end of a warning's line where there is one.
 */
record EtcdFlag(String name, Kind kind, Use use, String byDefault, String note)
{
    /** How a value reads, by the rules of Go's flag package. */
    enum Kind
    {
        /** Anything. */
        TEXT,
        /** True or false; needs no value. */
        BOOL,
        /** A whole number from 0 on. */
        UINT,
        /** A whole number. */
        INT,
        /** A time such as 1h30m. */
        DURATION,
        /** URLs with scheme, host and port, separated by commas. */
        URLS,
        /** new or existing. */
        CLUSTER_STATE
    }

    /** What becomes of a flag. */
    enum Use
    {
        /** Says who the member is and where it is. */
        MEMBER("member and cluster"),
        /** A setting of the node, of the same name or by way of another. */
        NODE("setting of the node"),
        /** Handed on to the front that serves etcd's API, under the same name, if this build's has it; else warned of. */
        FRONT("handed on to the front, if it has it"),
        /** As FRONT, but that who asks for it must not be served without. */
        CLIENT_TLS("handed on to the front, if it has it; else the start is refused"),
        /** Read by the launcher itself. */
        LAUNCHER("launcher"),
        /** Accepted with a warning. */
        NO_EFFECT("no effect, warned of"),
        /** Accepted with a warning that links between members are not encrypted. */
        PEER_TLS("no effect, warned of"),
        /** A start with it is refused: going on without it would be something else than what was asked for. */
        REFUSED("refused");

        private final String words;

        Use(final String words)
        {
            this.words = words;
        }

        /** For the table in the README. */
        String words()
        {
            return words;
        }
    }

    private static final List<String> TRUE = List.of("1", "t", "T", "TRUE", "true", "True");
    private static final List<String> FALSE = List.of("0", "f", "F", "FALSE", "false", "False");
    private static final Pattern DURATION_PART = Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)");
    private static final Pattern DURATION = Pattern.compile("[-+]?(?:0|(?:" + DURATION_PART.pattern() + ")+)");
    private static final int NAME_DIGITS_MAX = 18;

    boolean isBool()
    {
        return kind == Kind.BOOL;
    }

    String environmentName()
    {
        return "ETCD_" + name.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    }

    /**
     * Reads a value as etcd does, and gives it in its plainest form: true or false, decimal digits, else as it is.
     *
     * @throws IllegalArgumentException with the end of etcd's complaint.
     */
    String normalized(final String value)
    {
        return switch (kind)
        {
            case TEXT -> value;
            case BOOL -> Boolean.toString(truth(value));
            case UINT, INT -> number(value);
            case DURATION -> duration(value);
            case URLS -> urls(value);
            case CLUSTER_STATE -> clusterState(value);
        };
    }

    private static boolean truth(final String value)
    {
        if (!TRUE.contains(value) && !FALSE.contains(value))
        {
            throw new IllegalArgumentException("parse error");
        }
        return TRUE.contains(value);
    }

    private String number(final String value)
    {
        final String digits = value.replace("_", "");
        final long number;
        try
        {
            number = Long.decode(digits);
        }
        catch (final NumberFormatException ignore)
        {
            throw new IllegalArgumentException(digits.matches("[0-9]{" + NAME_DIGITS_MAX + ",}") ? "value out of range" : "parse error");
        }
        if (kind == Kind.UINT && number < 0)
        {
            throw new IllegalArgumentException("parse error");
        }
        return Long.toString(number);
    }

    private static String duration(final String value)
    {
        if (!DURATION.matcher(value).matches())
        {
            throw new IllegalArgumentException("parse error");
        }
        return value;
    }

    private static String urls(final String value)
    {
        EtcdUrl.parseAll(value);
        return value;
    }

    private static String clusterState(final String value)
    {
        if (!List.of("new", "existing").contains(value))
        {
            throw new IllegalArgumentException("invalid value");
        }
        return value;
    }

    /** Nanoseconds of a time that was read before. */
    static long durationNs(final String value)
    {
        BigDecimal sum = BigDecimal.ZERO;
        final Matcher part = DURATION_PART.matcher(value);
        while (part.find())
        {
            sum = sum.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unitNs(part.group(2)))));
        }
        final long ns = sum.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue();
        return value.startsWith("-") ? -ns : ns;
    }

    private static long unitNs(final String unit)
    {
        return switch (unit)
        {
            case "h" -> 3_600_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "s" -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            case "ns" -> 1L;
            default -> 1_000L;
        };
    }
}
