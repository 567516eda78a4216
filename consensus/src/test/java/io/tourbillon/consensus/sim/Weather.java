package io.tourbillon.consensus.sim;

import java.util.Random;

/** What a seed's world is like: sizes, speeds, and how often something goes wrong. Each seed has its own. */
final class Weather
{
    /** Three in seven clusters have three voters; all sizes occur. */
    private static final int[] VOTERS = {1, 2, 3, 3, 3, 4, 5, 5, 6, 7};
    private static final long ELECTION_TIMEOUT_TICKS = 100;
    private static final double LEASE_CLOCK_SPREAD_MAX = 0.09;

    final int voters;
    /** Slow disks, messages of one entry, and leaders that fall before they have done anything. */
    final boolean isStormy;
    /** The real mvcc on pages in memory; else the model of it, for speed. */
    final boolean hasRealStore;
    final boolean hasPreVote;
    final boolean hasLeases;
    /** Clocks' rates lie in [1 - spread, 1 + spread]. */
    final double clockSpread;
    final int entriesPerMessage;
    final int windowEntries;
    final int ringCapacity;
    /** Of a thousand ticks, those in which a stage of a member moves. */
    final int stagePerMille;
    final boolean tellsEachForce;
    final int forceTicksMax;
    final int clients;
    final int keys;
    final int thinkTicksMax;
    final int patienceTicksMax;

    final boolean isOrdered;
    final int delayTicksMax;
    final int lossPerMille;
    final int duplicatePerMille;
    final int latePerMille;

    /** Ticks from one such fault to the next, in the mean; 0 = there are none. */
    final int crashEvery;
    final int powerCutEvery;
    /** The leader crashes, stops or is cut off. */
    final int leaderEvery;
    final int pauseEvery;
    final int partitionEvery;
    final int slowDiskEvery;
    final int fullDiskEvery;
    final int changeEvery;
    final int transferEvery;
    final int reconnectEvery;
    final int checkpointEvery;
    final int compactPerMille;
    final int watchClients;
    final int leaseClients;
    /** Followers hand writes on. */
    final boolean hasForwarding;
    final int faultyTicks;
    /** Of the past, not of the journal. */
    final int compactionEvery;
    /** Of a thousand crashes, those that leave a disk that has rotted. */
    final int rotPerMille;
    /** Clients let their writes be remembered, and send them again. */
    final boolean hasRetries;

    Weather(final Random random, final Plant plant, final Limits limits)
    {
        isStormy = random.nextInt(8) == 0 || plant.isRare();
        voters = isStormy || plant.isOfLeaseReads() ? 3 : VOTERS[random.nextInt(VOTERS.length)];
        hasRealStore = (random.nextInt(6) == 0 && !plant.isOfModel()) || plant.isOfWatches() || plant.isOfLeases();
        hasPreVote = random.nextInt(4) > 0;
        hasLeases = limits.of("lease-reads", random.nextInt(4) == 0 || plant.isOfLeaseReads());
        clockSpread = random.nextDouble() * LEASE_CLOCK_SPREAD_MAX * (hasLeases || random.nextBoolean() ? 1 : 5);
        entriesPerMessage = isStormy ? 1 : 1 + random.nextInt(random.nextBoolean() ? 2 : 16);
        windowEntries = isStormy ? 1 + random.nextInt(2) : 1 + random.nextInt(random.nextInt(3) == 0 ? 3 : 64);
        ringCapacity = 4 + random.nextInt(60);
        stagePerMille = 300 + random.nextInt(701);
        tellsEachForce = random.nextBoolean();
        forceTicksMax = 1 + random.nextInt(isStormy ? 60 : random.nextBoolean() ? 3 : 20);
        clients = Math.min(limits.clients(), isStormy || plant.isOfLeaseReads() ? 12 : 1 + random.nextInt(12));
        keys = limits.keys();
        thinkTicksMax = isStormy ? 5 : 1 + random.nextInt(30);

        patienceTicksMax = isStormy ? 40 : 20 + random.nextInt(600) + (plant.isOfLeaseReads() ? 400 : 0);

        isOrdered = !limits.of("disorder", random.nextInt(3) == 0);
        delayTicksMax = 1 + random.nextInt(random.nextBoolean() && !isStormy ? 3 : 25);
        lossPerMille = limits.of("loss", random.nextBoolean() ? 0 : random.nextInt(150));
        duplicatePerMille = limits.of("duplicates", random.nextBoolean() ? 0 : random.nextInt(100));
        latePerMille = limits.of("late", random.nextBoolean() ? 0 : random.nextInt(30));

        crashEvery = limits.of("crashes", isStormy ? 1500 : every(random, 400, 20_000));
        powerCutEvery = limits.of("power-cuts", isStormy ? 300 + random.nextInt(3000) : every(random, 1500, 20_000));
        leaderEvery = limits.of("leaders", isStormy ? 0 : every(random, 100, plant.isOfLeaseReads() ? 400 : 4000));
        pauseEvery = limits.of("pauses", every(random, 300, plant.isOfLeaseReads() ? 600 : 20_000));
        partitionEvery = limits.of("partitions", every(random, 200, 6000));
        slowDiskEvery = limits.of("slow-disks", isStormy ? 1000 : every(random, 500, 10_000));
        fullDiskEvery = limits.of("full-disks", every(random, 1000, 20_000));
        changeEvery = limits.of("changes", isStormy ? 0 : every(random, 100, 3000));
        transferEvery = limits.of("transfers", every(random, 200, 4000));
        reconnectEvery = limits.of("reconnects", every(random, 200, 4000));
        checkpointEvery = limits.of("checkpoints", every(random, 20, 600));
        compactPerMille = random.nextInt(1001);
        watchClients = limits.of("watches", hasRealStore ? 1 + random.nextInt(4) : 0);
        leaseClients = limits.of("leases", hasRealStore && (random.nextBoolean() || plant.isOfLeases()) ? 1 + random.nextInt(6) : 0);
        hasForwarding = limits.of("forwarding", random.nextInt(3) > 0);
        faultyTicks = Math.min(limits.ticks(), leaseClients > 0 ? 6000 : 3000);
        compactionEvery = limits.of("compaction", hasRealStore ? every(random, 50, 1000) : 0);
        rotPerMille = limits.of("rot", plant.isOfRot() ? 800 : random.nextBoolean() ? 0 : random.nextInt(1001));
        hasRetries = limits.of("retries", random.nextBoolean() || plant.isOfRetries());
    }

    /** From often to seldom, each order of magnitude as likely; one in four seeds knows nothing of it. */
    private static int every(final Random random, final int least, final int most)
    {
        final double drawn = least * Math.pow((double)most / least, random.nextDouble());
        return random.nextInt(4) == 0 ? 0 : (int)drawn;
    }

    static long electionTimeoutNs()
    {
        return ELECTION_TIMEOUT_TICKS * SimTime.TICK_NS;
    }

    static long heartbeatNs()
    {
        return electionTimeoutNs() / 10;
    }

    @Override
    public String toString()
    {
        return voters + " voters" + (isStormy ? ", stormy" : "") + (hasRealStore ? ", real mvcc" : "") +
            (hasPreVote ? "" : ", no pre-vote") + (hasLeases ? ", leases" : "") + (hasRetries ? ", retries" : "") +
            ", " + clients + " clients, delay " + delayTicksMax + ", loss " + lossPerMille + "; ticks between crashes " + crashEvery +
            ", faults of leaders " + leaderEvery + ", power cuts " + powerCutEvery +
            ", pauses " + pauseEvery + ", partitions " + partitionEvery + ", changes " + changeEvery +
            ", transfers " + transferEvery + ", full disks " + fullDiskEvery + ", checkpoints " + checkpointEvery +
            "; of a thousand crashes, with rot " + rotPerMille;
    }
}
