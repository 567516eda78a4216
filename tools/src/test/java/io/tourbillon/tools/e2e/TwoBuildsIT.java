package io.tourbillon.tools.e2e;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Members of an older build, as people have it, are upgraded to this one while a client writes. {@code -DoldBuild=DIR} names the folder of
 * the older one's sources, packaged there by {@code mvn -DskipTests package}; {@code UpgradeNodeTest} needs none.
 */
@EnabledIfSystemProperty(named = "oldBuild", matches = ".+", disabledReason = "-DoldBuild=DIR names no older build")
class TwoBuildsIT
{
    private static final int MEMBERS = 3;
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final Path NEW = Path.of("..").toAbsolutePath().normalize();

    @TempDir
    private Path directory;
    private final Path old = Path.of(System.getProperty("oldBuild", "."));
    private final int[] ports = new int[MEMBERS];
    private final NodeProcess[] nodes = new NodeProcess[MEMBERS];
    private final Set<String> acknowledged = Collections.synchronizedSet(new TreeSet<>());
    private final List<String> refused = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean isWriting = true;

    @AfterEach
    void close()
    {
        isWriting = false;
        for (final NodeProcess node : nodes)
        {
            if (node != null)
            {
                node.close();
            }
        }
    }

    private void launch(final int member, final Path build) throws IOException
    {
        final List<String> cluster = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++)
        {
            cluster.add("m" + i + "=127.0.0.1:" + (ports[i] + 1));
        }
        nodes[member] = NodeProcess.launchOf(build, Files.createDirectories(directory.resolve("m" + member)), ports[member],
            "--name", "m" + member, "--initial-cluster", String.join(",", cluster), "--initial-cluster-token", "two-builds",
            "--election-timeout", "500", "--heartbeat-interval", "50");
    }

    private void end(final int member) throws InterruptedException
    {
        nodes[member].terminate();
        assertEquals(0, nodes[member].awaitExit(30_000), nodes[member].stderr());
    }

    private Ctl all()
    {
        return new Ctl(List.of(nodes).stream().map(NodeProcess::endpoint).collect(Collectors.joining(",")));
    }

    private static void await(final String what, final BooleanSupplier condition)
    {
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean())
        {
            assertTrue(System.nanoTime() - startNs < DEADLINE_NS, () -> "not in time: " + what);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void write()
    {
        final Ctl ctl = all();
        for (int i = 0; isWriting; i++)
        {
            final String key = "load/" + i;
            ctl.run("--command-timeout", "20s", "put", key, "v");
            (ctl.exitCode() == 0 ? acknowledged : refused).add(ctl.exitCode() == 0 ? key : key + ": " + ctl.err());
        }
    }

    private String status(final int member)
    {
        return new Ctl(nodes[member].endpoint()).run("endpoint", "status", "-w", "json");
    }

    /** The hashes of the key space that the members tell, without those who tell. */
    private Set<String> hashes()
    {
        return all().run("endpoint", "hashkv").lines().map((line) -> line.substring(line.indexOf(',') + 1)).collect(Collectors.toSet());
    }

    @Test
    void shouldUpgradeMembersOneByOneUnderWritesAndRefuseTheOlderBuildFromThenOn() throws Exception
    {
        for (int i = 0; i < MEMBERS; i++)
        {
            ports[i] = freePorts(i);
        }
        for (int i = 0; i < MEMBERS; i++)
        {
            launch(i, old);
        }
        for (final NodeProcess node : nodes)
        {
            node.awaitReady();
        }
        final Thread writer = new Thread(this::write, "writer");
        writer.start();
        for (int i = 0; i < MEMBERS; i++)
        {
            assertTrue(status(i).contains("\"clusterVersion\":1,"), status(i));
            end(i);
            launch(i, NEW);
            nodes[i].awaitReady();
            final int writes = acknowledged.size();
            await("writes go on", () -> acknowledged.size() > writes + 3);
        }
        await("all have the new version", () -> status(0).contains("\"clusterVersion\":2,") &&
            status(1).contains("\"clusterVersion\":2,") && status(2).contains("\"clusterVersion\":2,"));
        isWriting = false;
        writer.join(TimeUnit.NANOSECONDS.toMillis(DEADLINE_NS));
        assertEquals(List.of(), refused.stream().filter((why) -> !why.contains("server stopped")).toList(), "but by a member that ends");
        final Set<String> there = all().ok("get", "load/", "--prefix", "--keys-only").lines().collect(Collectors.toSet());
        assertTrue(there.containsAll(acknowledged), "an acknowledged write is lost");
        await("they agree", () -> hashes().size() == 1);

        end(2);
        launch(2, old);
        assertNotEquals(0, nodes[2].awaitExit(NodeProcess.START_DEADLINE_MS));
        assertTrue(nodes[2].stderr().contains(", this version reads up to "), nodes[2].stderr());
        launch(2, NEW);
        nodes[2].awaitReady();
        await("they agree", () -> hashes().size() == 1);
    }

    /** Apart from those of the members before. */
    private int freePorts(final int count)
    {
        while (true)
        {
            final int port = NodeProcess.freePorts();
            boolean isApart = true;
            for (int i = 0; i < count; i++)
            {
                isApart &= Math.abs(ports[i] - port) > 3;
            }
            if (isApart)
            {
                return port;
            }
        }
    }
}
