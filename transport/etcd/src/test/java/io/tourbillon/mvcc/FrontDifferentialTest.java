package io.tourbillon.mvcc;

import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.TestConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What {@link DifferentialTest} asks of the state machine, asked of a whole node through its front: the same client asks it and a real etcd
 * by gRPC, and answers, errors with code and text, headers' revisions and streams of events must be the same. A fresh seed each time;
 * {@code -Dseed=N} runs that one.
 */
class FrontDifferentialTest
{
    private static final int STEP_COUNT = 6_000;
    private static final String COMMAND =
        "mvn -q -B -pl transport/etcd -am test -Dtest=FrontDifferentialTest -Dsurefire.failIfNoSpecifiedTests=false";

    @TempDir
    Path directory;
    private final AtomicInteger nodeCount = new AtomicInteger();

    @Test
    void shouldAnswerAsARealEtcdDoesThroughAFront()
    {
        assumeTrue(EtcdProcess.isInstalled(), "no etcd here to compare with (Debian: apt-get install etcd-server)");
        final Long asked = Long.getLong("seed");
        final long seed = asked != null ? asked : System.nanoTime();
        System.out.println("differential test of a front: " + STEP_COUNT + " steps, seed " + seed);
        System.out.println(new DifferentialRun((random) -> new FrontMember(config()), ClientSteps::of, COMMAND).run(seed, STEP_COUNT));
    }

    /** Each sequence that is tried has a node of its own. */
    private NodeConfig config()
    {
        return TestConfig.in(directory.resolve("front-" + nodeCount.incrementAndGet()));
    }
}
