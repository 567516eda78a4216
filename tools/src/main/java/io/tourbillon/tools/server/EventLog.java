package io.tourbillon.tools.server;

import java.io.PrintStream;
import java.time.Clock;

/**
 * What a node tells its operator, one line an event, in one of several forms. What is as it should be goes to one stream, what somebody
 * should look at to another. Any thread; not for the message path, it blocks and allocates.
 */
public final class EventLog
{
    /** How bad it is. */
    public enum Level
    {
        /** As it should be. */
        INFO,
        /** Somebody should look. */
        WARN,
        /** The node does not go on. */
        ERROR
    }

    private final LogForm form;
    private final Level least;
    private final PrintStream out;
    private final PrintStream err;
    private final Clock clock;

    /**
     * @param form  of the lines.
     * @param least what is not as bad is not told.
     * @param out   gets what is as it should be.
     * @param err   gets the rest; may be the same.
     * @param clock whose time the lines bear.
     */
    public EventLog(final LogForm form, final Level least, final PrintStream out, final PrintStream err, final Clock clock)
    {
        this.form = form;
        this.least = least;
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    EventLog(final boolean isJson, final PrintStream out, final PrintStream err, final Clock clock)
    {
        this(isJson ? new ObjectForm() : new TextForm(), Level.INFO, out, err, clock);
    }

    /**
     * Tells an event.
     *
     * @param level  how bad it is.
     * @param event  words of small letters, joined by hyphens; never another for the same.
     * @param fields names, each with its value behind it: a text, a long or a boolean.
     */
    public void tell(final Level level, final String event, final Object... fields)
    {
        print(level, event, null, fields);
    }

    /**
     * Tells an event for which the text form has had a line of its own for longer than there are events.
     *
     * @param line   of the text form; perhaps several lines.
     * @param fields of the others, where the line is the message.
     */
    void tellLine(final Level level, final String event, final String line, final Object... fields)
    {
        print(level, event, line, fields);
    }

    private synchronized void print(final Level level, final String event, final String words, final Object... fields)
    {
        if (level.compareTo(least) >= 0)
        {
            final PrintStream stream = level == Level.INFO ? out : err;
            stream.println(form.line(clock.instant(), level, event, words, fields));
            stream.flush();
        }
    }
}
