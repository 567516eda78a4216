package io.tourbillon.consensus;

/**
 * Where requests come from. All methods are called on the sequencer's thread.
 */
public interface Ingress
{
    /**
     * Called once before the first {@link #poll(long)}.
     *
     * @param admission to hand requests to; to be called from within {@link #poll(long)} only.
     */
    void onStart(Admission admission);

    /**
     * Takes a bounded number of messages and hands requests to the {@link Admission}. Must not block.
     *
     * @param nowNs of this duty cycle.
     * @return work count; 0 if there was nothing to do.
     */
    int poll(long nowNs);

    /**
     * Called once after the last {@link #poll(long)}, also when the node ends because of a failure.
     */
    default void onClose()
    {
    }
}
