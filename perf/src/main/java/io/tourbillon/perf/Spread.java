package io.tourbillon.perf;

import java.util.List;
import java.util.Locale;

/**
 * Repeated figures in short.
 *
 * @param median of them; of an even number, the mean of the middle two.
 * @param low    the least.
 * @param high   the most.
 */
public record Spread(double median, double low, double high)
{
    /**
     * @param figures at least one.
     * @return their spread.
     */
    public static Spread of(final List<Double> figures)
    {
        final double[] sorted = figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        final int middle = sorted.length / 2;
        final double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /**
     * @param figure any.
     * @return it with three digits that count.
     */
    public static String number(final double figure)
    {
        final double size = Math.abs(figure);
        return String.format(Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", figure);
    }

    /** @return "(least .. most)". */
    public String range()
    {
        return "(" + number(low) + " .. " + number(high) + ")";
    }

    @Override
    public String toString()
    {
        return number(median) + " " + range();
    }
}
