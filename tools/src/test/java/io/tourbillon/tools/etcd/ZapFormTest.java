package io.tourbillon.tools.etcd;

import io.tourbillon.tools.server.EventLog;
import io.tourbillon.tools.server.EventLog.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** The log in etcd's form, how much of it is told, and where. */
class ZapFormTest
{
    private static final String TS = "2026-01-02T03:04:05.000600Z";

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(told, false, UTF_8);

    @TempDir
    private Path directory;

    private EventLog log(final boolean isConsole, final Level least)
    {
        return new EventLog(
            new ZapForm(isConsole), least, stream, stream, Clock.fixed(Instant.parse("2026-01-02T03:04:05.0006Z"), ZoneOffset.UTC));
    }

    private List<String> lines()
    {
        return told.toString(UTF_8).lines().toList();
    }

    @Test
    void shouldTellAnObjectALineWithTheNamesOfZap()
    {
        log(false, Level.INFO).tell(Level.INFO, "became-leader", "term", 7L, "is_new", true, "member", "a\nb");
        log(false, Level.INFO).tell(Level.ERROR, "fatal", "message", "why");
        assertEquals(List.of(
            "{\"level\":\"info\",\"ts\":\"" + TS + "\",\"caller\":\"tourbillon/became-leader\",\"msg\":\"became leader\"," +
                "\"term\":7,\"is-new\":true,\"local-member-id\":\"a\\u000ab\"}",
            "{\"level\":\"fatal\",\"ts\":\"" + TS + "\",\"caller\":\"tourbillon/fatal\",\"msg\":\"why\"}"), lines());
    }

    @Test
    void shouldSayWhatScriptsWaitForWhenItServes()
    {
        log(true, Level.INFO).tell(Level.INFO, "ready", "name", "n");
        assertEquals(List.of(
            TS + "\tinfo\ttourbillon/ready\tenabled capabilities for version\t{\"cluster-version\":\"3.6\"}",
            TS + "\tinfo\ttourbillon/ready\tpublished local member to cluster through raft\t{\"name\":\"n\"}",
            TS + "\tinfo\ttourbillon/ready\tready to serve client requests"), lines());
    }

    @Test
    void shouldLeaveOutWhatIsNotBadEnough()
    {
        log(true, Level.WARN).tell(Level.INFO, "follows");
        log(true, Level.WARN).tell(Level.WARN, "no-leader");
        log(true, Level.ERROR).tell(Level.WARN, "no-leader");
        assertEquals(List.of(TS + "\twarn\ttourbillon/no-leader\tno leader"), lines());
    }

    @Test
    void shouldAppendToEachOutputOnce() throws IOException
    {
        final Path file = Files.writeString(directory.resolve("log"), "before\n");
        try (PrintStream both = LogOutputs.open("default,stderr," + file, System.out, stream))
        {
            both.println("line");
        }
        assertEquals(List.of("line"), lines());
        assertEquals(List.of("before", "line"), Files.readAllLines(file));
    }
}
