package io.tourbillon.bptree;

/**
 * The store cannot be opened or trusted: damage, a newer format, a file that is not ours. The message names the file, the page and
 * what was expected. Never thrown for a full disk: that is {@link TreeStore#reserve(int)} answering false.
 */
public final class StoreException extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    /**
     * @param message what was found, where, and what was expected.
     */
    public StoreException(final String message)
    {
        super(message);
    }

    /**
     * @param message what was being done.
     * @param cause   what went wrong below.
     */
    public StoreException(final String message, final Throwable cause)
    {
        super(message, cause);
    }
}
