package io.tourbillon.transport.aeron;

import io.tourbillon.journal.Forcer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertTrue;

class SlowStartTest
{
    private static final long DRIVER_TIMEOUT_MS = 2000;

    @TempDir
    Path directory;

    /** A full or busy disk, a long journal: the media driver, started beside it, must not be given up meanwhile. */
    @Test
    void shouldStartThoughTheDiskTakesLongerThanADriverMayBeSilent()
    {
        final AtomicBoolean wasSlow = new AtomicBoolean();
        final Forcer forcer = (channel) ->
        {
            if (wasSlow.compareAndSet(false, true))
            {
                final long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2 * DRIVER_TIMEOUT_MS);
                while (System.nanoTime() - endNs < 0)
                {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
                }
            }
            channel.force(false);
        };
        final NodeConfig config = TestConfig.in(directory)
            .set(NodeOption.DRIVER_TIMEOUT_MS, Long.toString(DRIVER_TIMEOUT_MS))
            .forcer(forcer);
        try (Node node = Node.launch(config))
        {
            assertTrue(wasSlow.get(), "nothing was forced before the start");
            assertTrue(node.awaitReady(20_000), () -> "not ready: " + node.fatalMessage());
        }
    }
}
