package io.tourbillon.consensus;

import java.io.IOException;

/**
 * A frozen state on its way to the disk. Made by {@link StateMachine#freeze()} on the apply thread, then used by the checkpoint thread
 * alone. {@link #step()} is not called before the journal has forced every entry the state carries.
 */
public interface Checkpoint
{
    /**
     * @return index of the last entry that the frozen state carries.
     */
    long appliedIndex();

    /**
     * Writes a bounded, paced amount. Blocks for that.
     *
     * @return true once the checkpoint is durable, its meta page included.
     * @throws IOException if the disk refused: the node must stop, nothing is retried.
     */
    boolean step() throws IOException;

    /**
     * Asked once {@link #step()} has returned true: how far the journal may be deleted, so that falling back one meta stays possible.
     *
     * @return applied index of the OLDER of the two durable metas; 0 if there is only one.
     */
    long olderAppliedIndex();
}
