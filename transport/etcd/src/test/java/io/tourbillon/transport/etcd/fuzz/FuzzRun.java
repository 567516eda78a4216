package io.tourbillon.transport.etcd.fuzz;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A run of cases, each drawn from a number of its own, which a failure tells: {@code -Dfuzz.seed=NUMBER} begins with that case. Some
 * seconds long, or {@code -Dfuzz.minutes=N}.
 */
final class FuzzRun
{
    private static final long IN_BUILD_NS = TimeUnit.SECONDS.toNanos(4);

    private final String test;
    private final long firstSeed;
    private final long endNs;
    private long caseCount;

    FuzzRun(final Class<?> test)
    {
        this.test = test.getSimpleName();
        firstSeed = Long.getLong("fuzz.seed", System.nanoTime() & Integer.MAX_VALUE);
        final long minutes = Long.getLong("fuzz.minutes", 0);
        endNs = System.nanoTime() + (minutes == 0 ? IN_BUILD_NS : TimeUnit.MINUTES.toNanos(minutes));
    }

    /** What the next case is drawn from; null once the time is over. */
    Random next()
    {
        return System.nanoTime() - endNs < 0 ? new Random(firstSeed + caseCount++) : null;
    }

    long caseCount()
    {
        return caseCount;
    }

    /** How to see the newest case again. */
    @Override
    public String toString()
    {
        return "case " + caseCount + "; again: mvn -pl transport/etcd -am test -Dtest=" + test +
            " -Dsurefire.failIfNoSpecifiedTests=false -Dfuzz.seed=" + (firstSeed + caseCount - 1);
    }
}
