package io.tourbillon.perf.load;

import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.LatencyRecord;
import io.tourbillon.perf.ProcessUsage;
import org.agrona.DirectBuffer;

import java.util.concurrent.TimeUnit;

/**
 * One run: sends what the pacer says is due, accounts for each reply, checks each answer. Runs on the one thread that a {@link Target}
 * gives it and
 * does not allocate while it measures.
 * <p>
 * What is checked: each request gets one reply; a put's revision is above every revision that was acknowledged before it left; a get's
 * value is sound,
 * of its key, and not older than the last put of that key acknowledged before the get left; events come once each, in order, none missing.
 */
public final class LoadRun implements ReplySink
{
    private static final byte PUT = 1;
    private static final byte GET = 2;
    private static final int SENDS_PER_TICK_MAX = 256;
    private static final long WATCH_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long NS_PER_IDLE_MAX = 200_000;

    private enum Phase
    {
        WATCHING, SENDING, DRAINING, DONE
    }

    private final KeySpace keySpace;
    private final RunPlan plan;
    private final Target target;
    private final long[] serverPids;
    private final long[] ackedRevision; // of each key: the highest mod revision acknowledged; outlives the run
    private final InFlight inFlight;
    private final Checks checks = new Checks();
    private final LatencyRecord puts;
    private final LatencyRecord gets;
    private final LatencyRecord events;
    private final long startNs;
    private final long measureFromNs;
    private final long measureToNs;
    private final Pacer pacer;
    private Phase phase = Phase.SENDING;
    private long phaseDeadlineNs;
    private Meter from;
    private Meter to;
    private boolean isFromAsked;
    private boolean isToAsked;
    private boolean isWatchAsked;
    private long random;
    private long writeNumber;
    private long highestRevision;
    private long lastEventRevision;
    private long putCount;
    private long getCount;
    private long eventCount;
    private int nextKeyIndex;
    private long sentCount;

    /**
     * @param keySpace      keys and values.
     * @param plan          what to do.
     * @param target        to do it to.
     * @param serverPids    processes of the server, for their usage.
     * @param ackedRevision one for each key, kept from run to run.
     */
    public LoadRun(
        final KeySpace keySpace, final RunPlan plan, final Target target, final long[] serverPids, final long[] ackedRevision)
    {
        assert ackedRevision.length == keySpace.keyCount();
        this.keySpace = keySpace;
        this.plan = plan;
        this.target = target;
        this.serverPids = serverPids;
        this.ackedRevision = ackedRevision;
        this.inFlight = new InFlight(plan.window());
        this.random = plan.seed() * 0x9E37_79B9_7F4A_7C15L | 1;
        final long roomNs = System.nanoTime() + plan.warmupNs();
        puts = new LatencyRecord("put", roomNs, plan.durationNs());
        gets = new LatencyRecord("get", roomNs, plan.durationNs());
        events = new LatencyRecord("event", roomNs, plan.durationNs());
        startNs = System.nanoTime();
        measureFromNs = startNs + plan.warmupNs();
        measureToNs = measureFromNs + plan.durationNs();
        pacer = plan.pacer(startNs);
        if (plan.workload() == Workload.WATCH)
        {
            enter(Phase.WATCHING, startNs + WATCH_TIMEOUT_NS);
        }
    }

    private void enter(final Phase next, final long deadlineNs)
    {
        phase = next;
        phaseDeadlineNs = deadlineNs;
    }

    /**
     * Sends what is due. Driving thread, after replies were handed over and at least every {@link #idleNs(long)}.
     *
     * @param nowNs as {@link System#nanoTime()}.
     * @return false once the run is over.
     */
    public boolean tick(final long nowNs)
    {
        switch (phase)
        {
            case WATCHING -> onWatchingTick(nowNs);
            case SENDING -> onSendingTick(nowNs);
            case DRAINING -> onDrainingTick(nowNs);
            case DONE ->
            {
            }
        }
        return phase != Phase.DONE;
    }

    /**
     * @param nowNs as {@link System#nanoTime()}.
     * @return how long the driving thread may wait for replies before the next {@link #tick(long)}.
     */
    public long idleNs(final long nowNs)
    {
        return phase == Phase.SENDING && plan.ratePerS() > 0 ? Math.min(NS_PER_IDLE_MAX, pacer.idleNs(nowNs)) : NS_PER_IDLE_MAX;
    }

    private void onWatchingTick(final long nowNs)
    {
        if (!isWatchAsked)
        {
            isWatchAsked = target.watch();
        }
        if (nowNs - phaseDeadlineNs > 0)
        {
            onLost("the watch was not created in time");
        }
    }

    private void onSendingTick(final long nowNs)
    {
        if (!plan.isPreload())
        {
            readMeters(nowNs);
        }
        final long untilNs = nowNs - measureToNs < 0 ? nowNs : measureToNs;
        // What an open loop owed when its time ended still leaves: a stall at the end counts as well.
        final boolean isOwing = plan.ratePerS() > 0 && pacer.due(measureToNs, inFlight.count()) != Pacer.NOT_DUE;
        final boolean isOver = nowNs - measureToNs >= 0 && !isOwing || isAllSent();
        if (isOver)
        {
            checks.lost(plan.isPreload() ? keySpace.keyCount() - nextKeyIndex : 0, "keys not preloaded in time");
            enter(Phase.DRAINING, nowNs + plan.drainNs());
            return;
        }
        for (int i = 0; i < SENDS_PER_TICK_MAX; i++)
        {
            final long dueNs = pacer.due(untilNs, inFlight.count());
            if (dueNs == Pacer.NOT_DUE || !send(dueNs))
            {
                return;
            }
            pacer.sent();
        }
    }

    private boolean isAllSent()
    {
        return plan.isPreload() ? nextKeyIndex == keySpace.keyCount() : plan.sendCount() > 0 && sentCount == plan.sendCount();
    }

    private void readMeters(final long nowNs)
    {
        if (!isFromAsked && nowNs - measureFromNs >= 0)
        {
            isFromAsked = target.requestStatus();
        }
    }

    private void onDrainingTick(final long nowNs)
    {
        if (!isToAsked && !plan.isPreload())
        {
            isToAsked = target.requestStatus();
        }
        final boolean isStatusThere = plan.isPreload() || to != null;
        final long eventsMissing = plan.workload() == Workload.WATCH ? putCount - eventCount : 0;
        final boolean isDrained = inFlight.count() == 0 && eventsMissing <= 0;
        if (isDrained && isStatusThere || nowNs - phaseDeadlineNs > 0)
        {
            checks.lost(inFlight.count(), "requests without a reply");
            checks.lost(eventsMissing, "events too few or too many");
            enter(Phase.DONE, nowNs);
        }
    }

    private boolean send(final long dueNs)
    {
        if (inFlight.isFull() || isAllSent())
        {
            return false;
        }
        final long before = random;
        final int keyIndex = plan.isPreload() ? nextKeyIndex : randomBelow(keySpace.keyCount());
        final boolean isSent = isNextAPut() ? sendPut(keyIndex, dueNs) : sendGet(keyIndex, dueNs);
        if (!isSent)
        {
            random = before; // the same request next time
        }
        else
        {
            sentCount++;
            nextKeyIndex += plan.isPreload() ? 1 : 0;
        }
        return isSent;
    }

    private boolean isNextAPut()
    {
        return switch (plan.workload())
        {
            case PUT, WATCH -> true;
            case GET -> false;
            case MIXED -> randomBelow(100) >= plan.readPercent();
        };
    }

    private boolean sendPut(final int keyIndex, final long dueNs)
    {
        final long token = inFlight.take(PUT, keyIndex, dueNs, highestRevision);
        if (!target.put(token, keyIndex, writeNumber + 1, dueNs))
        {
            inFlight.release(token);
            return false;
        }
        writeNumber++;
        return true;
    }

    private boolean sendGet(final int keyIndex, final long dueNs)
    {
        final long token = inFlight.take(GET, keyIndex, dueNs, ackedRevision[keyIndex]);
        if (!target.get(token, keyIndex))
        {
            inFlight.release(token);
            return false;
        }
        return true;
    }

    private int randomBelow(final int bound)
    {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return (int)((random >>> 32) * bound >>> 32);
    }

    @Override
    public void onPut(final long token, final long revision)
    {
        if (!inFlight.isWaiting(token, PUT))
        {
            checks.stray(token);
            return;
        }
        final int keyIndex = inFlight.keyIndex(token);
        if (revision <= inFlight.revisionFloor(token))
        {
            checks.wrongRevision(keyIndex, revision, inFlight.revisionFloor(token));
        }
        highestRevision = Math.max(highestRevision, revision);
        ackedRevision[keyIndex] = Math.max(ackedRevision[keyIndex], revision);
        putCount++;
        recordAndRelease(puts, token);
    }

    @Override
    public void onGet(final long token, final long modRevision, final DirectBuffer buffer, final int offset, final int length)
    {
        if (!inFlight.isWaiting(token, GET))
        {
            checks.stray(token);
            return;
        }
        final int keyIndex = inFlight.keyIndex(token);
        if (modRevision < inFlight.revisionFloor(token) || modRevision == 0)
        {
            checks.wrongRevision(keyIndex, modRevision, inFlight.revisionFloor(token));
        }
        else
        {
            final int verdict = keySpace.checkValue(keyIndex, buffer, offset, length);
            if (verdict != KeySpace.SOUND)
            {
                checks.wrongValue(keyIndex, verdict);
            }
        }
        getCount++;
        recordAndRelease(gets, token);
    }

    private void recordAndRelease(final LatencyRecord record, final long token)
    {
        final long intendedNs = inFlight.intendedNs(token);
        if (!plan.isPreload() && intendedNs - measureFromNs >= 0)
        {
            final long nowNs = System.nanoTime();
            record.record(nowNs, nowNs - intendedNs);
        }
        inFlight.release(token);
    }

    @Override
    public void onError(final long token, final String reason)
    {
        checks.error(reason);
        if (inFlight.isWaiting(token))
        {
            inFlight.release(token);
        }
    }

    @Override
    public void onWatching(final long revision)
    {
        lastEventRevision = revision;
        enter(Phase.SENDING, measureToNs);
    }

    @Override
    public void onEvent(final long modRevision, final DirectBuffer buffer, final int offset, final int length)
    {
        if (modRevision <= lastEventRevision)
        {
            checks.wrongEvent(modRevision, lastEventRevision);
        }
        lastEventRevision = modRevision;
        eventCount++;
        final int verdict = length < KeySpace.VALUE_HEAD_LENGTH ? KeySpace.WRONG_LENGTH :
            keySpace.checkValue(KeySpace.keyIndexOf(buffer, offset), buffer, offset, length);
        if (verdict != KeySpace.SOUND)
        {
            checks.wrongValue(-1, verdict);
            return;
        }
        final long intendedNs = KeySpace.intendedNsOf(buffer, offset);
        if (intendedNs - measureFromNs >= 0)
        {
            final long nowNs = System.nanoTime();
            events.record(nowNs, nowNs - intendedNs);
        }
    }

    @Override
    public void onLost(final String reason)
    {
        checks.error(reason);
        checks.lost(inFlight.count(), "requests without a reply");
        enter(Phase.DONE, System.nanoTime());
    }

    @Override
    public void onStatus(final ServerStatus status)
    {
        final Meter meter = new Meter(
            System.nanoTime(), putCount, getCount, eventCount, status,
            ProcessUsage.of(serverPids), ProcessUsage.of(ProcessHandle.current().pid()));
        if (from == null)
        {
            from = meter;
        }
        else
        {
            to = meter;
        }
    }

    /**
     * Ends the accounts. Call it once the run is over.
     *
     * @return what the run gave.
     */
    public LoadResult result()
    {
        assert phase == Phase.DONE : phase;
        return new LoadResult(plan, checks, puts, gets, events, from, to, putCount, getCount, eventCount);
    }
}
