package io.tourbillon.transport.client.async;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A key with its value; compare the arrays' contents, not the records.
 *
 * @param key            bytes.
 * @param value          bytes; empty where only keys were asked for.
 * @param createRevision at which the key was created.
 * @param modRevision    at which it was changed last.
 * @param version        puts since it was created.
 * @param lease          it is attached to, or 0.
 */
public record KeyValue(byte[] key, byte[] value, long createRevision, long modRevision, long version, long lease)
{
    /** @return the key as UTF-8. */
    public String keyText()
    {
        return new String(key, UTF_8);
    }

    /** @return the value as UTF-8. */
    public String valueText()
    {
        return new String(value, UTF_8);
    }
}
