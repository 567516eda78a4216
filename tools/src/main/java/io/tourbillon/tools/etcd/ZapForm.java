package io.tourbillon.tools.etcd;

import io.tourbillon.tools.server.EventLog.Level;
import io.tourbillon.tools.server.LogForm;
import io.tourbillon.transport.http.Json;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The log as etcd writes it, with zap: an object a line, or for people the same words between tabs. Where scripts wait for a line of
 * etcd's, the words are etcd's; the caller is the event's name here.
 */
final class ZapForm implements LogForm
{
    private static final DateTimeFormatter MICROS =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String MESSAGE = "message";

    private final boolean isConsole;

    ZapForm(final boolean isConsole)
    {
        this.isConsole = isConsole;
    }

    @Override
    public String line(final Instant at, final Level level, final String event, final String words, final Object... fields)
    {
        if (event.equals("ready"))
        {
            // One moment here, three lines of etcd's: the member has announced itself, so the version is agreed on, and it serves.
            return told(at, level, event, "enabled capabilities for version", new Object[]{"cluster-version", clusterVersion()}) + '\n' +
                told(at, level, event, "published local member to cluster through raft", fields) + '\n' +
                told(at, level, event, "ready to serve client requests", new Object[0]);
        }
        return told(at, level, event, wordsOf(event, words, fields), fields);
    }

    private static String clusterVersion()
    {
        return Etcd.VERSION.substring(0, Etcd.VERSION.lastIndexOf('.'));
    }

    private static String wordsOf(final String event, final String words, final Object... fields)
    {
        if (words != null)
        {
            return words;
        }
        for (int i = 0; i < fields.length; i += 2)
        {
            if (MESSAGE.equals(fields[i]))
            {
                return String.valueOf(fields[i + 1]);
            }
        }
        return switch (event)
        {
            case "starting" -> "starting an etcd server";
            case "stopping" -> "received signal; shutting down";
            case "stopped" -> "closed etcd server";
            default -> event.replace('-', ' ');
        };
    }

    private String told(final Instant at, final Level level, final String event, final String words, final Object[] fields)
    {
        final String ts = MICROS.format(at);
        final String caller = "tourbillon/" + event;
        final boolean isFatal = event.equals("fatal") || event.equals("wrong-options");
        final String levelName = isFatal ? "fatal" : level.name().toLowerCase(Locale.ROOT);
        if (!isConsole)
        {
            final Json json = new Json().open('{').put("level", levelName).put("ts", ts).put("caller", caller).put("msg", words);
            return putAll(json, event, fields).close('}').toString();
        }
        final String quoted = Json.quoted(words);
        final String told = putAll(new Json().open('{'), event, fields).close('}').toString();
        return ts + '\t' + levelName + '\t' + caller + '\t' + quoted.substring(1, quoted.length() - 1).replace("\\\"", "\"") +
            (told.equals("{}") ? "" : '\t' + told);
    }

    private static Json putAll(final Json json, final String event, final Object[] fields)
    {
        if (event.equals("starting"))
        {
            json.put("etcd-version", Etcd.VERSION);
        }
        for (int i = 0; i < fields.length; i += 2)
        {
            if (MESSAGE.equals(fields[i]))
            {
                continue;
            }
            json.name(nameOf((String)fields[i]));
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
        return json;
    }

    private static String nameOf(final String field)
    {
        return switch (field)
        {
            case "member" -> "local-member-id";
            case "cluster" -> "cluster-id";
            case "data" -> "data-dir";
            default -> field.replace('_', '-');
        };
    }
}
