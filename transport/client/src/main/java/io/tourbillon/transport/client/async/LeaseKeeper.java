package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.Protocol;
import org.agrona.collections.ArrayListUtil;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Keeps leases alive, each renewed three times in its life: four times a second one request renews all that are due, 256 at most, so that
 * ten thousand leases of a minute take four requests a second and not five hundred. Any thread.
 */
public final class LeaseKeeper
{
    private static final long TICK_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final TourbillonAsyncClient client;

    // The client's thread alone.
    private final ArrayList<KeptLease> leases = new ArrayList<>();
    private boolean isTicking;

    LeaseKeeper(final TourbillonAsyncClient client)
    {
        this.client = client;
    }

    /**
     * Renews a lease from now on, until it is gone or {@link KeptLease#stop}ped, or the client is closed.
     *
     * @param leaseId   of the lease.
     * @param ttlMs     that it was granted, in milliseconds.
     * @param grantedNs when that was asked for, as {@link System#nanoTime()} says it: no later than the cluster counts from.
     * @return the lease.
     */
    public KeptLease keep(final long leaseId, final long ttlMs, final long grantedNs)
    {
        final KeptLease lease = new KeptLease(leaseId, TimeUnit.MILLISECONDS.toNanos(ttlMs), grantedNs);
        client.after(0).whenComplete((nothing, closed) -> add(lease, closed));
        return lease;
    }

    private void add(final KeptLease lease, final Throwable closed)
    {
        checkDeadline(lease, closed);
        if (!lease.done().isDone())
        {
            leases.add(lease);
            if (!isTicking)
            {
                isTicking = true;
                tick(null);
            }
        }
    }

    private void checkDeadline(final KeptLease lease, final Throwable closed)
    {
        final long leftNs = lease.leftNs(System.nanoTime());
        if (null != closed || leftNs <= 0)
        {
            lease.stop();
        }
        else if (!lease.done().isDone())
        {
            client.after(leftNs).whenComplete((nothing, isClosed) -> checkDeadline(lease, isClosed));
        }
    }

    private void tick(final Throwable closed)
    {
        final long nowNs = System.nanoTime();
        List<KeptLease> due = new ArrayList<>();
        for (int i = leases.size() - 1; i >= 0; i--)
        {
            final KeptLease lease = leases.get(i);
            if (lease.done().isDone())
            {
                ArrayListUtil.fastUnorderedRemove(leases, i);
            }
            else if (lease.isDue(nowNs + TICK_NS))
            {
                due.add(lease);
            }
            if (due.size() == Protocol.LEASES_KEPT_ALIVE_MAX)
            {
                renew(due, nowNs);
                due = new ArrayList<>();
            }
        }
        renew(due, nowNs);
        isTicking = null == closed && !leases.isEmpty();
        if (isTicking)
        {
            client.after(TICK_NS).whenComplete((nothing, isClosed) -> tick(isClosed));
        }
    }

    private void renew(final List<KeptLease> due, final long nowNs)
    {
        if (!due.isEmpty())
        {
            due.forEach(KeptLease::onAsked);
            client.keepLeasesAlive(due.stream().mapToLong(KeptLease::id).toArray())
                .whenComplete((result, error) -> onAnswered(due, nowNs, null == error ? result.renewals() : List.of()));
        }
    }

    /** A lease that is kept twice is answered alike. */
    private static void onAnswered(final List<KeptLease> asked, final long askedNs, final List<RenewalsResult.Renewal> renewals)
    {
        final Map<Long, RenewalsResult.Renewal> byId = renewals.stream()
            .collect(Collectors.toMap(RenewalsResult.Renewal::id, Function.identity(), (first, second) -> second));
        asked.forEach(lease -> lease.onAnswered(askedNs, byId.get(lease.id())));
    }
}
