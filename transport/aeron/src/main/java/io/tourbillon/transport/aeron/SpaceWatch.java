package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.record.AlarmNotedEncoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.mvcc.Alarms;
import io.tourbillon.mvcc.Mvcc;
import org.agrona.MutableDirectBuffer;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Tells whoever launched the node what becomes of room for data: early, when much of the quota is used, and each alarm that comes or goes.
 * And tells the cluster, through the log, that this member's own disk is full, or not any more. Apply; allocates when something changes.
 */
final class SpaceWatch
{
    /** Between two words of this member about its disk: one that got lost is said again, and a change of mind does not fill the log. */
    private static final long NOTE_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    /** A member without room may not hear for long what it has said itself: it says it less and less often. */
    private static final long NOTE_INTERVAL_MAX_NS = TimeUnit.SECONDS.toNanos(64);
    private static final int PERCENT = 100;
    /** Of the quota: the early warning. */
    private static final int WARNING_PERCENT = 80;
    /** Below so much of the quota the next early warning may be said. */
    private static final int CALM_PERCENT = 70;

    private final Mvcc mvcc;
    private final Alarms alarms;
    private final long memberId;
    private final PipelineCounters pipeline;
    private final SpaceCounters counters;
    private final NodeEvents events;
    private final AlarmNotedEncoder noted = new AlarmNotedEncoder();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private List<Alarm> seenAlarms = List.of();
    private int seenChangeCount;
    private boolean isNoteSaid;
    private long noteSaidNs;
    private long noteIntervalNs = NOTE_INTERVAL_NS;

    SpaceWatch(
        final Mvcc mvcc, final long memberId, final PipelineCounters pipeline, final SpaceCounters counters, final NodeEvents events)
    {
        this.mvcc = mvcc;
        this.alarms = mvcc.alarms();
        this.memberId = memberId;
        this.pipeline = pipeline;
        this.counters = counters;
        this.events = events;
    }

    /** In each duty cycle: how much there was to tell. */
    int doWork()
    {
        return followQuota() + (seenChangeCount == alarms.changeCount() ? 0 : followAlarms());
    }

    private int followQuota()
    {
        final long quotaBytes = mvcc.quotaBytes();
        final boolean isWarned = counters.quotaWarning.getAcquire() != 0;
        final long markBytes = quotaBytes / PERCENT * (isWarned ? CALM_PERCENT : WARNING_PERCENT);
        final boolean isMuch = quotaBytes != 0 && mvcc.liveBytes() >= markBytes;
        if (isMuch == isWarned)
        {
            return 0;
        }
        counters.quotaWarning.setRelease(isMuch ? 1 : 0);
        if (isMuch)
        {
            counters.quotaWarnings.addRelease(1);
            events.onWarning("live data is " + mvcc.liveBytes() + " bytes, " + mvcc.liveBytes() / Math.max(1, quotaBytes / PERCENT) +
                " % of the quota of " + quotaBytes + ": beyond it puts are refused; delete, compact, or raise quota-backend-bytes");
        }
        return 1;
    }

    private int followAlarms()
    {
        seenChangeCount = alarms.changeCount();
        final List<Alarm> now = alarms.list();
        if (now.equals(seenAlarms))
        {
            return 0;
        }
        counters.alarmChanges.addRelease(1);
        now.stream().filter((alarm) -> !seenAlarms.contains(alarm))
            .forEach((alarm) -> events.onWarning("alarm raised: " + alarm.text().trim()));
        seenAlarms.stream().filter((alarm) -> !now.contains(alarm))
            .forEach((alarm) -> events.onWarning("alarm over: " + alarm.text().trim()));
        seenAlarms = now;
        return 1;
    }

    /** Length of what this member has to say to the cluster of its disk; 0 = nothing now. */
    int announcement(final MutableDirectBuffer target, final long nowNs)
    {
        final boolean isFull = pipeline.diskFull.getAcquire() != 0;
        if (!isFull && alarms.list().isEmpty() || isFull == alarms.isNoted(AlarmType.NOSPACE, memberId))
        {
            noteIntervalNs = NOTE_INTERVAL_NS;
            return 0;
        }
        if (isNoteSaid && nowNs - noteSaidNs < noteIntervalNs)
        {
            return 0;
        }
        noteIntervalNs = isNoteSaid ? Math.min(2 * noteIntervalNs, NOTE_INTERVAL_MAX_NS) : noteIntervalNs;
        isNoteSaid = true;
        noteSaidNs = nowNs;
        noted.wrapAndApplyHeader(target, 0, header)
            .memberId(memberId)
            .alarm(AlarmType.NOSPACE.number())
            .raised((short)(isFull ? 1 : 0));
        return noted.limit();
    }
}
