package io.tourbillon.perf.front;

import io.tourbillon.perf.LatencyRecord;
import io.tourbillon.perf.ProcessUsage;
import io.tourbillon.perf.load.Pacer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Puts one key that many watch, in stages, and accounts for each delivery: every watcher hears every put once, in the order of
 * revisions (that of puts only where the server keeps it); else the run is void. Nobody else may write. A put's latency ends with its last
 * delivery and begins when it was meant to leave.
 */
final class FanOutRun implements FrontRun
{
    /** What is put and watched. */
    static final byte[] KEY = "front/fan-out".getBytes(StandardCharsets.US_ASCII);
    /** Puts whose deliveries are not all there yet, at most. */
    static final int UNDELIVERED_MAX = 4096;

    private static final byte[] NO_END = {};
    private static final long WATCH_TIMEOUT_NS = TimeUnit.MINUTES.toNanos(2);
    private static final long DRAIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    /**
     * One stage.
     *
     * @param ratePerS   puts a second, whatever the server does; 0 = as many as the window allows.
     * @param window     puts with deliveries to come, at most.
     * @param warmupNs   before measuring.
     * @param durationNs of measuring.
     */
    record Stage(double ratePerS, int window, long warmupNs, long durationNs)
    {
    }

    /**
     * What a stage gave.
     *
     * @param putRate       puts a second.
     * @param deliveryRate  events delivered a second, one for each watcher that heard it.
     * @param p50           from the intended time to the last delivery, in microseconds.
     * @param p99           the same.
     * @param serverCpuUs   processor time of the server for each delivery.
     * @param driverCpuUs   of this process.
     */
    record Figures(double putRate, double deliveryRate, double p50, double p99, double serverCpuUs, double driverCpuUs)
    {
    }

    private enum Phase
    {
        WATCHING, PUTTING, DRAINING, DONE
    }

    private final FrontTarget target;
    private final List<Stage> stages;
    private final long serverPid;
    private final UnsafeBuffer value;
    private final long[] lastHeard;
    private final long[] intendedNs = new long[UNDELIVERED_MAX];
    private final int[] missing = new int[UNDELIVERED_MAX];
    private final List<Figures> figures = new ArrayList<>();
    private Phase phase = Phase.WATCHING;
    private long phaseDeadlineNs = System.nanoTime() + WATCH_TIMEOUT_NS;
    private int askedCount;
    private int watchingCount;
    private long firstRevision;
    private long putNumber;
    private long ackedCount;
    private long deliveredCount;
    private int undelivered;
    private Stage stage;
    private Pacer pacer;
    private LatencyRecord latency;
    private long fromNs;
    private long toNs;
    private Mark from;
    private Mark to;
    private String fault;

    private record Mark(long nowNs, long putNumber, long deliveredCount, ProcessUsage server, ProcessUsage driver)
    {
    }

    FanOutRun(final FrontTarget target, final int watcherCount, final int valueLength, final List<Stage> stages, final long serverPid)
    {
        this.target = target;
        this.stages = stages;
        this.serverPid = serverPid;
        lastHeard = new long[watcherCount];
        value = new UnsafeBuffer(ByteBuffer.allocateDirect(valueLength));
    }

    @Override
    public boolean tick(final long nowNs)
    {
        switch (phase)
        {
            case WATCHING -> watch(nowNs);
            case PUTTING -> put(nowNs);
            case DRAINING -> drain(nowNs);
            case DONE ->
            {
            }
        }
        if (fault != null)
        {
            phase = Phase.DONE;
        }
        return phase != Phase.DONE;
    }

    private void watch(final long nowNs)
    {
        while (askedCount < lastHeard.length && target.watch(askedCount, KEY, NO_END))
        {
            askedCount++;
        }
        if (watchingCount == lastHeard.length)
        {
            begin();
        }
        else if (nowNs - phaseDeadlineNs > 0)
        {
            onFault(watchingCount + " of " + lastHeard.length + " watchers were registered in time");
        }
    }

    private void begin()
    {
        stage = stages.get(figures.size());
        latency = new LatencyRecord("last", System.nanoTime() + stage.warmupNs(), stage.durationNs());
        final long nowNs = System.nanoTime(); // making the histograms took time that is not the server's
        fromNs = nowNs + stage.warmupNs();
        toNs = fromNs + stage.durationNs();
        pacer = stage.ratePerS() > 0 ? Pacer.openLoop(nowNs, stage.ratePerS(), stage.window()) : Pacer.closedLoop(stage.window());
        from = null;
        to = null;
        phase = Phase.PUTTING;
    }

    private void put(final long nowNs)
    {
        from = from == null && nowNs - fromNs >= 0 ? mark(nowNs) : from;
        if (nowNs - toNs >= 0)
        {
            to = mark(nowNs);
            phaseDeadlineNs = nowNs + DRAIN_TIMEOUT_NS;
            phase = Phase.DRAINING;
            return;
        }
        long dueNs = pacer.due(nowNs, undelivered);
        while (dueNs != Pacer.NOT_DUE)
        {
            value.putLong(0, putNumber + 1);
            // Noted first: nothing keeps a target from delivering at once.
            final int slot = (int)((putNumber + 1) % UNDELIVERED_MAX);
            intendedNs[slot] = dueNs;
            missing[slot] = lastHeard.length;
            if (!target.put(putNumber + 1, KEY, value, value.capacity(), 0))
            {
                return;
            }
            putNumber++;
            undelivered++;
            pacer.sent();
            dueNs = pacer.due(nowNs, undelivered);
        }
    }

    private void drain(final long nowNs)
    {
        if (undelivered == 0 && ackedCount == putNumber)
        {
            final double seconds = (to.nowNs - from.nowNs) / 1e9;
            final double deliveries = to.deliveredCount - from.deliveredCount;
            figures.add(new Figures(
                (to.putNumber - from.putNumber) / seconds, deliveries / seconds, latency.micros(50), latency.micros(99),
                to.server.cpuNsSince(from.server) / 1e3 / deliveries, to.driver.cpuNsSince(from.driver) / 1e3 / deliveries));
            if (figures.size() < stages.size())
            {
                begin();
            }
            else
            {
                phase = Phase.DONE;
            }
        }
        else if (nowNs - phaseDeadlineNs > 0)
        {
            onFault(undelivered + " puts were not heard by all, " + (putNumber - ackedCount) + " not acknowledged");
        }
    }

    private Mark mark(final long nowNs)
    {
        return new Mark(nowNs, putNumber, deliveredCount, ProcessUsage.of(serverPid), ProcessUsage.of(ProcessHandle.current().pid()));
    }

    @Override
    public void onWatching(final int watcher)
    {
        watchingCount++;
    }

    @Override
    public void onEvent(
        final int watcher, final long revision, final boolean isDelete, final DirectBuffer key, final DirectBuffer bytes)
    {
        final long number = bytes.capacity() == value.capacity() ? bytes.getLong(0) : -1;
        firstRevision = firstRevision == 0 ? revision : firstRevision;
        final long expected = lastHeard[watcher] == 0 ? firstRevision : lastHeard[watcher] + 1;
        if (isDelete || revision != expected || number < 1 || number > putNumber + 1 || missing[(int)(number % UNDELIVERED_MAX)] <= 0)
        {
            onFault("watcher " + watcher + " heard put " + number + " at revision " + revision + " after revision " + lastHeard[watcher]);
            return;
        }
        lastHeard[watcher] = revision;
        deliveredCount++;
        final int slot = (int)(number % UNDELIVERED_MAX);
        if (--missing[slot] == 0)
        {
            undelivered--;
            final long dueNs = intendedNs[slot];
            if (dueNs - fromNs >= 0 && dueNs - toNs < 0)
            {
                final long nowNs = System.nanoTime();
                latency.record(nowNs, nowNs - dueNs);
            }
        }
    }

    @Override
    public void onPut(final long token)
    {
        ackedCount++;
    }

    @Override
    public void onFault(final String reason)
    {
        fault = fault == null ? reason : fault;
    }

    /** Null if every watcher heard every put once, in order. */
    String fault()
    {
        return fault;
    }

    /** One of each stage; fewer if the run is void. */
    List<Figures> figures()
    {
        return figures;
    }
}
