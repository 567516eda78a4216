package io.tourbillon.transport.http;

import java.util.Map;

/**
 * What is known of the calls of one of gRPC's methods at one moment.
 *
 * @param service       with its package.
 * @param method        of it.
 * @param type          unary, client_stream, server_stream or bidi_stream.
 * @param started       calls begun.
 * @param received      messages of clients.
 * @param receivedBytes bytes of them.
 * @param sent          messages to clients.
 * @param sentBytes     bytes of them.
 * @param handled       calls that have ended, by the code as Go names it.
 */
public record CallFigures(
    String service, String method, String type, long started, long received, long receivedBytes, long sent, long sentBytes,
    Map<String, Long> handled)
{
}
