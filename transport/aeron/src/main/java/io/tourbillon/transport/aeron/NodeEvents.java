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
     * Something that an operator should look at, and that does not keep the node from serving: much of the quota is used, an alarm was
     * raised or is over.
     *
     * @param message for the operator.
     */
    default void onWarning(final String message)
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
