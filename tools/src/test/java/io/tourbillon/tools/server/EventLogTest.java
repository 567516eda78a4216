package io.tourbillon.tools.server;

import io.tourbillon.tools.server.EventLog.Level;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** The form of the log's lines, and where they go. */
class EventLogTest
{
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private EventLog log(final boolean isJson)
    {
        return new EventLog(isJson, new PrintStream(out, false, UTF_8), new PrintStream(err, false, UTF_8),
            Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.ofHours(5)));
    }

    private void assertLines(final String expectedOut, final String expectedErr)
    {
        assertEquals(expectedOut, out.toString(UTF_8));
        assertEquals(expectedErr, err.toString(UTF_8));
    }

    @Test
    void shouldTellPeopleByNamesAndValues()
    {
        log(false).tell(Level.INFO, "follows", "leader", "b", "term", 7L, "is_new", true, "none", null);
        assertLines("2026-01-02T03:04:05.000Z info follows leader=b term=7 is_new=true none=null\n", "");
    }

    @Test
    void shouldTellMachinesAnObjectALine()
    {
        log(true).tell(Level.INFO, "follows", "leader", "b", "term", 7L, "is_new", true);
        assertLines(
            "{\"ts\":\"2026-01-02T03:04:05.000Z\",\"level\":\"info\",\"event\":\"follows\",\"leader\":\"b\",\"term\":7,\"is_new\":true}\n",
            "");
    }

    /** A member's name, or a path, must not make a second line or a second field of one. */
    @Test
    void shouldKeepEachValueWithinItsLineAndField()
    {
        final String hostile = "b\n2026-01-02T03:04:05.000Z info became-leader\" term=9\u001b[2J";
        log(false).tell(Level.INFO, "follows", "leader", hostile, "empty", "");
        log(true).tell(Level.INFO, "follows", "leader", hostile);
        final String quoted = "\"b\\u000a2026-01-02T03:04:05.000Z info became-leader\\\" term=9\\u001b[2J\"";
        assertLines("2026-01-02T03:04:05.000Z info follows leader=" + quoted + " empty=\"\"\n" +
            "{\"ts\":\"2026-01-02T03:04:05.000Z\",\"level\":\"info\",\"event\":\"follows\",\"leader\":" + quoted + "}\n", "");
    }

    @Test
    void shouldTellOnStderrWhatSomebodyShouldLookAt()
    {
        log(false).tell(Level.WARN, "disk-full");
        log(true).tell(Level.ERROR, "fatal");
        assertLines("", "2026-01-02T03:04:05.000Z warn disk-full\n" +
            "{\"ts\":\"2026-01-02T03:04:05.000Z\",\"level\":\"error\",\"event\":\"fatal\"}\n");
    }

    /** Scripts wait for some lines of the text form: they stand there as ever, and are the message in JSON. */
    @Test
    void shouldLeaveLinesAsTheyAreThatScriptsKnow()
    {
        log(false).tellLine(Level.INFO, "ready", "tourbillon 1 ready to serve", "member", "a1");
        log(true).tellLine(Level.INFO, "ready", "tourbillon 1 ready to serve", "member", "a1");
        assertLines("tourbillon 1 ready to serve\n{\"ts\":\"2026-01-02T03:04:05.000Z\",\"level\":\"info\",\"event\":\"ready\"," +
            "\"message\":\"tourbillon 1 ready to serve\",\"member\":\"a1\"}\n", "");
    }
}
