package io.tourbillon.consensus;

import java.io.IOException;

/**
 * A frozen state on its way to the disk. Made by {@link StateMachine#freeze()} on the apply thread, then used by the checkpoint thread
 * alone. {@link #step()} is not called before the journal has forced every entry the state carries.
 */
public interface Checkpoint
{
    /**
     * @return index of the last entry that the frozen state carries: once durable, no start needs that entry or one before it.
     */
    long appliedIndex();

    /**
     * Writes a bounded, paced amount. Blocks for that.
     *
     * @return true once the checkpoint is durable and nothing can make a start fall back to an older one.
     * @throws IOException if the disk refused: the node must stop, nothing is retried.
     */
    boolean step() throws IOException;
}
