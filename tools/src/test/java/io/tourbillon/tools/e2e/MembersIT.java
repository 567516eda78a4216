package io.tourbillon.tools.e2e;

import io.tourbillon.tools.ctl.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Members by tbctl, as processes of their own: the new one is started by the line that was printed. */
@Timeout(240)
class MembersIT
{
    private static final String[] FAST =
        {"--election-timeout", "500", "--heartbeat-interval", "50", "--strict-reconfig-check", "false"};

    @TempDir
    private static Path directory;

    private static String idOf(final Ctl ctl, final String name)
    {
        return Arrays.stream(ctl.ok("member", "list").split("\n")).filter((line) -> line.contains(", " + name + ", "))
            .map((line) -> line.substring(0, line.indexOf(','))).findFirst().orElse("");
    }

    @Test
    void shouldAddPromoteMoveAndRemove() throws Exception
    {
        final int ports = NodeProcess.freePorts();
        final int secondPorts = NodeProcess.freePorts();
        final Path firstDirectory = Files.createDirectory(directory.resolve("first"));
        final Path secondDirectory = Files.createDirectory(directory.resolve("second"));
        try (NodeProcess first = NodeProcess.start(firstDirectory, ports, FAST))
        {
            final Ctl ctl = new Ctl(first.endpoint());
            ctl.ok("put", "k", "v");
            final String peer = "127.0.0.1:" + (secondPorts + 1);
            final String added = ctl.ok("member", "add", "second", "--learner", "--peer-urls=http://" + peer);
            assertTrue(added.matches("(?s)Member [0-9a-f ]{16} added to cluster [0-9a-f ]{16}\n\nStart it with:\n.*"), added);
            assertTrue(ctl.ok("member", "list").contains(", unstarted, , " + peer + ", , true\n"), ctl.ok("member", "list"));
            final String line = added.substring(added.indexOf("tourbillon ") + "tourbillon ".length()).trim();
            final String[] options = Arrays.stream((line + ' ' + String.join(" ", FAST)).split(" "))
                .filter((option) -> !option.startsWith("--listen-peer")).toArray(String[]::new);
            try (NodeProcess second = NodeProcess.start(secondDirectory, secondPorts, options))
            {
                final Ctl both = new Ctl(first.endpoint() + "," + second.endpoint());
                final String id = idOf(ctl, "second");
                final Ctl learner = new Ctl(second.endpoint());
                assertEquals("Error: etcdserver: rpc not supported for learner\n", learner.fails(ExitCode.ERROR, "get", "k"));
                assertEquals("k\nv\n", learner.ok("get", "k", "--consistency=s"));
                assertTrue(ctl.ok("member", "promote", id).contains(" promoted in cluster "));
                assertEquals("Leadership transferred from " + idOf(ctl, "default") + " to " + id + "\n", both.ok("move-leader", id));
                assertTrue(new Ctl(second.endpoint()).ok("endpoint", "status").contains(", true, false, "));
                assertTrue(both.ok("member", "list", "-w", "json").contains("\"name\":\"second\""));
                assertEquals("Error: etcdserver: member not found\n", ctl.fails(ExitCode.ERROR, "member", "remove", "123"));
                assertTrue(ctl.ok("member", "remove", id).contains(" removed from cluster "));
                assertEquals(1, second.awaitExit(20_000));
                assertTrue(second.stderr().contains("the member has been permanently removed from the cluster"), second.stderr());
            }
            while (!ctl.ok("endpoint", "status").contains(", true, false, "))
            {
                Thread.onSpinWait(); // it refuses writes until it has found out that it has to lead; the time-out of the test is the bound
            }
            assertEquals("OK\n", ctl.ok("put", "k", "w"));
        }
    }
}
