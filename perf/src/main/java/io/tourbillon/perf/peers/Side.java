package io.tourbillon.perf.peers;

/** Whose turn it is. */
enum Side
{
    TOURBILLON, ETCD;

    String label()
    {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
