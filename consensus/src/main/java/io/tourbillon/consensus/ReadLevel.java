package io.tourbillon.consensus;

/** What a read must have seen before it runs. */
public enum ReadLevel
{
    /** Whatever this member has applied: runs as soon as it is seen. */
    SERIALIZABLE,
    /** All that was acknowledged before the read arrived (ReadIndex, Raft thesis 6.4). */
    LINEARIZABLE,
    /** As {@link #LINEARIZABLE}, and all that this member has put into the log by then: also the session's own writes still in flight. */
    AFTER_MY_WRITES
}
