package io.tourbillon.mvcc;

import org.agrona.MutableDirectBuffer;

/**
 * What a leader has to say beside its leases, where the log says otherwise: which version of what entries do is in force, its quota, its
 * shortest time of a lease. Apply thread; does not allocate unless members have changed.
 */
final class LeaderWords
{
    final ClusterVersion version;
    final LeaseTtlMin leaseTtlMin;
    private final QuotaProposer quota;

    LeaderWords(final MvccHeader header, final Members members, final MvccSettings settings)
    {
        version = new ClusterVersion(header, members, settings.initialMembers(), settings.applyVersion());
        leaseTtlMin = new LeaseTtlMin(header, settings.electionTimeoutNs());
        quota = new QuotaProposer(header, settings.quotaBytes());
    }

    /** This member leads in another term than before. */
    void onLeader()
    {
        version.onLeader();
        leaseTtlMin.onLeader();
        quota.onLeader();
    }

    /** Of a leader: length of the message that is to be proposed now; 0 = none. */
    int proposal(final MutableDirectBuffer target, final long nowNs)
    {
        int length = version.proposal(target, nowNs);
        length = length > 0 ? length : leaseTtlMin.proposal(target, nowNs);
        return length > 0 ? length : quota.proposal(target, nowNs);
    }
}
