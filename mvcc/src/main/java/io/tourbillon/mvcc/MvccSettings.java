package io.tourbillon.mvcc;

/**
 * What a member may set. Everything that decides what an entry does is a constant of {@link Limits} instead, so that members with other
 * settings still reach the same state.
 */
public final class MvccSettings
{
    /** Watchers of one session: 1,024 ids of an event are 8 KiB. */
    public static final int WATCHERS_PER_SESSION_DEFAULT = 1024;
    /** Watchers of one member. */
    public static final int WATCHERS_DEFAULT = 1 << 20;
    /** Ranges being read at once, each with a part of up to 32 KiB. */
    public static final int SCANS_DEFAULT = 64;
    /** Keys a read or delete visits in one duty cycle: some 100 us. */
    public static final int KEYS_PER_SLICE_DEFAULT = 256;
    /** Change records the fan-out looks at in one duty cycle. */
    public static final int EVENTS_PER_SLICE_DEFAULT = 256;

    private long clusterId = 1;
    private long memberId = 1;
    private int watchersPerSession = WATCHERS_PER_SESSION_DEFAULT;
    private int watchers = WATCHERS_DEFAULT;
    private int scans = SCANS_DEFAULT;
    private int keysPerSlice = KEYS_PER_SLICE_DEFAULT;
    private int eventsPerSlice = EVENTS_PER_SLICE_DEFAULT;

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
     * @param watchersPerSession most watchers of one session, in [1, 4096].
     * @return this.
     */
    public MvccSettings watchersPerSession(final int watchersPerSession)
    {
        this.watchersPerSession = Math.max(1, Math.min(4096, watchersPerSession));
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
     * @param scans most ranges being read at once.
     * @return this.
     */
    public MvccSettings scans(final int scans)
    {
        this.scans = Math.max(1, scans);
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
     * @param eventsPerSlice change records the fan-out looks at in one duty cycle.
     * @return this.
     */
    public MvccSettings eventsPerSlice(final int eventsPerSlice)
    {
        this.eventsPerSlice = Math.max(1, eventsPerSlice);
        return this;
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

    int scans()
    {
        return scans;
    }

    int keysPerSlice()
    {
        return keysPerSlice;
    }

    int eventsPerSlice()
    {
        return eventsPerSlice;
    }
}
