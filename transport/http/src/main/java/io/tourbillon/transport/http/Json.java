package io.tourbillon.transport.http;

/** JSON on its way to being a text. Whatever a name or a text is, it is quoted here. Not for two threads. */
public final class Json
{
    private static final char LAST_CONTROL = 0x1f;
    private static final char DELETE = 0x7f;

    private final StringBuilder text = new StringBuilder();
    private boolean needsComma;

    /** Begins with nothing. */
    public Json()
    {
    }

    /**
     * Opens an object or a list, as a value or in a list.
     *
     * @param bracket '{' or '['.
     * @return this.
     */
    public Json open(final char bracket)
    {
        comma();
        text.append(bracket);
        needsComma = false;
        return this;
    }

    /**
     * Ends what was opened last.
     *
     * @param bracket '}' or ']'.
     * @return this.
     */
    public Json close(final char bracket)
    {
        text.append(bracket);
        needsComma = true;
        return this;
    }

    /**
     * Begins a member of an object.
     *
     * @param name of it; its value comes next.
     * @return this.
     */
    public Json name(final String name)
    {
        comma();
        text.append(quoted(name)).append(':');
        needsComma = false;
        return this;
    }

    /**
     * @param value a text; null = null.
     * @return this.
     */
    public Json value(final String value)
    {
        comma();
        text.append(value == null ? "null" : quoted(value));
        return this;
    }

    /**
     * @param value a whole number. Above 2^53 a browser rounds it: ids are texts.
     * @return this.
     */
    public Json value(final long value)
    {
        comma();
        text.append(value);
        return this;
    }

    /**
     * @param value a number; what JSON has no word for, such as infinity, becomes null.
     * @return this.
     */
    public Json value(final double value)
    {
        comma();
        text.append(Double.isFinite(value) ? Double.toString(value) : "null");
        return this;
    }

    /**
     * @param value true or false.
     * @return this.
     */
    public Json value(final boolean value)
    {
        comma();
        text.append(value);
        return this;
    }

    /**
     * @param name  of a member of an object.
     * @param value of it; null = null.
     * @return this.
     */
    public Json put(final String name, final String value)
    {
        return name(name).value(value);
    }

    /**
     * @param name  of a member of an object.
     * @param value of it.
     * @return this.
     */
    public Json put(final String name, final long value)
    {
        return name(name).value(value);
    }

    /**
     * @param name  of a member of an object.
     * @param value of it.
     * @return this.
     */
    public Json put(final String name, final double value)
    {
        return name(name).value(value);
    }

    /**
     * @param name  of a member of an object.
     * @param value of it.
     * @return this.
     */
    public Json put(final String name, final boolean value)
    {
        return name(name).value(value);
    }

    private void comma()
    {
        if (needsComma)
        {
            text.append(',');
        }
        needsComma = true;
    }

    /**
     * The one place where a text becomes JSON. What HTML, JavaScript or a terminal could take for something else is told by its number, so
     * that the text is harmless wherever it ends up, and stays one line.
     *
     * @param value any text.
     * @return it in quotation marks.
     */
    public static String quoted(final String value)
    {
        final StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++)
        {
            final char next = value.charAt(i);
            if (next == '"' || next == '\\')
            {
                quoted.append('\\').append(next);
            }
            else if (isPlain(next))
            {
                quoted.append(next);
            }
            else
            {
                quoted.append(String.format("\\u%04x", (int)next));
            }
        }
        return quoted.append('"').toString();
    }

    /** Controls, those of the second hundred too, line ends of all kinds, marks that turn the direction of writing, halves of pairs. */
    private static boolean isPlain(final char c)
    {
        final int type = Character.getType(c);
        return c > LAST_CONTROL && c != DELETE && c != '<' && c != '>' && c != '&' &&
            type != Character.CONTROL && type != Character.FORMAT && type != Character.LINE_SEPARATOR &&
            type != Character.PARAGRAPH_SEPARATOR && type != Character.SURROGATE;
    }

    @Override
    public String toString()
    {
        return text.toString();
    }
}
