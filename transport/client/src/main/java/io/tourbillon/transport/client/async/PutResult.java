package io.tourbillon.transport.client.async;

/**
 * A put happened.
 *
 * @param header with the put's revision.
 * @param prevKv the key-value before, if it was asked for and existed; else null.
 */
public record PutResult(ResponseHeader header, KeyValue prevKv)
{
}
