package io.tourbillon.transport.aeron;

import java.nio.file.Path;

/** Settings for nodes of tests: own ports, small files. */
public final class TestConfig
{
    private TestConfig()
    {
    }

    /**
     * @param directory of the test.
     * @return options of a small node on free ports.
     */
    public static NodeConfig in(final Path directory)
    {
        final int port = Ports.free();
        return new NodeConfig()
            .set(NodeOption.DATA_DIR, directory.resolve("data").toString())
            .set(NodeOption.LISTEN_CLIENT, "127.0.0.1:" + port)
            .set(NodeOption.LISTEN_PEER, "127.0.0.1:" + (port + 1))
            .set(NodeOption.MODE, "folded")
            .set(NodeOption.SEGMENT_BYTES, "16m")
            .set(NodeOption.POOL_BYTES, "64m");
    }
}
