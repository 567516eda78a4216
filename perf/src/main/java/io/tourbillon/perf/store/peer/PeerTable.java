package io.tourbillon.perf.store.peer;

import io.tourbillon.perf.Spread;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

/** Figures of all forks, and the markdown table of them. */
final class PeerTable
{
    private final List<Peer> peers;
    private final List<Operation> operations;
    private final Map<Peer, List<Properties>> figures = new EnumMap<>(Peer.class);

    PeerTable(final List<Peer> peers, final List<Operation> operations)
    {
        this.peers = peers;
        this.operations = operations;
    }

    /** Adds one fork's figures, in the order of the rounds. */
    void add(final Peer peer, final Properties forkFigures)
    {
        figures.computeIfAbsent(peer, (absent) -> new ArrayList<>()).add(forkFigures);
    }

    void print(final PrintStream out, final int entryCount, final Keys keys)
    {
        out.printf(Locale.ROOT, "%n%,d entries, %s keys of %d B, values of %d B; ns an operation: median of the forks (least .. most), " +
            "and how many times ours it is, fork by fork%n%n",
            entryCount, keys.name().toLowerCase(Locale.ROOT), keys.length(), Entries.VALUE_LENGTH);
        final StringBuilder head = new StringBuilder("| |");
        final StringBuilder rule = new StringBuilder("|---|");
        for (final Peer peer : peers)
        {
            head.append(' ').append(peer.label()).append(" |");
            rule.append("---|");
        }
        out.println(head);
        out.println(rule);
        for (final Operation operation : operations)
        {
            out.println(row(operation.label(), operation.name()));
        }
        out.println(row("file, bytes an entry", "file"));
    }

    private String row(final String label, final String name)
    {
        final List<Double> ours = of(Peer.OURS, name.equals(Operation.APPEND.name()) ? Operation.LOAD.name() : name);
        final StringBuilder row = new StringBuilder("| ").append(label).append(" |");
        for (final Peer peer : peers)
        {
            row.append(' ').append(cell(of(peer, name), peer == Peer.OURS ? List.of() : ours)).append(" |");
        }
        return row.toString();
    }

    private List<Double> of(final Peer peer, final String name)
    {
        return figures.getOrDefault(peer, List.of()).stream().map((one) -> Double.valueOf(one.getProperty(name, "0"))).toList();
    }

    static String cell(final List<Double> theirs, final List<Double> ours)
    {
        if (theirs.isEmpty() || median(theirs) == 0)
        {
            return "-";
        }
        final Spread spread = Spread.of(theirs);
        final List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(theirs.size(), ours.size()); i++)
        {
            ratios.add(theirs.get(i) / ours.get(i));
        }
        return spread + (ratios.isEmpty() ? "" : ": **" + Spread.number(median(ratios)) + "x** " + Spread.of(ratios).range());
    }

    private static double median(final List<Double> numbers)
    {
        return Spread.of(numbers).median();
    }
}
