package io.tourbillon.transport.client.async;

import java.util.List;

/**
 * What a renewal of many leases answers.
 *
 * @param header   with the revision.
 * @param renewals one a lease that was asked for, those first that were decided first.
 */
public record RenewalsResult(ResponseHeader header, List<Renewal> renewals)
{
    /**
     * What has become of one.
     *
     * @param id          of the lease.
     * @param ttlMs       that it has again, in milliseconds; 0 = there is no such lease, or it was not renewed.
     * @param errorNumber of the {@link io.tourbillon.codecs.ErrorCode} for which it was not renewed, though it may be there; 0 = none.
     */
    public record Renewal(long id, long ttlMs, int errorNumber)
    {
    }
}
