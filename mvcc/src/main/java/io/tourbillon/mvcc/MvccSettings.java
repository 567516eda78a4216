package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;

/**
 * What a member may set. Everything that decides what an entry does is a constant of {@link Limits} instead, so that members with other
 * settings still reach the same state.
 */
public final class MvccSettings
{
    /** Watchers of one session: some 4 MiB at 64 bytes each. */
    public static final int WATCHERS_PER_SESSION_DEFAULT = 1 << 16;
    /** Watchers of one member. */
    public static final int WATCHERS_DEFAULT = 1 << 20;
    /** Ranges being read at once, each with a part of up to 32 KiB. */
    public static final int SCANS_DEFAULT = 64;
    /** Ranges and long answers of one session at once: an eighth of all, so that a slow session leaves room for others. */
    public static final int SCANS_PER_SESSION_DEFAULT = 8;
    /** Keys of a range sorted by something else than the key in one pass: 131,072 x 32 bytes = 4 MiB a walk. More take more passes. */
    public static final int SORTED_KEYS_DEFAULT = 128 * 1024;
    /** Keys a read or delete visits in one duty cycle: some 100 us. */
    public static final int KEYS_PER_SLICE_DEFAULT = 256;
    /** Steps of fan-out, and of catching up, in one duty cycle: a change, a key's watching session, 16 ids of an event; some 100 us. */
    public static final int EVENTS_PER_SLICE_DEFAULT = 1024;
    /** Nanoseconds between two words of progress to a watcher that hears of nothing: etcd's 10 minutes. */
    public static final long PROGRESS_NOTIFY_INTERVAL_NS_DEFAULT = 600_000_000_000L;
    /** Least nanoseconds between two words of progress. */
    public static final long PROGRESS_NOTIFY_INTERVAL_NS_MIN = 100_000_000;
    /** Renewals of leases that wait for the log: 40 bytes each. */
    public static final int WAITING_KEEP_ALIVES_DEFAULT = 4096;

    /** Bytes of heap for the filters of all watchers: 64 MiB, a quarter of a million small ones or 4,000 of the largest. */
    public static final int WATCH_FILTER_BYTES_DEFAULT = 64 << 20;

    private long clusterId = 1;
    private long memberId = 1;
    private DirectBuffer initialMembers;
    private int applyVersion = ApplyVersion.NEWEST;
    private int watchersPerSession = WATCHERS_PER_SESSION_DEFAULT;
    private int watchers = WATCHERS_DEFAULT;
    private int watchFilterBytes = WATCH_FILTER_BYTES_DEFAULT;
    private int scans = SCANS_DEFAULT;
    private int scansPerSession = SCANS_PER_SESSION_DEFAULT;
    private int sortedKeys = SORTED_KEYS_DEFAULT;
    private int keysPerSlice = KEYS_PER_SLICE_DEFAULT;
    private int eventsPerSlice = EVENTS_PER_SLICE_DEFAULT;
    private int waitingKeepAlives = WAITING_KEEP_ALIVES_DEFAULT;
    private long heartbeatNs = 100_000_000;
    private long electionTimeoutNs = 1_000_000_000;
    private long quotaBytes;
    private AutoCompaction autoCompaction = AutoCompaction.OFF;
    private long progressNotifyIntervalNs = PROGRESS_NOTIFY_INTERVAL_NS_DEFAULT;

    /**
     * @param clusterId of the cluster: written into a new store, compared with that of an old one.
     * @return this.
     */
    public MvccSettings clusterId(final long clusterId)
    {
        this.clusterId = clusterId;
        return this;
    }

    /**
     * @param memberId of this member, for the head of every answer.
     * @return this.
     */
    public MvccSettings memberId(final long memberId)
    {
        this.memberId = memberId;
        return this;
    }

    /**
     * @param initialMembers configuration that the cluster began with, a whole message of the records' schema; null = not known.
     * @return this.
     */
    public MvccSettings initialMembers(final DirectBuffer initialMembers)
    {
        this.initialMembers = initialMembers;
        return this;
    }

    DirectBuffer initialMembers()
    {
        return initialMembers;
    }

    /**
     * @param applyVersion newest version of what entries do that this member knows; another than {@link ApplyVersion#NEWEST} makes it a
     *                     member of another build, for tests.
     * @return this.
     */
    public MvccSettings applyVersion(final int applyVersion)
    {
        this.applyVersion = applyVersion;
        return this;
    }

    int applyVersion()
    {
        return applyVersion;
    }

    /**
     * @param watchersPerSession most watchers of one session, at least 1.
     * @return this.
     */
    public MvccSettings watchersPerSession(final int watchersPerSession)
    {
        this.watchersPerSession = Math.max(1, watchersPerSession);
        return this;
    }

    /**
     * @param watchers most watchers of this member.
     * @return this.
     */
    public MvccSettings watchers(final int watchers)
    {
        this.watchers = watchers;
        return this;
    }

    /**
     * @param watchFilterBytes most bytes of heap that the ranges and value prefixes of this member's watchers take; a plain watcher takes
     *                         none of them.
     * @return this.
     */
    public MvccSettings watchFilterBytes(final int watchFilterBytes)
    {
        this.watchFilterBytes = watchFilterBytes;
        return this;
    }

    /**
     * @param scans most ranges being read at once.
     * @return this.
     */
    public MvccSettings scans(final int scans)
    {
        this.scans = Math.max(1, scans);
        return this;
    }

    /**
     * @param scansPerSession most ranges being read at once by one session.
     * @return this.
     */
    public MvccSettings scansPerSession(final int scansPerSession)
    {
        this.scansPerSession = Math.max(1, scansPerSession);
        return this;
    }

    /**
     * @param sortedKeys keys of a range that are sorted by something else than the key in one pass; a longer one is walked as often as it
     *                   takes.
     * @return this.
     */
    public MvccSettings sortedKeys(final int sortedKeys)
    {
        this.sortedKeys = Math.max(1, sortedKeys);
        return this;
    }

    /**
     * @param keysPerSlice keys a read or delete visits in one duty cycle.
     * @return this.
     */
    public MvccSettings keysPerSlice(final int keysPerSlice)
    {
        this.keysPerSlice = Math.max(1, keysPerSlice);
        return this;
    }

    /**
     * @param eventsPerSlice steps of fan-out, and of catching up, in one duty cycle: a change, a key's watching session, 16 ids.
     * @return this.
     */
    public MvccSettings eventsPerSlice(final int eventsPerSlice)
    {
        this.eventsPerSlice = Math.max(1, eventsPerSlice);
        return this;
    }

    /**
     * @param waitingKeepAlives renewals of leases that may wait for the log at once.
     * @return this.
     */
    public MvccSettings waitingKeepAlives(final int waitingKeepAlives)
    {
        this.waitingKeepAlives = Math.max(1, waitingKeepAlives);
        return this;
    }

    /**
     * @param heartbeatNs longest time between two duty cycles that is not taken for a stall, in nanoseconds: leases do not age in a stall.
     * @return this.
     */
    public MvccSettings heartbeatNs(final long heartbeatNs)
    {
        this.heartbeatNs = heartbeatNs;
        return this;
    }

    /**
     * @param electionTimeoutNs what a new leader adds to the time that each lease has left, in nanoseconds.
     * @return this.
     */
    public MvccSettings electionTimeoutNs(final long electionTimeoutNs)
    {
        this.electionTimeoutNs = electionTimeoutNs;
        return this;
    }

    /**
     * @param intervalNs nanoseconds between two words of progress to a watcher that asked for them and hears of nothing, at least
     *                   {@link #PROGRESS_NOTIFY_INTERVAL_NS_MIN}; up to a tenth is added, so that not all are told at once.
     * @return this.
     */
    public MvccSettings progressNotifyIntervalNs(final long intervalNs)
    {
        this.progressNotifyIntervalNs = Math.max(PROGRESS_NOTIFY_INTERVAL_NS_MIN, intervalNs);
        return this;
    }

    /**
     * @param quotaBytes of live data that the cluster may hold while this member leads: it puts that into the log. 0 = any.
     * @return this.
     */
    public MvccSettings quotaBytes(final long quotaBytes)
    {
        this.quotaBytes = Math.max(0, quotaBytes);
        return this;
    }

    /**
     * @param autoCompaction what this member compacts by itself while it leads.
     * @return this.
     */
    public MvccSettings autoCompaction(final AutoCompaction autoCompaction)
    {
        this.autoCompaction = autoCompaction;
        return this;
    }

    long quotaBytes()
    {
        return quotaBytes;
    }

    AutoCompaction autoCompaction()
    {
        return autoCompaction;
    }

    long progressNotifyIntervalNs()
    {
        return progressNotifyIntervalNs;
    }

    long clusterId()
    {
        return clusterId;
    }

    long memberId()
    {
        return memberId;
    }

    int watchersPerSession()
    {
        return watchersPerSession;
    }

    int watchers()
    {
        return watchers;
    }

    int watchFilterBytes()
    {
        return watchFilterBytes;
    }

    int scans()
    {
        return scans;
    }

    int scansPerSession()
    {
        return scansPerSession;
    }

    int sortedKeys()
    {
        return sortedKeys;
    }

    int keysPerSlice()
    {
        return keysPerSlice;
    }

    int eventsPerSlice()
    {
        return eventsPerSlice;
    }

    int waitingKeepAlives()
    {
        return waitingKeepAlives;
    }

    long heartbeatNs()
    {
        return heartbeatNs;
    }

    long electionTimeoutNs()
    {
        return electionTimeoutNs;
    }
}
