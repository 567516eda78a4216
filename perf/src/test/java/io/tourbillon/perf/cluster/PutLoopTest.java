package io.tourbillon.perf.cluster;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the measurement of a failover must catch, on a model of a member. */
@Timeout(20)
class PutLoopTest
{
    private static final class ModelMember implements MemberProbe
    {
        private volatile boolean isDown;
        private volatile String value;
        private volatile long revision;

        @Override
        public long put(final String key, final String newValue)
        {
            if (isDown)
            {
                throw new IllegalStateException("down");
            }
            value = newValue;
            return ++revision;
        }

        @Override
        public String get(final String key)
        {
            return value;
        }

        @Override
        public boolean isLeader()
        {
            return true;
        }

        @Override
        public void close()
        {
            isDown = true;
        }
    }

    private final ModelMember member = new ModelMember();

    @Test
    void shouldTellTheTimeWithoutAnAcknowledgement() throws Exception
    {
        try (PutLoop loop = new PutLoop(member, "k"))
        {
            awaitService(loop, System.nanoTime());
            final long downNs = System.nanoTime();
            member.isDown = true;
            final long gapNs = TimeUnit.MILLISECONDS.toNanos(300);
            while (System.nanoTime() - downNs < gapNs)
            {
                LockSupport.parkNanos(gapNs);
            }
            member.isDown = false;
            awaitService(loop, System.nanoTime());
            loop.end();
            assertTrue(PutLoop.longestGapNs(List.of(loop), downNs) >= gapNs);
            loop.check();
        }
    }

    @Test
    void shouldSeeWhatWasAcknowledgedAndIsLost()
    {
        try (PutLoop loop = new PutLoop(member, "k"))
        {
            awaitService(loop, System.nanoTime());
            loop.end();
            member.value = "1";
            assertThrows(IllegalStateException.class, loop::check);
            member.value = null;
            assertThrows(IllegalStateException.class, loop::check);
            member.value = "1000000000";
            assertThrows(IllegalStateException.class, loop::check);
        }
    }

    @Test
    void shouldSeeARevisionThatGoesBack()
    {
        try (PutLoop loop = new PutLoop(member, "k"))
        {
            awaitService(loop, System.nanoTime());
            member.revision = 0;
            awaitService(loop, System.nanoTime());
            loop.end();
            assertThrows(IllegalStateException.class, loop::check);
        }
    }

    private static void awaitService(final PutLoop loop, final long sinceNs)
    {
        while (!loop.isServedAgain(sinceNs))
        {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
