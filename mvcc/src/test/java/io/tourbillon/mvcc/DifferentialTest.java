package io.tourbillon.mvcc;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Random requests, compactions and watches, asked of a real etcd, of ours and of the model: each response, error and stream of events must
 * be the same, but for the differences that were chosen. Fresh seeds each time; {@code -Dseed=N} runs that one alone.
 */
class DifferentialTest
{
    private static final int ROUND_COUNT = 8;
    private static final int STEPS_PER_ROUND = 13_000;
    /** Each mostly waits for its etcd. */
    private static final int ROUNDS_AT_ONCE = 4;

    @Test
    void shouldAnswerAsARealEtcdDoes() throws Throwable
    {
        assumeTrue(EtcdProcess.isInstalled(), "no etcd here to compare with (Debian: apt-get install etcd-server)");
        final Long asked = Long.getLong("seed");
        final long firstSeed = asked != null ? asked : System.nanoTime();
        final int roundCount = asked != null ? 1 : ROUND_COUNT;
        System.out.println("differential test: " + roundCount + " rounds of " + STEPS_PER_ROUND + " steps, seeds from " + firstSeed);
        final ExecutorService executor = Executors.newFixedThreadPool(ROUNDS_AT_ONCE);
        try
        {
            final List<Callable<Void>> rounds = new ArrayList<>();
            for (int round = 0; round < roundCount; round++)
            {
                final long seed = firstSeed + round;
                rounds.add(() -> run(seed));
            }
            for (final Future<Void> round : executor.invokeAll(rounds))
            {
                round.get();
            }
        }
        catch (final ExecutionException ex)
        {
            throw ex.getCause();
        }
        finally
        {
            executor.shutdownNow();
        }
    }

    private static Void run(final long seed)
    {
        final Random random = new Random(seed);
        final MvccSettings settings = new MvccSettings().keysPerSlice(1 + random.nextInt(32)).eventsPerSlice(1 + random.nextInt(32));
        final long startNs = System.nanoTime();
        try (Trial trial = new Trial(settings))
        {
            final StepGenerator steps = new StepGenerator(random, trial.model);
            for (int i = 0; i < STEPS_PER_ROUND; i++)
            {
                trial.run(steps.next());
            }
            trial.checkEvents();
            trial.checkFollower();
            System.out.println("seed " + seed + ": revision " + trial.model.revision + ", not sent " + trial.notSentCount() +
                ", " + (System.nanoTime() - startNs) / 1_000_000 + " ms");
            return null;
        }
        catch (final AssertionError ex)
        {
            throw new AssertionError(ex.getMessage() + "\nagain with: mvn -q -B -pl mvcc -am test -Dtest=DifferentialTest -Dseed=" + seed +
                " -Dsurefire.failIfNoSpecifiedTests=false", ex.getCause());
        }
    }
}
