package io.tourbillon.tools.server;

import io.tourbillon.transport.http.Json;

import java.io.PrintStream;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * What a node tells its operator, one line an event: for people, or an object of JSON for machines. What is as it should be goes to stdout,
 * what somebody should look at to stderr. Whatever a value holds, it stays within its line. Any thread; not for the message path, it blocks
 * and allocates.
 */
final class EventLog
{
    /** How bad it is. */
    enum Level
    {
        /** As it should be. */
        INFO,
        /** Somebody should look. */
        WARN,
        /** The node does not go on. */
        ERROR
    }

    private static final DateTimeFormatter RFC_3339 =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String MARKS = "._:/@+-";

    private final boolean isJson;
    private final PrintStream out;
    private final PrintStream err;
    private final Clock clock;

    EventLog(final boolean isJson, final PrintStream out, final PrintStream err, final Clock clock)
    {
        this.isJson = isJson;
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    /**
     * Tells an event.
     *
     * @param event  words of small letters, joined by hyphens; never another for the same.
     * @param fields names, each with its value behind it: a text, a long or a boolean.
     */
    void tell(final Level level, final String event, final Object... fields)
    {
        print(level, isJson ? json(level, event, fields) : text(level, event, fields));
    }

    /**
     * Tells an event for which the text form has had a line of its own for longer than there are events.
     *
     * @param line   of the text form; perhaps several lines.
     * @param fields of the other, where the line is the message.
     */
    void tellLine(final Level level, final String event, final String line, final Object... fields)
    {
        if (!isJson)
        {
            print(level, line);
            return;
        }
        final Object[] all = new Object[fields.length + 2];
        all[0] = "message";
        all[1] = line;
        System.arraycopy(fields, 0, all, 2, fields.length);
        print(level, json(level, event, all));
    }

    private synchronized void print(final Level level, final String line)
    {
        final PrintStream stream = level == Level.INFO ? out : err;
        stream.println(line);
        stream.flush();
    }

    private String text(final Level level, final String event, final Object... fields)
    {
        final StringBuilder line = new StringBuilder(RFC_3339.format(clock.instant())).append(' ').append(nameOf(level))
            .append(' ').append(event);
        for (int i = 0; i < fields.length; i += 2)
        {
            final String value = String.valueOf(fields[i + 1]);
            line.append(' ').append(fields[i]).append('=').append(isPlain(value) ? value : Json.quoted(value));
        }
        return line.toString();
    }

    private String json(final Level level, final String event, final Object... fields)
    {
        final Json json = new Json().open('{')
            .put("ts", RFC_3339.format(clock.instant()))
            .put("level", nameOf(level))
            .put("event", event);
        for (int i = 0; i < fields.length; i += 2)
        {
            json.name((String)fields[i]);
            if (fields[i + 1] instanceof final Long number)
            {
                json.value(number);
            }
            else if (fields[i + 1] instanceof final Boolean truth)
            {
                json.value(truth);
            }
            else
            {
                json.value(String.valueOf(fields[i + 1]));
            }
        }
        return json.close('}').toString();
    }

    private static String nameOf(final Level level)
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
