package io.tourbillon.perf.peers;

/** Whose turn it is. */
public enum Side
{
    /** Ours. */
    TOURBILLON,
    /** Theirs. */
    ETCD;

    /** @return in words. */
    public String label()
    {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
