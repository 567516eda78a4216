package io.tourbillon.perf.peers;

import java.util.List;
import java.util.Locale;

/**
 * One figure of ours over one of theirs, from interleaved blocks.
 *
 * @param middle geometric mean of ours over that of theirs.
 * @param low    the least that any two blocks give.
 * @param high   the most that any two blocks give.
 */
public record Ratio(double middle, double low, double high)
{
    /**
     * @param ours   one of each block.
     * @param theirs one of each block.
     * @return the ratio; null if a figure is missing or nothing can be divided by.
     */
    public static Ratio of(final List<Double> ours, final List<Double> theirs)
    {
        if (ours.isEmpty() || theirs.isEmpty() || !areAllPositive(ours) || !areAllPositive(theirs))
        {
            return null;
        }
        return new Ratio(
            geometricMean(ours) / geometricMean(theirs),
            least(ours) / most(theirs),
            most(ours) / least(theirs));
    }

    private static boolean areAllPositive(final List<Double> figures)
    {
        return figures.stream().allMatch((figure) -> figure > 0);
    }

    private static double geometricMean(final List<Double> figures)
    {
        double sumOfLogs = 0;
        for (final double figure : figures)
        {
            sumOfLogs += Math.log(figure);
        }
        return Math.exp(sumOfLogs / figures.size());
    }

    private static double least(final List<Double> figures)
    {
        return figures.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    private static double most(final List<Double> figures)
    {
        return figures.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    @Override
    public String toString()
    {
        return String.format(Locale.ROOT, "%.3gx (%.3g .. %.3g)", middle, low, high);
    }
}
