package io.tourbillon.mvcc;

/** Bits of {@code OpFlags}, as the schema numbers them; OpFlagTest compares. */
final class OpFlag
{
    static final int SERIALIZABLE = 1;
    static final int KEYS_ONLY = 1 << 1;
    static final int COUNT_ONLY = 1 << 2;
    static final int PREV_KV = 1 << 3;
    static final int IGNORE_VALUE = 1 << 4;
    static final int IGNORE_LEASE = 1 << 5;

    private OpFlag()
    {
    }
}
