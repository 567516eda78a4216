package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.record.EntryFrame;

/** The state machine under the simulator, together with what of it survives a crash. */
interface SimStore
{
    long appliedIndex();

    long revision();

    /** Equal wherever the same entries were applied. */
    long stateHash();

    /** Applies the next entry to its end. */
    void apply(EntryFrame entry, boolean isReplay);

    /** The key's value now, or null. */
    String get(String key);

    /** Makes the state durable. */
    void checkpoint();

    /** What a process that starts after a crash finds: the last checkpoint. */
    SimStore crash();
}
