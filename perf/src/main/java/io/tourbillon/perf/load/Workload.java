package io.tourbillon.perf.load;

/** What a run does. */
public enum Workload
{
    /** Puts, the keys drawn uniformly. */
    PUT,
    /** Linearizable gets of one key, drawn uniformly. */
    GET,
    /** Gets and puts by {@code --read-percent}. */
    MIXED,
    /** Puts, and a watcher of all keys that must see each of them once and in order. */
    WATCH;

    boolean writes()
    {
        return this != GET;
    }

    boolean reads()
    {
        return this == GET || this == MIXED;
    }
}
