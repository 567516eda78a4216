package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;

import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** The flags of get, put and del, and what they mean; the same in a command line and in a line of a transaction. */
public final class Words
{
    private static final byte[] NONE = {};

    private Words()
    {
    }

    static Flags getFlags(final Flags flags)
    {
        return consistency(flags)
            .bool("count-only", "Get only the count")
            .bool("from-key", "Get keys that are greater than or equal to the given key using byte compare")
            .bool("keys-only", "Get only the keys")
            .number("limit", "Maximum number of results")
            .number("max-create-rev", "Maximum create revision of the keys")
            .number("max-mod-rev", "Maximum modification revision of the keys")
            .number("min-create-rev", "Minimum create revision of the keys")
            .number("min-mod-rev", "Minimum modification revision of the keys")
            .text("order", (char)0, "", "Order of results; ASCEND or DESCEND (ASCEND by default)")
            .bool("prefix", "Get keys with matching prefix")
            .bool("print-value-only", "Only write values when using the \"simple\" output format")
            .number("rev", "Specify the kv revision")
            .text("sort-by", (char)0, "", "Sort target; CREATE, KEY, MODIFY, VALUE, or VERSION");
    }

    /** Whether JSON is asked for, of a command that has but this form and the simple one. */
    static boolean isJson(final Context context)
    {
        final String form = context.flags().get("write-out");
        if (!"json".equals(form) && !"simple".equals(form))
        {
            throw new CtlException(ExitCode.BAD_FEATURE, "unsupported output format: this command has simple and json");
        }
        return "json".equals(form);
    }

    static Flags consistency(final Flags flags)
    {
        return flags.text("consistency", (char)0, "l", "Linearizable(l) or Serializable(s)");
    }

    static boolean isLinearizable(final Flags flags)
    {
        final String consistency = flags.get("consistency");
        if (!"l".equals(consistency) && !"s".equals(consistency))
        {
            throw new CtlException(ExitCode.BAD_FEATURE, "unknown consistency flag \"" + consistency + '"');
        }
        return "l".equals(consistency);
    }

    static Flags putFlags(final Flags flags)
    {
        return flags
            .bool("ignore-lease", "Updates the key using its current lease")
            .bool("ignore-value", "Updates the key using its current value")
            .text("lease", (char)0, "0", "Lease ID (in hexadecimal) to attach to the key")
            .bool("prev-kv", "Return the previous key-value pair before modification");
    }

    static Flags delFlags(final Flags flags)
    {
        return flags
            .bool("from-key", "Delete keys that are greater than or equal to the given key using byte compare")
            .bool("prefix", "Delete keys with matching prefix")
            .bool("prev-kv", "Return deleted key-value pairs")
            .bool("range", "Without effect: a range is deleted at once, without the delay that etcdctl 3.6 has unless this is set");
    }

    static Request.Get get(final Flags flags, final Charset charset)
    {
        if (flags.arguments().isEmpty())
        {
            throw badArgs("get command needs one argument as key and an optional argument as range_end");
        }
        final KeyRange range = range(flags, charset);
        final boolean isLinearizable = isLinearizable(flags);
        if (flags.is("keys-only") && flags.is("count-only"))
        {
            throw badArgs("`--keys-only` and `--count-only` cannot be set at the same time, choose one");
        }
        return new Request.Get(range, flags.number("limit"), flags.number("rev"), order(flags.get("order")), target(flags.get("sort-by")),
            !isLinearizable, flags.is("keys-only"), flags.is("count-only"), bounds(flags));
    }

    private static Request.Bounds bounds(final Flags flags)
    {
        return new Request.Bounds(flags.number("min-create-rev"), flags.number("max-create-rev"), flags.number("min-mod-rev"),
            flags.number("max-mod-rev"));
    }

    /** As etcdctl: with an empty key, a prefix means every key. */
    static KeyRange range(final Flags flags, final Charset charset)
    {
        return range(flags, flags.arguments(), charset);
    }

    static KeyRange range(final Flags flags, final List<String> arguments, final Charset charset)
    {
        final boolean isPrefix = flags.is("prefix");
        final boolean isFrom = flags.isDeclaredAnd("from-key");
        if (isPrefix && isFrom)
        {
            throw badArgs("`--prefix` and `--from-key` cannot be set at the same time, choose one");
        }
        final byte[] key = arguments.get(0).getBytes(charset);
        if (arguments.size() > 1)
        {
            if (isPrefix || isFrom)
            {
                throw badArgs("too many arguments, only accept one argument when `--prefix` or `--from-key` is set");
            }
            return new KeyRange(key, arguments.get(1).getBytes(charset));
        }
        return isPrefix ? KeyRange.ofPrefix(key) : isFrom ? KeyRange.from(key) : KeyRange.ofKey(key);
    }

    static Request.Put put(final Flags flags, final Charset charset, final Supplier<byte[]> input)
    {
        final List<String> arguments = flags.arguments();
        final boolean ignoreValue = flags.is("ignore-value");
        if (arguments.isEmpty() || arguments.size() > 2)
        {
            throw badArgs("put command needs 1 argument and input from stdin or 2 arguments");
        }
        if (ignoreValue && arguments.size() > 1)
        {
            throw badArgs("put command needs only 1 argument when 'ignore-value' is set");
        }
        final long lease = lease(flags.get("lease"));
        final byte[] value = ignoreValue ? NONE : arguments.size() == 2 ? arguments.get(1).getBytes(charset) : input.get();
        return new Request.Put(arguments.get(0).getBytes(charset), value, lease, flags.is("prev-kv"), ignoreValue,
            flags.is("ignore-lease"));
    }

    static Request.Delete delete(final Flags flags, final Charset charset)
    {
        if (flags.arguments().isEmpty() || flags.arguments().size() > 2)
        {
            throw badArgs("del command needs one argument as key and an optional argument as range_end");
        }
        return new Request.Delete(range(flags, charset), flags.is("prev-kv"));
    }

    private static SortOrder order(final String text)
    {
        return switch (text.toUpperCase(Locale.ROOT))
        {
            case "" -> SortOrder.NONE;
            case "ASCEND" -> SortOrder.ASCEND;
            case "DESCEND" -> SortOrder.DESCEND;
            default -> throw new CtlException(ExitCode.BAD_FEATURE, "bad sort order " + text);
        };
    }

    private static SortTarget target(final String text)
    {
        return switch (text.toUpperCase(Locale.ROOT))
        {
            case "", "KEY" -> SortTarget.KEY;
            case "CREATE" -> SortTarget.CREATE;
            case "MODIFY" -> SortTarget.MOD;
            case "VALUE" -> SortTarget.VALUE;
            case "VERSION" -> SortTarget.VERSION;
            default -> throw new CtlException(ExitCode.BAD_FEATURE, "bad sort target " + text);
        };
    }

    static long memberId(final String text)
    {
        try
        {
            return Long.parseUnsignedLong(text, 16);
        }
        catch (final NumberFormatException ex)
        {
            throw badArgs("bad member ID arg (strconv.ParseUint: parsing \"" + text + "\": invalid syntax), expecting ID in Hex");
        }
    }

    private static long lease(final String text)
    {
        try
        {
            return Long.parseLong(text, 16);
        }
        catch (final NumberFormatException ex)
        {
            throw badArgs("bad lease ID (" + text + "), expecting ID in Hex");
        }
    }

    static CtlException badArgs(final String message)
    {
        return new CtlException(ExitCode.BAD_ARGS, message);
    }
}
