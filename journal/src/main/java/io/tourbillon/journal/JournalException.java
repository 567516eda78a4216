package io.tourbillon.journal;

/**
 * The journal cannot be opened (damage, a newer format, no room), or has failed and the node must stop. Never retried.
 */
public final class JournalException extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    /**
     * @param message that tells an operator what is wrong, and where.
     */
    public JournalException(final String message)
    {
        super(message);
    }

    /**
     * @param message that tells an operator what is wrong, and where.
     * @param cause   of it.
     */
    public JournalException(final String message, final Throwable cause)
    {
        super(message, cause);
    }
}
