package io.tourbillon.consensus.pipeline;

/**
 * How agents share threads. The code of an agent does not know it. In each mode the journal and the background work have threads of
 * their own, because they block.
 */
public enum Mode
{
    /** One thread for companion (the media driver), sequencer and apply: two cores, laptops, CI. */
    FOLDED,
    /** A thread each for sequencer (with the companion, if any) and apply. */
    SHARED,
    /** As {@link #SHARED}, and the sequencer, journal and apply threads spin: for hosts that give each a core. */
    DEDICATED
}
