package io.tourbillon.transport.client.async;

/**
 * A change of a key.
 *
 * @param isDelete true if the key was deleted; then its value is empty.
 * @param kv       key-value after it; modRevision is the revision of the change.
 * @param prevKv   key-value before it, if asked for and there was one; else null.
 */
public record Event(boolean isDelete, KeyValue kv, KeyValue prevKv)
{
}
