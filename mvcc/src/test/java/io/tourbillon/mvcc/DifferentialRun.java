package io.tourbillon.mvcc;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One history of random steps for a {@link Trial}. When answers differ, a short sequence of steps is looked for that shows a difference,
 * and printed with the command that repeats the history.
 */
final class DifferentialRun
{
    private static final long MINIMISE_NS = TimeUnit.SECONDS.toNanos(Integer.getInteger("minimise.seconds", 60));

    private final Function<Random, Member> members;
    private final UnaryOperator<Step> adapt;
    private final String command;
    private boolean withEtcd = true;

    /**
     * @param members make the member to be tried; asked anew, with a generator of the same seed, for each sequence that is tried.
     * @param adapt   makes of each step one that the member can do.
     * @param command that runs this again, without its seed.
     */
    DifferentialRun(final Function<Random, Member> members, final UnaryOperator<Step> adapt, final String command)
    {
        this.members = members;
        this.adapt = adapt;
        this.command = command;
    }

    /** Compares with the model alone. */
    DifferentialRun withoutEtcd()
    {
        withEtcd = false;
        return this;
    }

    /**
     * Runs a history.
     *
     * @param seed      of it.
     * @param stepCount of it.
     * @return what was done, in a few words.
     */
    String run(final long seed, final int stepCount)
    {
        final List<Step> steps = new ArrayList<>();
        final long startNs = System.nanoTime();
        try
        {
            final Random random = new Random(seed);
            try (Trial trial = new Trial(members.apply(random), withEtcd))
            {
                final StepGenerator generator = new StepGenerator(random, trial.model);
                while (steps.size() < stepCount)
                {
                    final Step step = adapt.apply(generator.next());
                    steps.add(step);
                    trial.run(step);
                }
                trial.checkEnd();
                return "seed " + seed + ": revision " + trial.model.revision + ", not sent " + trial.notSentCount() + ", " +
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs) + " ms";
            }
        }
        catch (final Difference difference)
        {
            throw new AssertionError(difference.getMessage() + "\n" + shortened(seed, steps, difference) + "\nagain with: " + command +
                " -Dseed=" + seed, difference);
        }
    }

    /** If the model alone can tell the difference, no etcd is started for each sequence. */
    private String shortened(final long seed, final List<Step> steps, final Difference first)
    {
        final Difference[] shown = {first};
        final Minimiser<Step> minimiser = new Minimiser<>(
            (sequence) ->
            {
                final Difference difference = difference(seed, sequence, first.isOfEtcd);
                shown[0] = difference != null ? difference : shown[0];
                return difference != null;
            }, MINIMISE_NS);
        final List<Step> shortest = minimiser.shorten(steps);
        final StringBuilder text = new StringBuilder("shortest of " + minimiser.attemptCount() + " sequences tried:");
        for (int i = 0; i < shortest.size(); i++)
        {
            text.append('\n').append(i + 1).append(". ").append(shortest.get(i));
        }
        return text + "\nthere, " + shown[0].answers;
    }

    private Difference difference(final long seed, final List<Step> steps, final boolean isEtcdNeeded)
    {
        try (Trial trial = new Trial(members.apply(new Random(seed)), isEtcdNeeded))
        {
            steps.forEach(trial::run);
            trial.checkEvents();
            return null;
        }
        catch (final Difference difference)
        {
            return difference;
        }
    }
}
