package io.tourbillon.transport.etcd.port;

/**
 * What a client may do; etcd's options and defaults.
 *
 * @param messageBytesMax     of one message.
 * @param streamsMax          under way on one connection.
 * @param headerBytesMax      of a request's metadata.
 * @param keepAliveMinTimeMs  a client that pings more often is sent away.
 * @param keepAliveIntervalMs of silence after which a client is pinged.
 * @param keepAliveTimeoutMs  for the answer.
 * @param connectionsMax      at each address.
 * @param handshakeMs         within which a connection must have said what it speaks, and begun to.
 */
public record PortLimits(
    int messageBytesMax, int streamsMax, int headerBytesMax, long keepAliveMinTimeMs, long keepAliveIntervalMs, long keepAliveTimeoutMs,
    int connectionsMax, long handshakeMs)
{
}
