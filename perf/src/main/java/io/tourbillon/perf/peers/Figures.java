package io.tourbillon.perf.peers;

import java.util.List;
import java.util.Properties;

/** The figures of one block: one server from start to end, at several windows. */
final class Figures
{
    private final Properties properties;

    Figures(final Properties properties)
    {
        this.properties = properties;
    }

    /**
     * @param workload put or get.
     * @param window   requests in flight.
     * @param name     of the figure.
     * @return it; -1 if it was not told.
     */
    double of(final String workload, final int window, final String name)
    {
        return Double.parseDouble(properties.getProperty(workload + "." + window + "." + name, "-1"));
    }

    boolean isSound(final String workload, final int window)
    {
        return Boolean.parseBoolean(properties.getProperty(workload + "." + window + ".sound"));
    }

    /** @return the window with the highest rate. */
    int bestWindow(final String workload, final List<Integer> windows)
    {
        int best = windows.get(0);
        for (final int window : windows)
        {
            if (of(workload, window, "rate") > of(workload, best, "rate"))
            {
                best = window;
            }
        }
        return best;
    }
}
