package io.tourbillon.consensus.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/**
 * Looks for an order of what was asked that explains every answer and respects real time, without a revision or a log to help: each key is
 * a register by itself (Wing and Gong 1993, with the memory of Lowe 2017). A write whose answer never came may have happened at any time
 * after it was asked for, or not at all.
 */
public final class Registers
{
    private record Event(History.Op op, int number, long moment, boolean isCall)
    {
    }

    private record Visited(BitSet done, String value)
    {
    }

    /** The call of an op that was put in its place, and what the register held before. */
    private record Placed(int at, String valueBefore)
    {
    }

    private Registers()
    {
    }

    /**
     * Checks each key.
     *
     * @param ops      that were asked for, all that may have happened.
     * @param stepsMax for each key; who needs more is left undecided.
     * @return keys left undecided.
     */
    public static int check(final Collection<History.Op> ops, final int stepsMax)
    {
        final Map<String, List<History.Op>> byKey = new TreeMap<>();
        ops.forEach((op) -> op.keys().forEach((key) -> byKey.computeIfAbsent(key, (any) -> new ArrayList<>()).add(op)));
        int undecidedCount = 0;
        for (final Map.Entry<String, List<History.Op>> entry : byKey.entrySet())
        {
            undecidedCount += new Search(entry.getKey(), relevant(entry.getValue()), stepsMax).isDecided() ? 0 : 1;
        }
        return undecidedCount;
    }

    /** Without reads that nobody saw answered, and without writes of unknown outcome whose value nobody saw. */
    private static List<History.Op> relevant(final List<History.Op> ops)
    {
        final Set<String> seen = new HashSet<>();
        ops.stream().filter((op) -> op.isRead() && op.isAnswered()).forEach((op) -> seen.add(op.value()));
        return ops.stream().filter((op) -> op.isAnswered() || (!op.isRead() && seen.contains(op.value()))).toList();
    }

    private static final class Search
    {
        private final String key;
        private final List<Event> events = new ArrayList<>();
        private final Map<Integer, Integer> returnOf = new HashMap<>();
        private final boolean[] isGone;
        private final BitSet done = new BitSet();
        private final Set<Visited> visited = new HashSet<>();
        private final List<Placed> placed = new ArrayList<>();
        private String value;
        private int stepsLeft;
        private History.Op furthest;
        private int mostPlaced = -1;

        private Search(final String key, final List<History.Op> ops, final int stepsMax)
        {
            this.key = key;
            stepsLeft = stepsMax;
            for (int i = 0; i < ops.size(); i++)
            {
                events.add(new Event(ops.get(i), i, ops.get(i).invokedAt(), true));
                events.add(new Event(ops.get(i), i, ops.get(i).respondedAt(), false));
            }
            events.sort(Comparator.comparingLong(Event::moment).thenComparing(Event::isCall));
            for (int i = 0; i < events.size(); i++)
            {
                if (!events.get(i).isCall())
                {
                    returnOf.put(events.get(i).number(), i);
                }
            }
            isGone = new boolean[events.size()];
        }

        /** False if it took too long. */
        private boolean isDecided()
        {
            int at = next(0);
            while (at < events.size() && stepsLeft-- > 0)
            {
                final Event event = events.get(at);
                if (event.isCall() && maybePlace(event, at))
                {
                    at = next(0);
                }
                else if (event.isCall())
                {
                    at = next(at + 1);
                }
                else if (event.moment() == History.Op.NEVER)
                {
                    // All that is left may never have happened.
                    return true;
                }
                else
                {
                    at = takeBack(event.op());
                }
            }
            return at == events.size();
        }

        private boolean maybePlace(final Event event, final int at)
        {
            final History.Op op = event.op();
            if (op.isRead() && !Objects.equals(op.value(), value))
            {
                return false;
            }
            done.set(event.number());
            final String next = op.isRead() ? value : op.value();
            if (!visited.add(new Visited((BitSet)done.clone(), next)))
            {
                done.clear(event.number());
                return false;
            }
            placed.add(new Placed(at, value));
            value = next;
            isGone[at] = true;
            isGone[returnOf.get(event.number())] = true;
            return true;
        }

        /** Its end came before it had a place: the last one that was placed goes elsewhere. Where to look next. */
        private int takeBack(final History.Op stuck)
        {
            if (placed.size() > mostPlaced)
            {
                mostPlaced = placed.size();
                furthest = stuck;
            }
            BrokenPromise.unless(!placed.isEmpty(), "no order explains the answers about " + key + ", not beyond " + furthest);
            final Placed last = placed.remove(placed.size() - 1);
            final int number = events.get(last.at()).number();
            done.clear(number);
            isGone[last.at()] = false;
            isGone[returnOf.get(number)] = false;
            value = last.valueBefore();
            return next(last.at() + 1);
        }

        private int next(final int from)
        {
            int at = from;
            while (at < events.size() && isGone[at])
            {
                at++;
            }
            return at;
        }
    }
}
