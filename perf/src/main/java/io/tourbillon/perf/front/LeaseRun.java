package io.tourbillon.perf.front;

import io.tourbillon.perf.LatencyRecord;
import io.tourbillon.perf.load.Pacer;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Grants many leases, a tenth of them so that they end at one moment, each of these with a key, and looks when the keys go; meanwhile
 * others put at a fixed rate. Void if a key goes before its lease's deadline, twice, or not at all. A deadline counts from when the grant
 * left, so what it took is in the figure.
 */
final class LeaseRun implements FrontRun
{
    private static final byte[] PREFIX = "front/lease/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PREFIX_END = "front/lease0".getBytes(StandardCharsets.US_ASCII); // the byte after '/'
    private static final byte[] OTHER_KEY = "front/other".getBytes(StandardCharsets.US_ASCII);
    private static final int OTHER_VALUE_LENGTH = 256;
    private static final int WINDOW = 512;
    private static final long LONG_TTL_MS = TimeUnit.HOURS.toMillis(1);
    private static final int STORM_SHARE = 10;
    private static final long OTHERS = 1L << 40;
    private static final long KEYS = 1L << 41;

    /**
     * How long what takes.
     *
     * @param grantNs  for granting the long ones, at most.
     * @param baseNs   of looking at the others' puts before the storm.
     * @param marginNs for granting those that end at once, beside what the long ones took.
     * @param waitNs   for their end, at most.
     */
    record Times(long grantNs, long baseNs, long marginNs, long waitNs)
    {
        static Times of(final long grantNs, final long baseNs)
        {
            return new Times(grantNs, baseNs, TimeUnit.SECONDS.toNanos(3), TimeUnit.SECONDS.toNanos(150));
        }
    }

    private enum Phase
    {
        WATCHING, GRANTING, ARMING, WAITING, STORM, DONE
    }

    private final FrontTarget target;
    private final int leasesMax;
    private final long granularityMs;
    private final double ratePerS;
    private final Times times;
    private final UnsafeBuffer value = new UnsafeBuffer(ByteBuffer.allocateDirect(OTHER_VALUE_LENGTH));
    private final LongArrayList intendedNs = new LongArrayList();
    private Phase phase = Phase.WATCHING;
    private boolean isWatching;
    private boolean isWatchAsked;
    private long phaseStartNs;
    private int grantedCount;
    private int askedCount;
    private int inFlight;
    private long grantTookNs;
    private int stormCount;
    private int stormAsked;
    private int stormKeys;
    private long stormNs;
    private long[] deadlineNs = {};
    private long[] leaseIds = {};
    private boolean[] isGone = {};
    private int[] toPut = {};
    private int toPutCount;
    private int goneCount;
    private Pacer pacer;
    private int othersInFlight;
    private LatencyRecord before;
    private LatencyRecord meanwhile;
    private LatencyRecord late;
    private long lastGoneNs;
    private String fault;

    /**
     * @param target        to grant at.
     * @param leasesMax     leases at most.
     * @param granularityMs of times to live.
     * @param ratePerS      of the others' puts.
     * @param times         of its parts.
     */
    LeaseRun(
        final FrontTarget target,
        final int leasesMax,
        final long granularityMs,
        final double ratePerS,
        final Times times)
    {
        this.target = target;
        this.leasesMax = leasesMax;
        this.granularityMs = granularityMs;
        this.ratePerS = ratePerS;
        this.times = times;
    }

    @Override
    public boolean tick(final long nowNs)
    {
        switch (phase)
        {
            case WATCHING -> watch(nowNs);
            case GRANTING -> grant(nowNs);
            case ARMING -> arm(nowNs);
            case WAITING, STORM -> await(nowNs);
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
        isWatchAsked = isWatchAsked || target.watch(0, PREFIX, PREFIX_END);
        if (isWatching)
        {
            phase = Phase.GRANTING;
            phaseStartNs = nowNs;
        }
    }

    private void grant(final long nowNs)
    {
        final int wanted = leasesMax - leasesMax / STORM_SHARE;
        final boolean isOver = nowNs - phaseStartNs >= times.grantNs();
        while (!isOver && askedCount < wanted && inFlight < WINDOW && target.grant(askedCount, LONG_TTL_MS))
        {
            askedCount++;
            inFlight++;
        }
        if (inFlight == 0 && (isOver || askedCount == wanted))
        {
            grantTookNs = nowNs - phaseStartNs;
            stormCount = Math.max(1, grantedCount / (STORM_SHARE - 1));
            deadlineNs = new long[stormCount];
            leaseIds = new long[stormCount];
            isGone = new boolean[stormCount];
            toPut = new int[stormCount];
            // As long as so many grants and puts took before, and half as long again, and the look at the others' puts before the storm.
            stormNs = nowNs + 3 * (grantTookNs / (STORM_SHARE - 1)) + times.baseNs() + times.marginNs();
            phase = Phase.ARMING;
        }
    }

    private void arm(final long nowNs)
    {
        while (stormAsked < stormCount && inFlight < WINDOW)
        {
            final long leftMs = TimeUnit.NANOSECONDS.toMillis(stormNs - nowNs);
            final long ttlMs = (leftMs + granularityMs - 1) / granularityMs * granularityMs;
            deadlineNs[stormAsked] = nowNs + TimeUnit.MILLISECONDS.toNanos(ttlMs);
            if (!target.grant(leasesMax + stormAsked, ttlMs))
            {
                break;
            }
            stormAsked++;
            inFlight++;
        }
        while (toPutCount > 0)
        {
            final int index = toPut[toPutCount - 1];
            value.putInt(0, index);
            if (!target.put(KEYS | index, key(index), value, Integer.BYTES, leaseIds[index]))
            {
                break;
            }
            toPutCount--;
        }
        if (nowNs - stormNs >= 0)
        {
            onFault("only " + stormKeys + " of " + stormCount + " leases had their key before they ended");
        }
        else if (stormKeys == stormCount && nowNs - (stormNs - times.baseNs()) >= 0)
        {
            phase = Phase.WAITING;
            pacer = Pacer.openLoop(nowNs, ratePerS, WINDOW);
            before = new LatencyRecord("put", nowNs, times.baseNs());
            meanwhile = new LatencyRecord("put", stormNs, times.waitNs());
            late = new LatencyRecord("late", stormNs, times.waitNs());
        }
    }

    private static byte[] key(final int index)
    {
        return ("front/lease/" + index).getBytes(StandardCharsets.US_ASCII);
    }

    private void await(final long nowNs)
    {
        final boolean isOver = goneCount == stormCount;
        for (long dueNs = pacer.due(nowNs, othersInFlight); !isOver && dueNs != Pacer.NOT_DUE; dueNs = pacer.due(nowNs, othersInFlight))
        {
            if (!target.put(OTHERS | intendedNs.size(), OTHER_KEY, value, OTHER_VALUE_LENGTH, 0))
            {
                break;
            }
            intendedNs.addLong(dueNs);
            othersInFlight++;
            pacer.sent();
        }
        if (isOver && othersInFlight == 0)
        {
            phase = Phase.DONE;
        }
        else if (nowNs - stormNs > times.waitNs())
        {
            onFault(stormCount - goneCount + " leases did not end, " + othersInFlight + " puts were not acknowledged");
        }
    }

    @Override
    public void onWatching(final int watcher)
    {
        isWatching = true;
    }

    @Override
    public void onGranted(final long token, final long leaseId)
    {
        inFlight--;
        grantedCount++;
        if (token >= leasesMax)
        {
            final int index = (int)(token - leasesMax);
            leaseIds[index] = leaseId;
            toPut[toPutCount++] = index;
        }
    }

    @Override
    public void onPut(final long token)
    {
        if ((token & KEYS) != 0)
        {
            stormKeys++;
            return;
        }
        othersInFlight--;
        final long nowNs = System.nanoTime();
        final long dueNs = intendedNs.getLong((int)(token ^ OTHERS));
        (dueNs - stormNs < 0 ? before : meanwhile).record(nowNs, nowNs - dueNs);
    }

    @Override
    public void onEvent(
        final int watcher, final long revision, final boolean isDelete, final DirectBuffer key, final DirectBuffer bytes)
    {
        if (!isDelete)
        {
            return;
        }
        final int index = key.parseNaturalIntAscii(PREFIX.length, key.capacity() - PREFIX.length);
        final long nowNs = System.nanoTime();
        if (isGone[index] || nowNs - deadlineNs[index] < 0)
        {
            onFault("lease " + index + " ended " + (isGone[index] ? "twice" : (deadlineNs[index] - nowNs) / 1000 + " us early"));
            return;
        }
        isGone[index] = true;
        goneCount++;
        lastGoneNs = nowNs;
        late.record(nowNs, nowNs - deadlineNs[index]);
    }

    @Override
    public void onFault(final String reason)
    {
        fault = fault == null ? reason : fault;
    }

    String fault()
    {
        return fault;
    }

    int grantedCount()
    {
        return grantedCount;
    }

    int stormCount()
    {
        return stormCount;
    }

    /** Time that granting the long ones took. */
    long grantTookNs()
    {
        return grantTookNs;
    }

    /** From the common deadline to the last lease's end. */
    double stormSeconds()
    {
        return (lastGoneNs - stormNs) / 1e9;
    }

    /** How long after its deadline each lease ended, as its watcher heard. */
    LatencyRecord late()
    {
        return late;
    }

    /** The others' puts before the storm, from when they were meant to leave. */
    LatencyRecord before()
    {
        return before;
    }

    /** The same from the common deadline to the last lease's end. */
    LatencyRecord meanwhile()
    {
        return meanwhile;
    }
}
