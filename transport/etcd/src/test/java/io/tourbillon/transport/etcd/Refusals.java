package io.tourbillon.transport.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.function.Executable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** What clients look at when they are refused. */
final class Refusals
{
    private Refusals()
    {
    }

    static void assertRefused(final Status.Code code, final String text, final Executable request)
    {
        final Status status = assertThrows(StatusRuntimeException.class, request).getStatus();
        assertEquals(text, status.getDescription());
        assertEquals(code, status.getCode());
    }
}
