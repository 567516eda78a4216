package io.tourbillon.transport.client.async;

import java.util.List;

/**
 * A delete happened.
 *
 * @param header  with the revision.
 * @param deleted keys deleted.
 * @param prevKvs their key-values, if asked for.
 */
public record DeleteResult(ResponseHeader header, long deleted, List<KeyValue> prevKvs)
{
}
