package io.tourbillon.consensus.pipeline;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for conditions, never for times. */
final class Waiting
{
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(20);

    private Waiting()
    {
    }

    static void until(final String what, final BooleanSupplier condition)
    {
        until(() -> what, condition);
    }

    /** What is waited for is asked when it does not come: it may tell how far things are. */
    static void until(final Supplier<String> what, final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.getAsBoolean())
        {
            if (System.nanoTime() - deadlineNs > 0)
            {
                throw new AssertionError("waited in vain until " + what.get());
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
