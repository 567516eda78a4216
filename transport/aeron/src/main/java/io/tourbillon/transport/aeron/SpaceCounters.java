package io.tourbillon.transport.aeron;

import io.tourbillon.consensus.pipeline.PaddedLong;

/** What a node counts of room for data. Apply writes, any thread reads with {@link PaddedLong#getAcquire()}. */
public final class SpaceCounters
{
    /** 1 while so much of the quota is used that an operator should look. */
    public final PaddedLong quotaWarning = new PaddedLong();
    /** Times that so much was used since start, that alarm or none. */
    public final PaddedLong quotaWarnings = new PaddedLong();
    /** Times that the list of alarms has changed since start. */
    public final PaddedLong alarmChanges = new PaddedLong();
}
