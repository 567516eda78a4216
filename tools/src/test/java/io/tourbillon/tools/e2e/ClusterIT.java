package io.tourbillon.tools.e2e;

import io.tourbillon.codecs.DriverDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A cluster by its launcher: one command, a leader killed under a client, a member that cannot start, one signal for all. */
class ClusterIT
{
    private static final Path SCRIPT = Path.of("bin/tourbillon-cluster").toAbsolutePath();
    private static final Pattern MEMBER = Pattern.compile("member ([a-z])  clients (\\S+)  pid (\\d+)");
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(120);

    @TempDir
    private Path directory;

    @Test
    void shouldServeOnWhenItsLeaderIsKilledAndEndWithOneSignal() throws Exception
    {
        final int port = freePorts();
        final Process cluster = launch("--dir", directory.resolve("data").toString(), "--port", Integer.toString(port),
            "--client-url-port", Integer.toString(port + 3), "--", "--journal-segment-bytes", "8m");
        final List<ProcessHandle> members = new ArrayList<>();
        try
        {
            await("it serves", cluster, () -> out().contains("Ctrl-C stops it."));
            final Matcher matcher = MEMBER.matcher(out());
            final List<String> endpoints = new ArrayList<>();
            while (matcher.find())
            {
                endpoints.add(matcher.group(2));
                members.add(ProcessHandle.of(Long.parseLong(matcher.group(3))).orElseThrow());
            }
            assertEquals(3, members.size(), out());
            assertTrue(out().contains("  etcd http://127.0.0.1:" + (port + 23) + "\n"), out());
            assertTrue(out().contains("export TBCTL_ENDPOINTS=" + String.join(",", endpoints) + "\n"), out());
            final Ctl ctl = new Ctl(String.join(",", endpoints));
            assertTrue(ctl.ok("member", "list").contains(", " + endpoints.get(1) + ",http://127.0.0.1:" + (port + 13) + ", false"));
            assertEquals(3, new Ctl(endpoints.get(0)).ok("endpoint", "status", "--cluster").split("\n").length);
            ctl.ok("put", "k", "before");
            final int leader = leader(ctl.ok("endpoint", "status"));
            assertTrue(members.get(leader).destroyForcibly());
            await("the put after the kill", cluster, () -> "OK\n".equals(ctl.run("put", "k", "after")));
            for (int i = 0; i < 3; i++)
            {
                final Ctl survivor = new Ctl(endpoints.get(i));
                assertTrue(i == leader || survivor.ok("get", "k").equals("k\nafter\n"), endpoints.get(i));
            }
            await("it tells of the dead member", cluster, () -> err().contains("has ended, exit code 137"));
            await("what its media driver left is taken away", cluster,
                () -> !Files.exists(DriverDirectory.of(portOf(endpoints.get(leader)))));
            assertTrue(err().contains("'--data-dir' '" + directory.resolve("data").resolve(name(leader))), err());
            cluster.destroy();
            assertTrue(cluster.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, cluster.exitValue(), err());
            assertFalse(members.stream().anyMatch(ProcessHandle::isAlive));
            assertFalse(endpoints.stream().anyMatch((endpoint) -> Files.exists(DriverDirectory.of(portOf(endpoint)))));
        }
        finally
        {
            cluster.destroyForcibly();
            members.forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void shouldSayWhyAMemberCannotStartAndLeaveNone() throws Exception
    {
        final int port = freePorts();
        try (DatagramSocket taken = new DatagramSocket(port + 101, InetAddress.getLoopbackAddress()))
        {
            final Process cluster = launch(
                "--dir", directory.resolve("data").toString(), "--port", Integer.toString(port), "--client-url-port", "0");
            await("it ends", cluster, () -> !cluster.isAlive());
            assertEquals(1, cluster.exitValue(), err());
            assertTrue(err().contains("member b could not start"), err());
            assertTrue(err().contains("cannot listen on /127.0.0.1:" + taken.getLocalPort()), err());
            assertEquals(0, cluster.descendants().count());
        }
    }

    @Test
    void shouldRefuseWrongOptions() throws Exception
    {
        for (final List<String> words : List.of(
            List.of("--members", "8"), List.of("--port", "80"), List.of("--port"), List.of("--name", "x")))
        {
            final Process cluster = launch(words.toArray(new String[0]));
            await("it ends", cluster, () -> !cluster.isAlive());
            assertEquals(2, cluster.exitValue(), err());
            assertTrue(err().contains(words.get(0)), err());
        }
    }

    private static int portOf(final String endpoint)
    {
        return Integer.parseInt(endpoint.substring(endpoint.indexOf(':') + 1));
    }

    private static String name(final int member)
    {
        return String.valueOf((char)('a' + member));
    }

    private static int leader(final String status)
    {
        final String[] lines = status.split("\n");
        for (int i = 0; i < lines.length; i++)
        {
            if ("true".equals(lines[i].split(", ")[4]))
            {
                return i;
            }
        }
        throw new AssertionError("nobody leads: " + status);
    }

    private Process launch(final String... options) throws IOException
    {
        final List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(List.of(options));
        return new ProcessBuilder(command)
            .redirectOutput(directory.resolve("out").toFile())
            .redirectError(directory.resolve("err").toFile())
            .start();
    }

    private void await(final String what, final Process cluster, final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean())
        {
            assertTrue(System.nanoTime() - deadlineNs < 0, () -> "not in time: " + what + ": " + out() + err());
            assertTrue(cluster.isAlive() || condition.getAsBoolean(), () -> "ended before " + what + ": " + out() + err());
            LockSupport.parkNanos(10_000_000);
        }
    }

    private String out()
    {
        return read("out");
    }

    private String err()
    {
        return read("err");
    }

    private String read(final String file)
    {
        try
        {
            return Files.readString(directory.resolve(file));
        }
        catch (final IOException ex)
        {
            return ex.toString();
        }
    }

    /** Three in a row, for each of three members: 100 apart. */
    private static int freePorts()
    {
        int port = NodeProcess.freePorts();
        while (!areFree(port + 100) || !areFree(port + 200))
        {
            port = NodeProcess.freePorts();
        }
        return port;
    }

    private static boolean areFree(final int port)
    {
        return NodeProcess.isFree(port) && NodeProcess.isFree(port + 1) && NodeProcess.isFree(port + 2);
    }
}
