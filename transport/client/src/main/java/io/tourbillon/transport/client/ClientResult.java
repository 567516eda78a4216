package io.tourbillon.transport.client;

/**
 * What a request method returns when nothing was sent; a value &gt;= 0 is the request's correlation id. Nothing of a refused request stays
 * behind.
 */
public final class ClientResult
{
    /**
     * The stream to the node is full, a longer message is still leaving, earlier writes are to be sent again, or the connection is about to
     * move to another member: poll, then try again.
     */
    public static final long BACK_PRESSURED = -1;
    /** No connection, or the session is not open on it (yet): poll until {@link ReplyListener#onSessionOpened}. */
    public static final long NOT_CONNECTED = -2;
    /** As many requests of this session as allowed are unanswered, or as many numbers or bytes of writes as are kept. */
    public static final long TOO_MANY_IN_FLIGHT = -3;
    /** Longer than the node takes, or than a {@link TxnEncoder} holds. */
    public static final long TOO_LARGE = -4;
    /** The session or connection was closed by its owner. */
    public static final long CLOSED = -5;

    private ClientResult()
    {
    }

    /**
     * A result in words, for logs.
     *
     * @param result as a request method returned it.
     * @return its name, or SENT.
     */
    public static String name(final long result)
    {
        if (result >= 0)
        {
            return "SENT";
        }
        return switch ((int)result)
        {
            case (int)BACK_PRESSURED -> "BACK_PRESSURED";
            case (int)NOT_CONNECTED -> "NOT_CONNECTED";
            case (int)TOO_MANY_IN_FLIGHT -> "TOO_MANY_IN_FLIGHT";
            case (int)TOO_LARGE -> "TOO_LARGE";
            case (int)CLOSED -> "CLOSED";
            default -> "UNKNOWN(" + result + ")";
        };
    }
}
