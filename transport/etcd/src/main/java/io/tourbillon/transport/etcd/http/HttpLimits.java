package io.tourbillon.transport.etcd.http;

import java.util.Set;

/**
 * What clients by HTTP/1 may do.
 *
 * @param bodyBytesMax   of one request, or of one message of a stream of requests.
 * @param headerBytesMax of a request.
 * @param corsOrigins    whose pages may ask; {@code *} = all, as etcd's {@code --cors}.
 * @param hostWhitelist  names by which this host may be asked without TLS; {@code *} or none = all, as etcd's {@code --host-whitelist}.
 */
public record HttpLimits(int bodyBytesMax, int headerBytesMax, Set<String> corsOrigins, Set<String> hostWhitelist)
{
}
