package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.PermissionType;

/**
 * What a role may do.
 *
 * @param type     null if this version of the client does not know it.
 * @param key      first of the keys.
 * @param rangeEnd as of a range: empty = the one key.
 */
public record Permission(PermissionType type, byte[] key, byte[] rangeEnd)
{
}
