package io.tourbillon.tools.ctl.output;

import java.util.ArrayList;
import java.util.List;

/** A table in a frame of plus, minus and bar, as etcdctl draws it: heads centred, rows right-aligned. */
final class TextTable
{
    private final String[] heads;
    private final List<String[]> rows = new ArrayList<>();

    TextTable(final String... heads)
    {
        this.heads = heads;
    }

    void add(final String... cells)
    {
        assert cells.length == heads.length : cells.length;
        rows.add(cells);
    }

    String text()
    {
        final int[] widths = widths();
        final StringBuilder text = new StringBuilder();
        appendRule(text, widths);
        appendHeads(text, widths);
        appendRule(text, widths);
        for (final String[] row : rows)
        {
            appendRow(text, widths, row);
        }
        if (!rows.isEmpty())
        {
            appendRule(text, widths);
        }
        return text.toString();
    }

    private int[] widths()
    {
        final int[] widths = new int[heads.length];
        for (int i = 0; i < heads.length; i++)
        {
            widths[i] = heads[i].length();
            for (final String[] row : rows)
            {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        return widths;
    }

    private static void appendRule(final StringBuilder text, final int[] widths)
    {
        for (final int width : widths)
        {
            text.append('+').append("-".repeat(width + 2));
        }
        text.append("+\n");
    }

    private void appendHeads(final StringBuilder text, final int[] widths)
    {
        for (int i = 0; i < heads.length; i++)
        {
            final int blanks = widths[i] - heads[i].length();
            text.append("| ").append(" ".repeat(blanks / 2)).append(heads[i]).append(" ".repeat(blanks - blanks / 2)).append(' ');
        }
        text.append("|\n");
    }

    private static void appendRow(final StringBuilder text, final int[] widths, final String[] row)
    {
        for (int i = 0; i < row.length; i++)
        {
            text.append("| ").append(" ".repeat(widths[i] - row[i].length())).append(row[i]).append(' ');
        }
        text.append("|\n");
    }
}
