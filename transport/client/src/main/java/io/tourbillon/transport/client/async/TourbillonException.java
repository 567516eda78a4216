package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.ErrorCode;

/** A request was refused, or was not answered. */
public class TourbillonException extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    private final int number;
    private final long compactRevision;

    /**
     * An error of the catalogue.
     *
     * @param code    what is wrong.
     * @param message in words.
     */
    public TourbillonException(final ErrorCode code, final String message)
    {
        this(code.number(), message, 0);
    }

    TourbillonException(final int number, final String message, final long compactRevision)
    {
        super(message);
        this.number = number;
        this.compactRevision = compactRevision;
    }

    /** @return the error; null if this version of the client does not know its number. */
    public ErrorCode code()
    {
        return ErrorCode.of(number);
    }

    /** @return the error's number, as on the wire. */
    public int number()
    {
        return number;
    }

    /** @return with COMPACTED: the revision below which history is gone; else 0. */
    public long compactRevision()
    {
        return compactRevision;
    }
}
