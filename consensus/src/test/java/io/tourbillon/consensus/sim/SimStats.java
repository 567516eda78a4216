package io.tourbillon.consensus.sim;

/** What happened in simulations, in numbers. */
record SimStats(
    long seeds,
    long ticks,
    long longestHealing,
    long answers,
    long unknowns,
    long leaders,
    long crashes,
    long pauses,
    long partitions,
    long changes,
    long truncations,
    long installs,
    long lostRecords,
    long lostMessages,
    long rottenRecords,
    long repairs,
    long events,
    long renewals,
    long expiries,
    long retries,
    long upgrades,
    long raised,
    long undecided)
{
    static final SimStats NONE = new SimStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    SimStats plus(final SimStats more)
    {
        return new SimStats(seeds + more.seeds, ticks + more.ticks, Math.max(longestHealing, more.longestHealing),
            answers + more.answers, unknowns + more.unknowns, leaders + more.leaders,
            crashes + more.crashes, pauses + more.pauses, partitions + more.partitions, changes + more.changes,
            truncations + more.truncations, installs + more.installs, lostRecords + more.lostRecords, lostMessages + more.lostMessages,
            rottenRecords + more.rottenRecords, repairs + more.repairs,
            events + more.events, renewals + more.renewals, expiries + more.expiries,
            retries + more.retries, upgrades + more.upgrades, raised + more.raised, undecided + more.undecided);
    }

    @Override
    public String toString()
    {
        return seeds + " seeds, " + ticks / 1000 + " s of simulated time, " + answers + " answers, " + unknowns + " unknown outcomes, " +
            leaders + " leaders, " + crashes + " crashes, " + pauses + " pauses, " + partitions + " partitions, " + changes +
            " configurations, " + truncations + " truncations, " + installs + " states installed, " + lostRecords +
            " unforced records and " + lostMessages +
            " messages lost, " + rottenRecords + " records rotten and " + repairs + " entries repaired, " +
            events + " events told to watchers, " + renewals +
            " renewals and " + expiries + " ends of leases, " + retries +
            " writes sent again, " + upgrades + " members upgraded and " + raised +
            " clusters with them; order not decided for " + undecided + " keys; healed within " + longestHealing + " ms of it";
    }

    /** Of enough seeds: nothing that can happen has never happened. */
    boolean isTelling()
    {
        return answers > 50 * seeds && unknowns > seeds && leaders > seeds && crashes > seeds && pauses > seeds && partitions > seeds / 2 &&
            changes > seeds / 2 && truncations > 0 && installs > 0 && lostRecords > 0 && lostMessages > seeds &&
            retries > seeds;
    }
}
