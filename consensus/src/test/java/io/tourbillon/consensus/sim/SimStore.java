package io.tourbillon.consensus.sim;

import io.tourbillon.codecs.record.EntryFrame;

import java.util.function.IntFunction;

/** The state machine under the simulator, together with what of it survives a crash. */
interface SimStore
{
    long appliedIndex();

    /** Of the entry there. */
    long appliedTerm();

    long revision();

    /** Equal wherever the same entries were applied. */
    long stateHash();

    /** Applies the next entry to its end. */
    void apply(EntryFrame entry, boolean isReplay);

    /** What the last entry applied is answered with: a revision; or, of a client that is opened, its id. */
    long told();

    /** The error that the last entry applied is answered with; 0 = none. */
    int toldError();

    /** The key's value now, or null. */
    String get(String key);

    /** A request that does not go through the log; the answer goes to who listens. The model knows none. */
    default void ask(final long sessionId, final byte[] request)
    {
    }

    /** Nobody listens to it any more. */
    default void closeSession(final long sessionId)
    {
    }

    /** So many slices of what is under way: words to watchers, leases that age. */
    default void work(final long nowNs, final int slices)
    {
    }

    /** This member leads from now on, and all entries of earlier terms are applied. */
    default void onLeader(final long term)
    {
    }

    /** This member leads no more. */
    default void onFollower()
    {
    }

    /** What a leader's clock has to say to the log now; null = nothing. */
    default byte[] proposal()
    {
        return null;
    }

    /** Begins to make the state durable, or goes a step on with it, so that a crash may come between. */
    void checkpoint();

    /** True while a checkpoint has begun and not ended. */
    boolean isCheckpointing();

    /** Applied index of the last checkpoint that has ended; 0 before any. */
    long checkpointIndex();

    /** Of the one before: a crash may bring the state back to it. */
    long olderCheckpointIndex();

    /** A copy of the last checkpoint, to be opened elsewhere, by a build that knows so much; not while another is under way. */
    IntFunction<SimStore> image();

    /** Forgets it; another state takes its place. */
    void close();

    /** What a process that starts after a crash finds: the last checkpoint. Its build knows so much of what entries do. */
    SimStore crash(int applyVersion);

    /** What its build knows of what entries do. */
    default int applyVersion()
    {
        return SimUpgrade.NEW;
    }

    /** Which version of that is in force. */
    default int clusterVersion()
    {
        return SimUpgrade.OLD;
    }

    /** What a member of this state has to say of its build; null = it has. */
    default byte[] announcement(final long memberId)
    {
        return null;
    }
}
