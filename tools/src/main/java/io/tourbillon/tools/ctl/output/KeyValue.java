package io.tourbillon.tools.ctl.output;

/**
 * A key with its value at one revision.
 *
 * @param key            bytes.
 * @param value          bytes; empty if it was left out.
 * @param createRevision of the key.
 * @param modRevision    of the value.
 * @param version        puts since the key was created.
 * @param lease          0 = none.
 */
public record KeyValue(byte[] key, byte[] value, long createRevision, long modRevision, long version, long lease)
{
}
