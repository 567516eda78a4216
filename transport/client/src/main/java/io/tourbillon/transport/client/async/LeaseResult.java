package io.tourbillon.transport.client.async;

import java.util.List;

/**
 * What a request about leases answers.
 *
 * @param header       with the revision.
 * @param id           of the lease; 0 with a list of leases.
 * @param ttlMs        granted, renewed for or left, in milliseconds; 0 = a renewal of a lease that is not there, or one that is expired;
 *                     -1 = asked of a lease that is not there.
 * @param grantedTtlMs in milliseconds; 0 = there is no such lease.
 * @param leases       ids of all leases, if asked for.
 * @param keys         that the lease holds, in order, if asked for.
 */
public record LeaseResult(ResponseHeader header, long id, long ttlMs, long grantedTtlMs, List<Long> leases, List<byte[]> keys)
{
}
