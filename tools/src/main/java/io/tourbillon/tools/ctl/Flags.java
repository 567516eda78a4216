package io.tourbillon.tools.ctl;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A command's flags and arguments, read as etcdctl reads them: flags and arguments in any order, {@code --} ends the flags, {@code --name
 * value} and
 * {@code --name=value} are the same, a boolean takes a value only after {@code =}. Written by hand, not picocli, because a {@code get} has
 * half a second
 * in all, and because scripts that call etcdctl rely on exactly these rules.
 */
public final class Flags
{
    private final Map<String, Flag> flags = new LinkedHashMap<>();
    private final Map<String, String> values = new HashMap<>();
    private final List<String> arguments = new ArrayList<>();
    private List<String> rest = List.of();

    /**
     * Declares a flag that is there or not.
     *
     * @param name without dashes.
     * @param help for it.
     * @return this.
     */
    public Flags bool(final String name, final String help)
    {
        return add(new Flag(name, (char)0, Flag.Kind.BOOLEAN, "false", help));
    }

    /**
     * Declares a flag that is there or not.
     *
     * @param name      without dashes.
     * @param shorthand one letter.
     * @param help      for it.
     * @return this.
     */
    public Flags bool(final String name, final char shorthand, final String help)
    {
        return add(new Flag(name, shorthand, Flag.Kind.BOOLEAN, "false", help));
    }

    /**
     * Declares a flag that is on unless {@code =false} is given.
     *
     * @param name without dashes.
     * @param help for it.
     * @return this.
     */
    public Flags boolTrue(final String name, final String help)
    {
        return add(new Flag(name, (char)0, Flag.Kind.BOOLEAN, "true", help));
    }

    /**
     * Declares a text.
     *
     * @param name         without dashes.
     * @param shorthand    one letter, or 0.
     * @param defaultValue of it.
     * @param help         for it.
     * @return this.
     */
    public Flags text(final String name, final char shorthand, final String defaultValue, final String help)
    {
        return add(new Flag(name, shorthand, Flag.Kind.TEXT, defaultValue, help));
    }

    /**
     * Declares a number, 0 by default.
     *
     * @param name without dashes.
     * @param help for it.
     * @return this.
     */
    public Flags number(final String name, final String help)
    {
        return add(new Flag(name, (char)0, Flag.Kind.NUMBER, "0", help));
    }

    /**
     * Declares a number.
     *
     * @param name         without dashes.
     * @param defaultValue of it.
     * @param help         for it.
     * @return this.
     */
    public Flags number(final String name, final long defaultValue, final String help)
    {
        return add(new Flag(name, (char)0, Flag.Kind.NUMBER, Long.toString(defaultValue), help));
    }

    /**
     * Declares a duration.
     *
     * @param name         without dashes.
     * @param defaultValue such as 5s.
     * @param help         for it.
     * @return this.
     */
    public Flags duration(final String name, final String defaultValue, final String help)
    {
        return add(new Flag(name, (char)0, Flag.Kind.DURATION, defaultValue, help));
    }

    private Flags add(final Flag flag)
    {
        flags.put(flag.name, flag);
        return this;
    }

    /** All flags, for a help text. */
    Iterable<Flag> all()
    {
        return flags.values();
    }

    Flag byName(final String name)
    {
        return flags.get(name);
    }

    /**
     * Reads a command line.
     *
     * @param words without the command's own words.
     * @return this.
     * @throws CtlException on an unknown flag or a value that does not fit.
     */
    public Flags parse(final List<String> words)
    {
        for (int i = 0; i < words.size(); i++)
        {
            final String word = words.get(i);
            if ("--".equals(word))
            {
                rest = List.copyOf(words.subList(i + 1, words.size()));
                arguments.addAll(rest);
                return this;
            }
            if (word.length() < 2 || word.charAt(0) != '-')
            {
                arguments.add(word);
            }
            else if (word.charAt(1) == '-')
            {
                i += parseLong(word, words, i);
            }
            else
            {
                i += parseShort(word, words, i);
            }
        }
        return this;
    }

    /** Gives the number of further words taken. */
    private int parseLong(final String word, final List<String> words, final int index)
    {
        final int equals = word.indexOf('=');
        final String name = word.substring(2, equals < 0 ? word.length() : equals);
        final Flag flag = flags.get(name);
        if (flag == null)
        {
            throw new CtlException(ExitCode.ERROR, "unknown flag: --" + name);
        }
        return take(flag, equals < 0 ? null : word.substring(equals + 1), words, index);
    }

    private int parseShort(final String word, final List<String> words, final int index)
    {
        final char letter = word.charAt(1);
        for (final Flag flag : flags.values())
        {
            if (flag.shorthand == letter)
            {
                final String attached = word.substring(2);
                return take(flag, attached.isEmpty() ? null : attached.startsWith("=") ? attached.substring(1) : attached, words, index);
            }
        }
        throw new CtlException(ExitCode.ERROR, "unknown shorthand flag: '" + letter + "' in " + word);
    }

    private int take(final Flag flag, final String attached, final List<String> words, final int index)
    {
        if (attached != null || flag.kind == Flag.Kind.BOOLEAN)
        {
            put(flag, attached == null ? "true" : attached);
            return 0;
        }
        if (index + 1 == words.size())
        {
            throw new CtlException(ExitCode.ERROR, "flag needs an argument: --" + flag.name);
        }
        put(flag, words.get(index + 1));
        return 1;
    }

    private void put(final Flag flag, final String value)
    {
        try
        {
            switch (flag.kind)
            {
                case BOOLEAN -> Values.bool(value);
                case NUMBER -> Long.parseLong(value);
                case DURATION -> Values.durationNs(value);
                default -> { }
            }
        }
        catch (final IllegalArgumentException ex)
        {
            throw new CtlException(ExitCode.ERROR, "invalid argument \"" + value + "\" for \"--" + flag.name + "\" flag");
        }
        values.put(flag.name, value);
    }

    /**
     * Gives a flag another default, from the environment.
     *
     * @param name  without dashes.
     * @param value of it.
     */
    void putDefault(final String name, final String value)
    {
        put(flags.get(name), value);
    }

    /**
     * @param name of a declared flag.
     * @return true if it was given.
     */
    public boolean has(final String name)
    {
        return values.containsKey(name);
    }

    /**
     * @param name of a boolean flag.
     * @return its value.
     */
    public boolean is(final String name)
    {
        return Values.bool(get(name));
    }

    /**
     * As {@link #is(String)}, for a flag that not every command declares.
     *
     * @param name of a boolean flag.
     * @return its value; false if it is not declared.
     */
    public boolean isDeclaredAnd(final String name)
    {
        return flags.containsKey(name) && is(name);
    }

    /**
     * @param name of a flag.
     * @return its text.
     */
    public String get(final String name)
    {
        final String value = values.get(name);
        return value == null ? flags.get(name).defaultValue : value;
    }

    /**
     * @param name of a number.
     * @return its value.
     */
    public long number(final String name)
    {
        return Long.parseLong(get(name));
    }

    /**
     * @param name of a duration.
     * @return its value in nanoseconds.
     */
    public long durationNs(final String name)
    {
        return Values.durationNs(get(name));
    }

    /** @return what is not a flag, in order. */
    public List<String> arguments()
    {
        return arguments;
    }

    /** @return the arguments before {@code --}, or all if there is none. */
    public List<String> operands()
    {
        return arguments.subList(0, arguments.size() - rest.size());
    }

    /** @return the arguments after {@code --}; they are in {@link #arguments()}, too. */
    public List<String> rest()
    {
        return rest;
    }
}
