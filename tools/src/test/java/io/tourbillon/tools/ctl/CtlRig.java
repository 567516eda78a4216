package io.tourbillon.tools.ctl;

import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Real nodes in this process, and tbctl to speak to them with. */
final class CtlRig implements AutoCloseable
{
    private final List<Node> nodes = new ArrayList<>();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    /** All that were launched, also by others. */
    List<Node> nodes()
    {
        return nodes;
    }

    /** What tbctl has said on stderr so far. */
    String errors()
    {
        return errors.toString(UTF_8);
    }

    void forgetErrors()
    {
        errors.reset();
    }

    @Override
    public void close()
    {
        nodes.forEach(Node::close);
        nodes.forEach((node) -> assertEquals(null, node.fatalMessage()));
    }

    void put(final String endpoint, final String key, final String value, final String... flags)
    {
        final List<String> words = new ArrayList<>(List.of("put", key, value));
        words.addAll(List.of(flags));
        assertEquals("OK\n", run(0, endpoint, words.toArray(String[]::new)));
    }

    String run(final int exitCode, final String endpoint, final String... words)
    {
        final List<String> all = new ArrayList<>(List.of(words));
        if (!endpoint.isEmpty())
        {
            all.add("--endpoints=" + endpoint);
        }
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final int code = Tbctl.run(all.toArray(String[]::new), new ByteArrayInputStream(new byte[0]), new PrintStream(out, true, UTF_8),
            new PrintStream(errors, true, UTF_8));
        assertEquals(exitCode, code, () -> String.join(" ", words) + ": " + errors());
        return out.toString(UTF_8);
    }

    Node launch(final NodeConfig config)
    {
        final Node node = Node.launch(config);
        nodes.add(node);
        assertTrue(node.awaitReady(30_000), () -> "not ready: " + node.fatalMessage());
        return node;
    }

    static NodeConfig config(final String name, final Path data, final int port)
    {
        return new NodeConfig()
            .set(NodeOption.NAME, name)
            .set(NodeOption.DATA_DIR, data.toString())
            .set(NodeOption.LISTEN_CLIENT, endpoint(port))
            .set(NodeOption.LISTEN_PEER, endpoint(port + 1))
            .set(NodeOption.MODE, "folded")
            .set(NodeOption.SEGMENT_BYTES, "16m")
            .set(NodeOption.POOL_BYTES, "64m");
    }

    static String endpoint(final int port)
    {
        return "127.0.0.1:" + port;
    }

    /** With the two above it. */
    static int freePort() throws IOException
    {
        while (true)
        {
            try (DatagramSocket first = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                DatagramSocket second = new DatagramSocket(first.getLocalPort() + 1, InetAddress.getLoopbackAddress());
                DatagramSocket third = new DatagramSocket(first.getLocalPort() + 2, InetAddress.getLoopbackAddress()))
            {
                assert second.isBound() && third.isBound();
                return first.getLocalPort();
            }
            catch (final java.net.BindException | IllegalArgumentException ex)
            {
                continue; // another place
            }
        }
    }
}
