package io.tourbillon.tools.ctl.output;

import java.io.PrintStream;
import java.util.Base64;

/** Writes one JSON value as Go's encoder does: no blanks; and with its {@code omitempty}, which leaves out zeros, false and empty texts. */
final class Json
{
    private final PrintStream out;
    private boolean needsComma;

    Json(final PrintStream out)
    {
        this.out = out;
    }

    Json open(final char bracket)
    {
        comma();
        out.print(bracket);
        needsComma = false;
        return this;
    }

    Json close(final char bracket)
    {
        out.print(bracket);
        needsComma = true;
        return this;
    }

    /** Begins a member; its value is what is written next. */
    Json name(final String name)
    {
        comma();
        out.print('"' + name + "\":");
        needsComma = false;
        return this;
    }

    private void comma()
    {
        if (needsComma)
        {
            out.print(',');
        }
        needsComma = true;
    }

    Json raw(final String text)
    {
        comma();
        out.print(text);
        return this;
    }

    Json always(final String name, final Object value)
    {
        return name(name).raw(value.toString());
    }

    Json number(final String name, final long value)
    {
        return value == 0 ? this : name(name).raw(Long.toString(value));
    }

    Json unsigned(final String name, final long value)
    {
        return value == 0 ? this : name(name).raw(Long.toUnsignedString(value));
    }

    Json bool(final String name, final boolean value)
    {
        return value ? name(name).raw("true") : this;
    }

    Json bytes(final String name, final byte[] value)
    {
        return value.length == 0 ? this : name(name).raw('"' + Base64.getEncoder().encodeToString(value) + '"');
    }

    Json text(final String name, final String value)
    {
        return value.isEmpty() ? this : name(name).raw(quoted(value));
    }

    Json texts(final String name, final Iterable<String> values)
    {
        if (values.iterator().hasNext())
        {
            name(name).open('[');
            for (final String value : values)
            {
                raw(quoted(value));
            }
            close(']');
        }
        return this;
    }

    /** As Go's encoder, which also hides the characters that HTML would trip over. */
    static String quoted(final String value)
    {
        final StringBuilder text = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++)
        {
            final char next = value.charAt(i);
            switch (next)
            {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> append(text, next);
            }
        }
        return text.append('"').toString();
    }

    private static void append(final StringBuilder text, final char next)
    {
        if (next < 0x20 || next == '<' || next == '>' || next == '&' || next == '\u2028' || next == '\u2029')
        {
            final String digits = Integer.toHexString(next);
            text.append("\\u").append("0".repeat(4 - digits.length())).append(digits);
        }
        else
        {
            text.append(next);
        }
    }
}
