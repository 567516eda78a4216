package io.tourbillon.consensus.sim;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a life may not have, though its seed has drawn it.
 *
 * @param without kinds of faults and of work that are left out.
 * @param clients at most.
 * @param keys    at most.
 * @param ticks   full of faults, at most.
 */
record Limits(Set<String> without, int clients, int keys, int ticks)
{
    /** All that can be left out. */
    static final List<String> KINDS = List.of(
        "rot", "retries", "watches", "leases", "lease-reads", "compaction", "changes", "checkpoints", "forwarding", "transfers",
        "reconnects", "full-disks", "slow-disks", "late", "duplicates", "loss", "disorder", "power-cuts", "pauses", "partitions",
        "crashes", "leaders", "upgrades");
    static final Limits NONE = new Limits(Set.of(), 12, SimClients.KEYS, 6000);

    /** As -Dwithout=pauses,loss -Dclients=2 -Dkeys=1 -Dticks=500 say. */
    static Limits ofProperties()
    {
        final Set<String> without = new TreeSet<>(List.of(System.getProperty("without", "").split(",")));
        without.remove("");
        SimFailure.unless(KINDS.containsAll(without), without + ": must be of " + KINDS);
        return new Limits(without, Integer.getInteger("clients", NONE.clients), Integer.getInteger("keys", NONE.keys),
            Integer.getInteger("ticks", NONE.ticks));
    }

    int of(final String kind, final int drawn)
    {
        return without.contains(kind) ? 0 : drawn;
    }

    boolean of(final String kind, final boolean isDrawn)
    {
        return isDrawn && !without.contains(kind);
    }

    Limits leavingOut(final String kind)
    {
        final Set<String> more = new TreeSet<>(without);
        more.add(kind);
        return new Limits(more, clients, keys, ticks);
    }

    /** As a command says it. */
    @Override
    public String toString()
    {
        final String kinds = without.stream().sorted().collect(Collectors.joining(","));
        return (kinds.isEmpty() ? "" : " -Dwithout=" + kinds) + (clients < NONE.clients ? " -Dclients=" + clients : "") +
            (keys < NONE.keys ? " -Dkeys=" + keys : "") + (ticks < NONE.ticks ? " -Dticks=" + ticks : "");
    }
}
