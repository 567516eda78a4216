package io.tourbillon.tools.server;

import io.tourbillon.tools.server.EventLog.Level;
import io.tourbillon.transport.http.Json;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** For people: time, level, event, and each field as name=value. Words are told as they are. */
final class TextForm implements LogForm
{
    static final DateTimeFormatter RFC_3339 =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String MARKS = "._:/@+-";

    @Override
    public String line(final Instant at, final Level level, final String event, final String words, final Object... fields)
    {
        if (words != null)
        {
            return words;
        }
        final StringBuilder line = new StringBuilder(RFC_3339.format(at)).append(' ').append(nameOf(level)).append(' ').append(event);
        for (int i = 0; i < fields.length; i += 2)
        {
            final String value = String.valueOf(fields[i + 1]);
            line.append(' ').append(fields[i]).append('=').append(isPlain(value) ? value : Json.quoted(value));
        }
        return line.toString();
    }

    static String nameOf(final Level level)
    {
        return level.name().toLowerCase(Locale.ROOT);
    }

    /** Needs no quotation marks to be told from what is around it. */
    private static boolean isPlain(final String value)
    {
        return !value.isEmpty() && value.chars().allMatch((c) ->
            c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || MARKS.indexOf(c) >= 0);
    }
}
