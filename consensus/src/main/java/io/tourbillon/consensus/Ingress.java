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
     * A request that {@link Admission#propose} handed on to the leader did not get into the log. Nothing was written, unless the error says
     * that the outcome is unknown.
     *
     * @param sessionId     that asked.
     * @param correlationId of the request.
     * @param code          number of an {@link io.tourbillon.codecs.ErrorCode}.
     */
    default void onRejected(final long sessionId, final long correlationId, final int code)
    {
    }

    /**
     * What {@link Admission#changeMembers} was asked for has happened, and the log here says nothing of it: another leads, or this member
     * is removed.
     *
     * @param sessionId     that asked.
     * @param correlationId of the request.
     * @param targetId      the member that it was about.
     */
    default void onDone(final long sessionId, final long correlationId, final long targetId)
    {
    }

    /**
     * Called once after the last {@link #poll(long)}, also when the node ends because of a failure.
     */
    default void onClose()
    {
    }
}
