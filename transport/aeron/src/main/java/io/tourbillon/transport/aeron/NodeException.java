package io.tourbillon.transport.aeron;

/** The node cannot start. The message is for the operator and says what to do. */
public final class NodeException extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    /**
     * @param message what is wrong and what helps.
     */
    public NodeException(final String message)
    {
        super(message);
    }

    /**
     * @param message what is wrong and what helps.
     * @param cause   of it.
     */
    public NodeException(final String message, final Throwable cause)
    {
        super(message, cause);
    }
}
