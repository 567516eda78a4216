package io.tourbillon.tools.server;

import io.tourbillon.tools.server.EventLog.Level;

import java.time.Instant;

/** How an event reads. Whatever a value holds, it stays within its line. */
public interface LogForm
{
    /**
     * Makes a line, or several where one event is more than one to whoever reads. Any thread; allocates.
     *
     * @param at     when it was.
     * @param level  how bad it is.
     * @param event  its name.
     * @param words  people's words for it; null: there are none but the name.
     * @param fields names, each with its value behind it: a text, a long or a boolean.
     * @return without the last line end.
     */
    String line(Instant at, Level level, String event, String words, Object... fields);
}
