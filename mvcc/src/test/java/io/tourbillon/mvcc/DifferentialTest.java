package io.tourbillon.mvcc;

import org.junit.jupiter.api.Test;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Random requests, compactions and watches, asked of a real etcd, of ours and of the model: each response, error and stream of events must
 * be the same, but for the differences that were chosen. Fresh seeds each time; {@code -Dseed=N} runs that one alone.
 */
class DifferentialTest
{
    private static final int ROUND_COUNT = 8;
    private static final int STEPS_PER_ROUND = 13_000;
    private static final String COMMAND =
        "mvn -q -B -pl mvcc -am test -Dtest=DifferentialTest -Dsurefire.failIfNoSpecifiedTests=false";
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
        System.out.println(new DifferentialRun(DifferentialTest::rig, UnaryOperator.identity(), COMMAND).run(seed, STEPS_PER_ROUND));
        return null;
    }

    private static Rig rig(final Random random)
    {
        return new Rig(new MvccSettings().keysPerSlice(1 + random.nextInt(32)).eventsPerSlice(1 + random.nextInt(32)));
    }

    /** A member that miscounts a range with one key is found out by a put and a range. */
    @Test
    void shouldShortenAHistoryToWhatADifferenceNeeds()
    {
        final DifferentialRun run = new DifferentialRun((random) -> miscounting(), UnaryOperator.identity(), COMMAND).withoutEtcd();
        final AssertionError ex = assertThrows(AssertionError.class, () -> run.run(7, 2_000));
        final String shortest = ex.getMessage().substring(ex.getMessage().indexOf("shortest of"));
        final long stepCount = shortest.lines().filter((line) -> line.matches("[0-9]+\\. .*")).count();
        assertEquals(2, stepCount, shortest);
        assertTrue(shortest.contains("PUT(") && shortest.endsWith("again with: " + COMMAND + " -Dseed=7"), shortest);
    }

    private static Member miscounting()
    {
        final Rig rig = new Rig();
        final InvocationHandler handler = (proxy, method, arguments) ->
        {
            final Object answer = method.invoke(rig, arguments);
            return answer instanceof final String text ? text.replace(" count 1 ", " count 2 ") : answer;
        };
        return (Member)Proxy.newProxyInstance(Member.class.getClassLoader(), new Class<?>[]{Member.class}, handler);
    }
}
