package io.tourbillon.transport.aeron;

import io.tourbillon.mvcc.Mvcc;

/** Warns of a member whose build is too old for the cluster's version and does not know it. Apply; allocates when members change. */
final class VersionWatch
{
    private final Mvcc mvcc;
    private final NodeEvents events;
    private int seenChangeCount;
    private int seenVersion;
    private long toldId;

    VersionWatch(final Mvcc mvcc, final NodeEvents events)
    {
        this.mvcc = mvcc;
        this.events = events;
    }

    /** In each duty cycle: how much there was to tell. */
    int doWork()
    {
        final int changeCount = mvcc.members().changeCount();
        final int version = mvcc.version().inForce();
        if (changeCount == seenChangeCount && version == seenVersion)
        {
            return 0;
        }
        seenChangeCount = changeCount;
        seenVersion = version;
        final long outdatedId = mvcc.version().outdatedMemberId();
        if (outdatedId != 0 && outdatedId != toldId)
        {
            events.onWarning("member " + Long.toHexString(outdatedId) + " runs a build that is too old for cluster version " + version +
                ": its state may differ; stop it, remove it, and add a member of a newer build");
        }
        toldId = outdatedId;
        return 1;
    }
}
