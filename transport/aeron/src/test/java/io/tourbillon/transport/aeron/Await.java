package io.tourbillon.transport.aeron;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for conditions, with a deadline. */
public final class Await
{
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(20);

    private Await()
    {
    }

    /**
     * @param what      is awaited.
     * @param condition to hold within 20 s.
     */
    public static void until(final String what, final BooleanSupplier condition)
    {
        until(() -> what, condition);
    }

    static void until(final Supplier<String> what, final BooleanSupplier condition)
    {
        until(what, TIMEOUT_NS, condition);
    }

    /**
     * @param what      is awaited.
     * @param timeoutNs to wait at most.
     * @param condition to hold by then.
     */
    public static void until(final Supplier<String> what, final long timeoutNs, final BooleanSupplier condition)
    {
        final long deadlineNs = System.nanoTime() + timeoutNs;
        while (!condition.getAsBoolean())
        {
            if (System.nanoTime() - deadlineNs > 0)
            {
                throw new AssertionError("not in time: " + what.get());
            }
            LockSupport.parkNanos(100_000);
        }
    }
}
