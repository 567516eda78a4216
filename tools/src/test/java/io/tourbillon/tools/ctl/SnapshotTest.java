package io.tourbillon.tools.ctl;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.client.ErrorReplyDecoder;
import io.tourbillon.codecs.client.MaintenanceOperation;
import io.tourbillon.codecs.client.MaintenanceReplyDecoder;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ClientContext;
import io.tourbillon.transport.client.ClientSession;
import io.tourbillon.transport.client.ReplyListener;
import io.tourbillon.transport.client.TourbillonClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Snapshots by tbctl, from and into real nodes. */
@Timeout(120)
class SnapshotTest
{
    private static final int SUM_LENGTH = 32;
    private static final int VALUES = 40;

    @TempDir
    Path directory;
    private final CtlRig rig = new CtlRig();
    private String leaseId;

    @AfterEach
    void close()
    {
        rig.close();
    }

    @Test
    void shouldRestoreWhatWasSavedIntoOneMember() throws Exception
    {
        final String endpoint = launchAndFill();
        final Path file = save(endpoint);
        assertFalse(Files.exists(directory.resolve("source/store.saving")));
        assertFalse(Files.exists(directory.resolve("backup.part")));
        assertEquals("", rig.run(0, endpoint, "get", "late"));
        rig.put(endpoint, "late", "1");
        final Path data = directory.resolve("restored");
        rig.run(0, "", "snapshot", "restore", file.toString(), "--data-dir", data.toString());
        assertTrue(rig.run(1, "", "snapshot", "restore", file.toString(), "--data-dir", data.toString()).isEmpty());
        assertTrue(rig.errors().contains("is not empty"), rig.errors());
        final int port = CtlRig.freePort();
        for (int start = 0; start < 2; start++)
        {
            final Node node = rig.launch(CtlRig.config("default", data, port));
            final String restored = CtlRig.endpoint(port);
            assertEquals("k7\n" + "7".repeat(50_000) + "\n", rig.run(0, restored, "get", "k7"));
            assertEquals("", rig.run(0, restored, "get", "late"));
            assertTrue(rig.run(0, restored, "lease", "list").contains(leaseId));
            final long revision = VALUES + 3 + start;
            assertEquals(revision, revisionOf(rig.run(0, restored, "put", "other", "v", "-w", "json")));
            assertEquals("k7\n" + "7".repeat(50_000) + "\n", rig.run(0, restored, "get", "k7", "--rev", Integer.toString(VALUES)));
            node.close();
        }
    }

    @Test
    void shouldRestoreIntoThreeMembersThatAgree() throws Exception
    {
        final String source = launchAndFill();
        final Path file = save(source);
        final List<NodeConfig> configs = new ArrayList<>();
        final List<String> members = new ArrayList<>();
        for (int i = 0; i < 3; i++)
        {
            final int port = CtlRig.freePort();
            configs.add(CtlRig.config("m" + i, directory.resolve("m" + i), port));
            members.add("m" + i + "=127.0.0.1:" + (port + 1));
        }
        for (final NodeConfig config : configs)
        {
            config.set(NodeOption.INITIAL_CLUSTER, String.join(",", members));
            rig.run(0, "", "snapshot", "restore", file.toString(), "--data-dir", config.text(NodeOption.DATA_DIR), "--name",
                config.text(NodeOption.NAME), "--initial-cluster", String.join(",", members),
                "--bump-revision", "1000", "--mark-compacted");
        }
        configs.forEach((config) -> rig.nodes().add(Node.launch(config)));
        rig.nodes().forEach((node) -> assertTrue(node.awaitReady(30_000), () -> "not ready: " + node.fatalMessage()));
        for (int i = 0; i < 3; i++)
        {
            rig.put(configs.get(i).text(NodeOption.LISTEN_CLIENT), "from" + i, "v" + i);
        }
        for (final NodeConfig config : configs)
        {
            final String endpoint = config.text(NodeOption.LISTEN_CLIENT);
            assertEquals("from0\nv0\nfrom1\nv1\nfrom2\nv2\n", rig.run(0, endpoint, "get", "from", "--prefix"));
            final String answer = rig.run(0, endpoint, "get", "k7", "-w", "json");
            assertEquals(VALUES + 2 + 1000 + 3, revisionOf(answer));
            assertTrue(answer.contains("\"mod_revision\":9,"), answer.substring(0, 200));
            rig.run(1, endpoint, "get", "k7", "--rev", Integer.toString(VALUES));
            assertTrue(rig.errors().contains("required revision has been compacted"), rig.errors());
            rig.run(ExitCode.INTERRUPTED, endpoint, "watch", "k7", "--rev", Integer.toString(VALUES));
            assertEquals(3, rig.run(0, endpoint, "member", "list").lines().count());
        }
        final String one = configs.get(0).text(NodeOption.LISTEN_CLIENT);
        final String[] hashes =
            rig.run(0, one, "endpoint", "hashkv", "--cluster", "--rev", Integer.toString(VALUES + 1005)).split("[\n,] ?");
        assertEquals(6, hashes.length, () -> String.join("|", hashes));
        assertTrue(hashes[1].equals(hashes[3]) && hashes[1].equals(hashes[5]), () -> String.join("|", hashes));
        assertEquals(3, rig.run(0, one, "endpoint", "status", "--cluster").lines().count());
        assertEquals(3, Pattern.compile("\"health\":true,\"took\":").matcher(
            rig.run(0, one, "endpoint", "health", "--cluster", "--json")).results().count());
        assertEquals(file, save(configs.get(1).text(NodeOption.LISTEN_CLIENT)));
        assertTrue(rig.run(0, "", "snapshot", "status", file.toString(), "-w", "json").contains("\"revision\":" + (VALUES + 1005)));
    }

    @Test
    void shouldSendTheStateToWhoJoinsARestoredMember() throws Exception
    {
        final Path file = save(launchAndFill());
        final Path data = directory.resolve("restored");
        rig.run(0, "", "snapshot", "restore", file.toString(), "--data-dir", data.toString());
        final int port = CtlRig.freePort();
        rig.launch(CtlRig.config("default", data, port));
        final int joiningPort = CtlRig.freePort();
        final String added =
            rig.run(0, CtlRig.endpoint(port), "member", "add", "second", "--peer-urls=" + CtlRig.endpoint(joiningPort + 1));
        final Matcher ids = Pattern.compile("--cluster-id=(\\S+) --member-id=(\\S+)").matcher(added);
        assertTrue(ids.find(), added);
        rig.launch(CtlRig.config("second", directory.resolve("second"), joiningPort)
            .set(NodeOption.INITIAL_CLUSTER_STATE, "existing")
            .set(NodeOption.CLUSTER_ID, ids.group(1))
            .set(NodeOption.MEMBER_ID, ids.group(2)));
        assertEquals("k7\n" + "7".repeat(50_000) + "\n", rig.run(0, CtlRig.endpoint(joiningPort), "get", "k7", "--consistency=s"));
        rig.put(CtlRig.endpoint(joiningPort), "late", "v");
        assertEquals("late\nv\n", rig.run(0, CtlRig.endpoint(port), "get", "late"));
    }

    @Test
    void shouldSaveOneAtATimeAndEndWithTheSession() throws Exception
    {
        final int port = CtlRig.freePort();
        final Node node = rig.launch(CtlRig.config("source", directory.resolve("source"), port));
        for (int i = 0; i < 12; i++)
        {
            rig.put(CtlRig.endpoint(port), "k" + i, "x".repeat(1_000_000)); // more than queue and stream hold
        }
        final List<Integer> parts = new ArrayList<>();
        try (TourbillonClient client = TourbillonClient.launch(new ClientContext().clientName("slow")))
        {
            final ClientConnection connection = client.connect(CtlRig.endpoint(port), (ignore, from, to, reason) -> { });
            final ClientSession session = connection.openSession(new ReplyListener()
            {
                @Override
                public void onMaintenanceReply(final ClientSession of, final long correlationId, final MaintenanceReplyDecoder reply)
                {
                    parts.add(reply.flags().last() ? 1 : 0);
                }

                @Override
                public void onError(final ClientSession of, final long correlationId, final ErrorReplyDecoder error)
                {
                    parts.add(1);
                }

                @Override
                public void onUnknownOutcome(final ClientSession of, final long correlationId)
                {
                    parts.add(1);
                }

                @Override
                public void onTimeout(final ClientSession of, final long correlationId)
                {
                    parts.add(1);
                }
            });
            await(() -> client.poll() >= 0 && session.maintenance(MaintenanceOperation.SNAPSHOT, 0, AlarmType.NONE) > 0);
            await(() -> client.poll() >= 0 && !parts.isEmpty());
            rig.run(ExitCode.ERROR, CtlRig.endpoint(port), "snapshot", "save", directory.resolve("other").toString());
            assertTrue(rig.errors().contains("another snapshot is being saved"), rig.errors());
            assertFalse(parts.contains(1), "the first had ended");
        }
        final String[] save = {"snapshot", "save", directory.resolve("other").toString(), "--endpoints=" + CtlRig.endpoint(port)};
        await(() -> Tbctl.run(save, System.in,
            new PrintStream(new ByteArrayOutputStream()), new PrintStream(new ByteArrayOutputStream())) == 0);
        assertTrue(rig.run(0, "", "snapshot", "status", directory.resolve("other").toString()).contains(", 13, 12, "));
        node.close();
        assertTrue(Thread.getAllStackTraces().keySet().stream().noneMatch((thread) -> thread.getName().equals("tourbillon-snapshot")));
        try (Stream<Path> left = Files.list(directory.resolve("source")))
        {
            assertEquals(List.of(), left.filter((path) -> path.toString().contains("saving")).toList());
        }
    }

    private static void await(final BooleanSupplier condition)
    {
        final long startNs = System.nanoTime();
        while (!condition.getAsBoolean())
        {
            assertTrue(System.nanoTime() - startNs < 30_000_000_000L, "it does not come");
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void shouldTellASoundFileFromOthers() throws Exception
    {
        final Path file = save(launchAndFill());
        final byte[] whole = Files.readAllBytes(file);
        final String status = rig.run(0, "", "snapshot", "status", file.toString(), "-w", "json");
        assertTrue(status.endsWith(",\"revision\":" + (VALUES + 2) + ",\"totalKey\":" + (VALUES + 1) + ",\"totalSize\":" +
            (whole.length - SUM_LENGTH) + "}\n"), status);
        assertEquals(5, rig.run(0, "", "snapshot", "status", file.toString(), "-w", "table").lines().count());
        assertEquals("cut short", refusal(file, Arrays.copyOf(whole, whole.length - 1), "cut short"));
        assertEquals("SHA-256", refusal(file, Arrays.copyOf(whole, whole.length - 4096), "SHA-256"));
        whole[whole.length / 2] ^= 1;
        assertEquals("SHA-256", refusal(file, whole, "SHA-256"));
        assertEquals("SHA-256", refusal(file, new byte[3 * 4096 + SUM_LENGTH], "SHA-256"));
        assertEquals("cut short", refusal(file, new byte[0], "cut short"));
        final Path data = directory.resolve("d");
        rig.run(1, "", "snapshot", "restore", file.toString(), "--data-dir", data.toString(), "--skip-hash-check");
        assertFalse(Files.exists(data), "made of what holds no state");
    }

    private String refusal(final Path file, final byte[] bytes, final String reason) throws IOException
    {
        Files.write(file, bytes);
        rig.forgetErrors();
        rig.run(1, "", "snapshot", "status", file.toString());
        rig.run(1, "", "snapshot", "restore", file.toString(), "--data-dir", directory.resolve("d").toString());
        assertFalse(Files.exists(directory.resolve("d")));
        final List<String> told = rig.errors().lines().toList();
        assertEquals(2, told.stream().filter((line) -> line.contains(reason)).count(), told.toString());
        return reason;
    }

    /** A lone node with keys k0 to k39 of revisions 2 to 41, one with a lease behind it, and nothing more. */
    private String launchAndFill() throws IOException
    {
        final int port = CtlRig.freePort();
        rig.launch(CtlRig.config("source", directory.resolve("source"), port));
        final String endpoint = CtlRig.endpoint(port);
        for (int i = 0; i < VALUES; i++)
        {
            rig.put(endpoint, "k" + i, Integer.toString(i).repeat(i < 10 ? 50_000 : 10));
        }
        final String granted = rig.run(0, endpoint, "lease", "grant", "600");
        leaseId = granted.split(" ")[1];
        rig.put(endpoint, "leased", "v", "--lease=" + leaseId);
        return endpoint;
    }

    private Path save(final String endpoint)
    {
        final Path file = directory.resolve("backup");
        assertEquals("Snapshot saved at " + file + "\n", rig.run(0, endpoint, "snapshot", "save", file.toString()));
        return file;
    }

    private static long revisionOf(final String json)
    {
        final String head = json.substring(json.indexOf("\"revision\":") + 11);
        return Long.parseLong(head.substring(0, head.indexOf(',')));
    }
}
