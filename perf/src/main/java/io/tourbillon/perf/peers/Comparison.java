package io.tourbillon.perf.peers;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The blocks of both sides at one durability, their table and their ratios. */
final class Comparison
{
    private static final String[] COLUMNS = {"rate", "p50", "p99", "p999", "syncs", "written", "block", "serverCpu", "driverCpu"};

    private final String durability;
    private final List<Integer> windows;
    private final List<Figures> ours = new ArrayList<>();
    private final List<Figures> theirs = new ArrayList<>();

    Comparison(final String durability, final List<Integer> windows)
    {
        this.durability = durability;
        this.windows = windows;
    }

    void add(final Side side, final Figures figures)
    {
        (side == Side.TOURBILLON ? ours : theirs).add(figures);
    }

    boolean isSound(final List<String> workloads)
    {
        for (final String workload : workloads)
        {
            for (final int window : windows)
            {
                if (!areSound(ours, workload, window) || !areSound(theirs, workload, window))
                {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean areSound(final List<Figures> blocks, final String workload, final int window)
    {
        return blocks.stream().allMatch((block) -> block.isSound(workload, window));
    }

    void print(final PrintStream out, final String workload)
    {
        out.printf(Locale.ROOT, "%n%ss, durability %s. Latencies in us; syncs per 1,000 puts; bytes written per payload byte " +
            "by the server's " +
            "count and by the kernel's; CPU us per operation; - = not told%n", workload, durability);
        out.println("| side | block | in flight | rate/s | p50 | p99 | p99.9 | syncs | written | block I/O | server CPU | driver CPU |");
        out.println("|---|---|---|---|---|---|---|---|---|---|---|---|");
        printRows(out, workload, Side.TOURBILLON, ours);
        printRows(out, workload, Side.ETCD, theirs);
        printRatios(out, workload);
    }

    private void printRows(final PrintStream out, final String workload, final Side side, final List<Figures> blocks)
    {
        for (int i = 0; i < blocks.size(); i++)
        {
            for (final int window : windows)
            {
                out.printf(Locale.ROOT, "| %s | %d | %d |", side.label(), i + 1, window);
                for (final String column : COLUMNS)
                {
                    out.print(cell(blocks.get(i).of(workload, window, column)));
                }
                out.println(blocks.get(i).isSound(workload, window) ? "" : " VOID |");
            }
        }
    }

    private static String cell(final double figure)
    {
        return figure < 0 ? " - |" : String.format(Locale.ROOT, figure >= 100 ? " %.0f |" : " %.2f |", figure);
    }

    private void printRatios(final PrintStream out, final String workload)
    {
        out.printf(Locale.ROOT, "%nratios, tourbillon / etcd: middle (least .. most of any two blocks); below 15 %% is noise%n");
        out.printf(Locale.ROOT, "%s rate, each side at its best window: %s%n", workload, best(workload, "rate"));
        out.printf(Locale.ROOT, "%s server CPU per operation, there: %s%n", workload, best(workload, "serverCpu"));
        out.printf(Locale.ROOT, "%s driver CPU per operation, there: %s%n", workload, best(workload, "driverCpu"));
        if ("put".equals(workload))
        {
            out.printf(Locale.ROOT, "put syncs per 1,000, there: %s%n", best(workload, "syncs"));
            out.printf(Locale.ROOT, "put bytes to disk per payload byte (kernel), there: %s%n", best(workload, "block"));
        }
        for (final int window : windows)
        {
            out.printf(Locale.ROOT, "%s at %d in flight: rate %s, p50 %s, p99 %s%n", workload, window,
                text(at(workload, window, "rate")), text(at(workload, window, "p50")), text(at(workload, window, "p99")));
        }
    }

    private static String text(final Ratio ratio)
    {
        return ratio == null ? "not told" : ratio.toString();
    }

    private String best(final String workload, final String name)
    {
        return text(Ratio.of(atBest(ours, workload, name), atBest(theirs, workload, name)));
    }

    private List<Double> atBest(final List<Figures> blocks, final String workload, final String name)
    {
        return blocks.stream().map((block) -> block.of(workload, block.bestWindow(workload, windows), name)).toList();
    }

    Ratio at(final String workload, final int window, final String name)
    {
        return Ratio.of(
            ours.stream().map((block) -> block.of(workload, window, name)).toList(),
            theirs.stream().map((block) -> block.of(workload, window, name)).toList());
    }
}
