package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.SecretFile;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three whole nodes with their drivers, disks and sockets, and clients of each: what tests of clusters share. */
abstract class ThreeNodes
{
    static final int MEMBERS = 3;

    @TempDir
    Path directory;
    final NodeConfig[] configs = new NodeConfig[MEMBERS];
    final Node[] nodes = new Node[MEMBERS];
    private final List<AutoCloseable> clients = new ArrayList<>();

    /** What a test's nodes have that others have not. */
    void configure(final NodeConfig config) throws Exception
    {
        assert config != null;
    }

    /** A cluster key of this letter, in a file that nobody else reads. */
    Path keyFile(final String name, final char secret) throws Exception
    {
        final Path file = Files.writeString(directory.resolve(name), String.valueOf(secret).repeat(SecretFile.LENGTH_MIN));
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @BeforeEach
    void launch() throws Exception
    {
        final List<String> members = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++)
        {
            configs[i] = TestConfig.in(directory)
                .set(NodeOption.NAME, "m" + i)
                .set(NodeOption.DATA_DIR, directory.resolve("m" + i).toString())
                .set(NodeOption.ELECTION_TIMEOUT, "500")
                .set(NodeOption.HEARTBEAT_INTERVAL, "50");
            configure(configs[i]);
            members.add("m" + i + "=" + configs[i].text(NodeOption.LISTEN_PEER));
        }
        for (int i = 0; i < MEMBERS; i++)
        {
            configs[i].set(NodeOption.INITIAL_CLUSTER, String.join(",", members)).set(NodeOption.INITIAL_CLUSTER_TOKEN, "test");
            nodes[i] = Node.launch(configs[i]);
        }
        for (final Node node : nodes)
        {
            assertTrue(node.awaitReady(20_000), () -> "not ready: " + node.fatalMessage());
        }
    }

    @AfterEach
    void close() throws Exception
    {
        for (final AutoCloseable client : clients)
        {
            client.close();
        }
        for (final Node node : nodes)
        {
            node.close();
            assertEquals(null, node.fatalMessage());
        }
    }

    TourbillonAsyncClient connect(final int member)
    {
        final TourbillonAsyncClient client = Clients.connect(configs[member], MediaKind.UDP);
        clients.add(client);
        return client;
    }

    int leader()
    {
        Await.until("a leader is known to all", () -> Arrays.stream(nodes).allMatch((node) -> leaderOf(node) == leaderOf(nodes[0]) &&
            leaderOf(node) != 0));
        for (int i = 0; i < MEMBERS; i++)
        {
            if (nodes[i].memberId() == leaderOf(nodes[0]))
            {
                return i;
            }
        }
        throw new AssertionError("no member has the id " + leaderOf(nodes[0]));
    }

    static long leaderOf(final Node node)
    {
        return node.pipelineCounters().leaderId.getAcquire();
    }
}
