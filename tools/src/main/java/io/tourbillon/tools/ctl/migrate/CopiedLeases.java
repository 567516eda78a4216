package io.tourbillon.tools.ctl.migrate;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/**
 * The source's leases at the destination, under the same ids. Until it is cut over nobody renews them there, so they are kept alive here
 * for as long as they live at the source. One thread.
 */
final class CopiedLeases
{
    /** No lease is shorter than two seconds. */
    private static final long RENEW_NS = TimeUnit.MILLISECONDS.toNanos(600);
    private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(5);

    private final EtcdSource source;
    private final TourbillonAsyncClient destination;
    private final Set<Long> ids = new HashSet<>();
    private long renewedNs = System.nanoTime();
    private long lookedNs = System.nanoTime();

    CopiedLeases(final EtcdSource source, final TourbillonAsyncClient destination)
    {
        this.source = source;
        this.destination = destination;
    }

    int count()
    {
        return ids.size();
    }

    /** Grants all that the source has, also those without keys. */
    void copyAll()
    {
        source.leases().forEach(this::have);
    }

    /** The lease of a key: the same one, or 0 if the source has ended it meanwhile, and the key with it. */
    long have(final long leaseId)
    {
        if (leaseId == 0 || ids.contains(leaseId))
        {
            return leaseId;
        }
        final long ttlS = source.grantedTtlS(leaseId);
        if (ttlS == 0)
        {
            return 0;
        }
        try
        {
            destination.grantLease(leaseId, TimeUnit.SECONDS.toMillis(ttlS)).join();
        }
        catch (final CompletionException ex)
        {
            if (!(ex.getCause() instanceof final TourbillonException refusal && refusal.code() == ErrorCode.LEASE_EXISTS))
            {
                throw ex;
            }
        }
        ids.add(leaseId);
        return leaseId;
    }

    /** Renews what lives, ends what does not live any more. To be called often. */
    void keep()
    {
        final long nowNs = System.nanoTime();
        if (nowNs - renewedNs >= RENEW_NS)
        {
            renewedNs = nowNs;
            renew();
        }
        if (nowNs - lookedNs >= LOOK_NS)
        {
            lookedNs = nowNs;
            endGone(source.leases());
        }
    }

    /** The last look: what lives at the source lives here, and has its whole time. */
    void settle()
    {
        endGone(source.leases());
        renew();
    }

    private void renew()
    {
        final long[] all = ids.stream().mapToLong(Long::longValue).toArray();
        for (int i = 0; i < all.length; i += Protocol.LEASES_KEPT_ALIVE_MAX)
        {
            final int to = Math.min(all.length, i + Protocol.LEASES_KEPT_ALIVE_MAX);
            Context.await(destination.keepLeasesAlive(Arrays.copyOfRange(all, i, to)));
        }
    }

    /** Leases that the source has no more. Their keys are gone there, too: its changes tell so. */
    private void endGone(final List<Long> living)
    {
        final Set<Long> gone = new HashSet<>(ids);
        living.forEach(gone::remove);
        for (final long leaseId : gone)
        {
            ids.remove(leaseId);
            try
            {
                destination.revokeLease(leaseId).join();
            }
            catch (final CompletionException ex)
            {
                if (!(ex.getCause() instanceof final TourbillonException refusal && refusal.code() == ErrorCode.LEASE_NOT_FOUND))
                {
                    throw ex;
                }
            }
        }
    }
}
