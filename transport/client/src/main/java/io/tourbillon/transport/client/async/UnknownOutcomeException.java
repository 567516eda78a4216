package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.ErrorCode;

/** Nobody knows whether a write happened: its answer did not come. Only what may safely happen twice may simply be sent again. */
public final class UnknownOutcomeException extends TourbillonException
{
    private static final long serialVersionUID = 1L;

    UnknownOutcomeException(final String message)
    {
        super(ErrorCode.TIMEOUT, message);
    }
}
