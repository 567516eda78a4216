package io.tourbillon.tools.server;

import io.tourbillon.tools.server.EventLog.Level;
import io.tourbillon.transport.http.Json;

import java.time.Instant;

/** For machines: an object of JSON a line, with time, level, event, and the fields; words are its message. */
final class ObjectForm implements LogForm
{
    @Override
    public String line(final Instant at, final Level level, final String event, final String words, final Object... fields)
    {
        final Json json = new Json().open('{')
            .put("ts", TextForm.RFC_3339.format(at))
            .put("level", TextForm.nameOf(level))
            .put("event", event);
        if (words != null)
        {
            json.put("message", words);
        }
        putAll(json, fields);
        return json.close('}').toString();
    }

    private static void putAll(final Json json, final Object... fields)
    {
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
    }
}
