package io.tourbillon.mvcc;

import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.TestConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What {@link DifferentialTest} asks of the state machine, asked of a whole node: client, media driver, journal, checkpoints, restarts. A
 * fresh seed each time; {@code -Dseed=N} runs that one.
 */
class NodeDifferentialTest
{
    private static final int STEP_COUNT = 10_000;
    private static final String COMMAND =
        "mvn -q -B -pl transport/aeron -am test -Dtest=NodeDifferentialTest -Dsurefire.failIfNoSpecifiedTests=false";

    @TempDir
    Path directory;
    private final AtomicInteger nodeCount = new AtomicInteger();

    @Test
    void shouldAnswerAsARealEtcdDoesThroughAWholeNode()
    {
        assumeTrue(EtcdProcess.isInstalled(), "no etcd here to compare with (Debian: apt-get install etcd-server)");
        final Long asked = Long.getLong("seed");
        final long seed = asked != null ? asked : System.nanoTime();
        System.out.println("differential test of a node: " + STEP_COUNT + " steps, seed " + seed);
        System.out.println(new DifferentialRun((random) -> new NodeMember(config()), ClientSteps::of, COMMAND).run(seed, STEP_COUNT));
    }

    /** Each sequence that is tried has a node of its own. */
    private NodeConfig config()
    {
        return TestConfig.in(directory.resolve("node-" + nodeCount.incrementAndGet()));
    }
}
