package io.tourbillon.transport.aeron;

/** What a node tells whoever launched it. Called on the node's own threads: be short. */
public interface NodeEvents
{
    /** Hears nothing. */
    NodeEvents NONE = new NodeEvents()
    {
    };

    /** The node serves clients: it leads, has replayed its journal and listens. Once. */
    default void onReady()
    {
    }

    /**
     * The node has stopped and acknowledges nothing any more; the process should end with a non-zero code. Once.
     *
     * @param message for the operator: what failed, and where.
     * @param cause   of it; null if there is none.
     */
    default void onFatal(final String message, final Throwable cause)
    {
    }
}
