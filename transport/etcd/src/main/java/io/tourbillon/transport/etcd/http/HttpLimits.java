package io.tourbillon.transport.etcd.http;

import java.util.Set;

/**
 * What clients by HTTP/1 may do.
 *
 * @param bodyBytesMax   of one request, or of one message of a stream of requests.
 * @param headerBytesMax of a request.
 * @param corsOrigins    whose pages may ask; {@code *} = all, as etcd's {@code --cors}.
 * @param hostWhitelist  names by which this host may be asked without TLS; {@code *} or none = all, as etcd's {@code --host-whitelist}.
 * @param standstillMs   after which a request that does not go on, and an answer that is not read, end the connection.
 * @param unusedMs       after which a connection ends on which nothing was asked, or not to the end.
 */
public record HttpLimits(int bodyBytesMax, int headerBytesMax, Set<String> corsOrigins, Set<String> hostWhitelist, long standstillMs,
    long unusedMs)
{
}
