package io.tourbillon.transport.client.async;

import io.tourbillon.transport.client.ClientSession;

/**
 * What a put asks for beside key and value.
 *
 * @param lease       to attach the key to; 0 = none.
 * @param prevKv      answer the key-value before.
 * @param ignoreValue keep the value.
 * @param ignoreLease keep the lease.
 */
public record PutOptions(long lease, boolean prevKv, boolean ignoreValue, boolean ignoreLease)
{
    /** Nothing special. */
    public static final PutOptions DEFAULT = new PutOptions(0, false, false, false);
    /** Answers the key-value before. */
    public static final PutOptions PREV_KV = new PutOptions(0, true, false, false);

    int flags()
    {
        return (prevKv ? ClientSession.PREV_KV : 0) |
            (ignoreValue ? ClientSession.IGNORE_VALUE : 0) |
            (ignoreLease ? ClientSession.IGNORE_LEASE : 0);
    }
}
