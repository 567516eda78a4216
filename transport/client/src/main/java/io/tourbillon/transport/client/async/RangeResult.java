package io.tourbillon.transport.client.async;

import java.util.List;

/**
 * What a range found.
 *
 * @param header   of the last part.
 * @param kvs      key-values in the order asked for.
 * @param keyCount keys in the range, whatever the limit.
 * @param more     true if the limit cut some off.
 */
public record RangeResult(ResponseHeader header, List<KeyValue> kvs, long keyCount, boolean more)
{
    /** @return the first key-value; null if there is none. */
    public KeyValue first()
    {
        return kvs.isEmpty() ? null : kvs.get(0);
    }
}
