package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.pipeline.PaddedLong;
import io.tourbillon.mvcc.Mvcc;

/** What the state machine holds now. Apply writes, any thread reads with {@link PaddedLong#getAcquire()}. */
public final class StateCounters
{
    /** Revision of the store. */
    public final PaddedLong revision = new PaddedLong();
    /** Revision up to which history was given up. */
    public final PaddedLong compactRevision = new PaddedLong();
    /** Keys that live. */
    public final PaddedLong keys = new PaddedLong();
    /** Bytes of live data, as the quota counts them. */
    public final PaddedLong liveBytes = new PaddedLong();
    /** Watchers. */
    public final PaddedLong watchers = new PaddedLong();

    /** Keys put since start, replay included. */
    public final PaddedLong puts = new PaddedLong();
    /** Deletes since start, replay included. */
    public final PaddedLong deletes = new PaddedLong();
    /** Ranges read for clients of this member since start. */
    public final PaddedLong ranges = new PaddedLong();
    /** Transactions since start that have done more than one thing, replay included. */
    public final PaddedLong txns = new PaddedLong();
    /** Which version of what entries do is in force. */
    public final PaddedLong clusterVersion = new PaddedLong();

    /** Leases. */
    public final PaddedLong leases = new PaddedLong();
    /** Leases granted since start, replay included. */
    public final PaddedLong leasesGranted = new PaddedLong();
    /** Leases that clients have ended since start, replay included. */
    public final PaddedLong leasesRevoked = new PaddedLong();
    /** Leases that have run out since start, replay included. */
    public final PaddedLong leasesExpired = new PaddedLong();
    /** Renewals since start, while this member led. */
    public final PaddedLong leaseRenewals = new PaddedLong();

    /** Apply: a store only where something has changed. */
    void tell(final Mvcc mvcc)
    {
        SlowSessions.tell(revision, mvcc.revision());
        SlowSessions.tell(compactRevision, mvcc.compactRevision());
        SlowSessions.tell(keys, mvcc.keyCount());
        SlowSessions.tell(liveBytes, mvcc.liveBytes());
        SlowSessions.tell(watchers, mvcc.watcherCount());
        SlowSessions.tell(puts, mvcc.operationFigures().puts());
        SlowSessions.tell(deletes, mvcc.operationFigures().deletes());
        SlowSessions.tell(ranges, mvcc.operationFigures().ranges());
        SlowSessions.tell(txns, mvcc.operationFigures().txns());
        SlowSessions.tell(clusterVersion, mvcc.version().inForce());
        SlowSessions.tell(leases, mvcc.leaseCount());
        SlowSessions.tell(leasesGranted, mvcc.leaseFigures().granted());
        SlowSessions.tell(leasesRevoked, mvcc.leaseFigures().revoked());
        SlowSessions.tell(leasesExpired, mvcc.leaseFigures().expired());
        SlowSessions.tell(leaseRenewals, mvcc.leaseFigures().renewed());
    }
}
