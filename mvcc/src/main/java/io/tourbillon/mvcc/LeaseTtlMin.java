package io.tourbillon.mvcc;

import io.tourbillon.codecs.record.LeaseTtlMinSetEncoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import org.agrona.MutableDirectBuffer;

/**
 * The shortest time that a lease is granted; less is raised to it. etcd's is 1.5 election time-outs, rounded up to seconds, by each
 * member's own setting. Here it is the leader's, which an entry brings into the state, so that all members grant the same; from cluster
 * version {@link ApplyVersion#LEASE_TTL_MIN} on, and {@link Limits#LEASE_TTL_MIN_MS} before. Apply thread; does not allocate.
 */
final class LeaseTtlMin
{
    /** What a proposal that was lost waits before it is made again. */
    private static final long RETRY_NS = 1_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long SECOND_MS = 1_000;

    private final MvccHeader header;
    private final long wantedMs;
    private final LeaseTtlMinSetEncoder set = new LeaseTtlMinSetEncoder();
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private boolean isSaid;
    private long saidNs;

    LeaseTtlMin(final MvccHeader header, final long electionTimeoutNs)
    {
        this.header = header;
        wantedMs = ofElectionTimeout(electionTimeoutNs);
    }

    static long ofElectionTimeout(final long electionTimeoutNs)
    {
        return Math.max(1, (electionTimeoutNs + electionTimeoutNs / 2 + SECOND_NS - 1) / SECOND_NS) * SECOND_MS;
    }

    /** This member leads in another term than before. */
    void onLeader()
    {
        isSaid = false;
    }

    /** Of a leader: length of the message that is to be proposed now; 0 = none. */
    int proposal(final MutableDirectBuffer target, final long nowNs)
    {
        if (ms() == wantedMs || !isInForce() || isSaid && nowNs - saidNs < RETRY_NS)
        {
            return 0;
        }
        isSaid = true;
        saidNs = nowNs;
        set.wrapAndApplyHeader(target, 0, messageHeader).ttlMinMs(wantedMs);
        return set.limit();
    }

    /** Whether builds of all members know what such an entry means. */
    private boolean isInForce()
    {
        return header.isAtLeast(ApplyVersion.LEASE_TTL_MIN);
    }

    /** Applies an entry that says it. */
    void set(final long ttlMinMs)
    {
        if (isInForce())
        {
            header.leaseTtlMinMs(Math.max(SECOND_MS, Math.min(ttlMinMs, Limits.LEASE_TTL_MAX_MS)));
            header.stateHash(Bytes.mix(header.stateHash(), header.leaseTtlMinMs()));
        }
    }

    /** @return the shortest time in milliseconds. */
    long ms()
    {
        final long setMs = header.leaseTtlMinMs();
        return setMs == 0 ? Limits.LEASE_TTL_MIN_MS : setMs;
    }
}
