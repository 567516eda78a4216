package io.tourbillon.consensus.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * A member's life, drawn from a seed: clients ask, stages move in any order, the member crashes and starts again. At the end it heals,
 * and what clients were told is compared with what the log says.
 */
final class Simulation
{
    private static final int KEYS = 8;
    private static final int HEALING_STEPS_MAX = 100_000;

    private final Random random;
    private final History history = new History();
    private final SimJournal journal = new SimJournal();
    private final boolean isAcknowledgingBeforeForce;
    /** How fast the disk is, and how often the member dies: each seed has its own. */
    private final int forcePerMille;
    private final int crashPerMille;
    private SimMember member;
    private long now;
    private long nextId = 1;
    private int crashes;

    Simulation(final long seed, final SimStore store, final boolean isAcknowledgingBeforeForce)
    {
        random = new Random(seed);
        this.isAcknowledgingBeforeForce = isAcknowledgingBeforeForce;
        crashPerMille = 1 + random.nextInt(10);
        forcePerMille = 10 + random.nextInt(150);
        member = new SimMember(journal, store, history, isAcknowledgingBeforeForce);
    }

    /** Faults first: safety. */
    void runFaulty(final int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            step();
        }
    }

    /** Then no faults: all that waits must come to its end. */
    void heal()
    {
        int steps = 0;
        while (!member.isIdle())
        {
            member.tick(++now);
            member.journalAppend(8);
            member.journalForce();
            member.tellForced();
            member.apply(8);
            SimFailure.unless(++steps < HEALING_STEPS_MAX, "the member does not come to rest");
        }
        history.check();
        history.checkValues(valuesAtRevisions());
    }

    private void step()
    {
        member.tick(++now);
        final int choice = random.nextInt(1000);
        if (choice < crashPerMille)
        {
            crash();
        }
        else if (choice < 250)
        {
            member.write(newOp(false));
        }
        else if (choice < 350)
        {
            member.read(newOp(true));
        }
        else if (choice < 550)
        {
            member.journalAppend(1 + random.nextInt(8));
        }
        else if (choice < 550 + forcePerMille)
        {
            member.journalForce();
        }
        else if (choice < 800)
        {
            member.tellForced();
        }
        else if (choice < 985)
        {
            member.apply(1 + random.nextInt(16));
        }
        else
        {
            member.checkpoint();
        }
    }

    private void crash()
    {
        crashes++;
        journal.crash(random);
        member = new SimMember(journal, member.store().crash(), history, isAcknowledgingBeforeForce);
    }

    private History.Op newOp(final boolean isRead)
    {
        final long id = nextId++;
        final String value = isRead || random.nextInt(6) == 0 ? null : "v" + id;
        return new History.Op(id, isRead, "k" + random.nextInt(KEYS), value, now);
    }

    /** The whole log once more, through the model: what each revision holds. */
    private Map<Long, Map<String, String>> valuesAtRevisions()
    {
        final ModelStore model = new ModelStore();
        final Map<Long, Map<String, String>> values = new HashMap<>();
        values.put(model.revision(), Map.of());
        for (final SimJournal.Entry entry : member.log())
        {
            model.apply(SimMember.frame(entry), true);
            final Map<String, String> all = new HashMap<>();
            for (int i = 0; i < KEYS; i++)
            {
                all.put("k" + i, model.get("k" + i));
            }
            values.put(model.revision(), all);
        }
        return values;
    }

    @Override
    public String toString()
    {
        return history.answeredCount() + " answered, " + history.unknownCount() + " unknown, " + crashes + " crashes, " +
            journal.lostCount() + " unforced records lost";
    }

    int crashes()
    {
        return crashes;
    }

    int answered()
    {
        return history.answeredCount();
    }

    long lost()
    {
        return journal.lostCount();
    }
}
