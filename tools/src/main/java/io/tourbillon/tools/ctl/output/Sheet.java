package io.tourbillon.tools.ctl.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Named values for people and for programs: as lines and tables, or as one JSON object. Numbers and truths stay what they are in JSON, all
 * else is text.
 */
public final class Sheet
{
    private final Map<String, Object> values = new LinkedHashMap<>();

    /** Begins empty. */
    public Sheet()
    {
    }

    /**
     * @param name  of a value.
     * @param value a number, a truth or a text; null = there is none now.
     * @return this.
     */
    public Sheet put(final String name, final Object value)
    {
        values.put(name, value);
        return this;
    }

    /**
     * @param name of a table.
     * @param rows all with the same names of values, or none.
     * @return this.
     */
    public Sheet put(final String name, final List<Sheet> rows)
    {
        values.put(name, List.copyOf(rows));
        return this;
    }

    /** @return one JSON object in one line. */
    public String json()
    {
        final StringBuilder text = new StringBuilder("{");
        values.forEach((name, value) ->
        {
            text.append(text.length() > 1 ? "," : "").append(Json.quoted(name)).append(':');
            appendJson(text, value);
        });
        return text.append('}').toString();
    }

    private static void appendJson(final StringBuilder text, final Object value)
    {
        if (value instanceof final List<?> rows)
        {
            text.append('[');
            for (int i = 0; i < rows.size(); i++)
            {
                text.append(i > 0 ? "," : "").append(((Sheet)rows.get(i)).json());
            }
            text.append(']');
        }
        else
        {
            final boolean isBare = value == null || value instanceof Number || value instanceof Boolean;
            text.append(isBare ? String.valueOf(value) : Json.quoted(value.toString()));
        }
    }

    /** @return a line for each value, then each table under its name; an empty table is said to be none. */
    public String text()
    {
        final StringBuilder text = new StringBuilder();
        final int width = values.entrySet().stream().filter((entry) -> !(entry.getValue() instanceof List))
            .mapToInt((entry) -> entry.getKey().length()).max().orElse(0);
        values.forEach((name, value) ->
        {
            if (value instanceof final List<?> rows)
            {
                appendTable(text.append(name), rows);
            }
            else
            {
                text.append(name).append(':').append(" ".repeat(width - name.length() + 1)).append(shown(value)).append('\n');
            }
        });
        return text.toString();
    }

    private static String shown(final Object value)
    {
        return value == null ? "-" : value.toString();
    }

    private static void appendTable(final StringBuilder text, final List<?> rows)
    {
        if (rows.isEmpty())
        {
            text.append(": none\n");
            return;
        }
        final Map<String, Object> first = ((Sheet)rows.get(0)).values;
        final TextTable table = new TextTable(first.keySet().toArray(new String[0]));
        for (final Object row : rows)
        {
            final List<String> cells = new ArrayList<>();
            ((Sheet)row).values.values().forEach((value) -> cells.add(shown(value)));
            table.add(cells.toArray(new String[0]));
        }
        text.append('\n').append(table.text());
    }
}
