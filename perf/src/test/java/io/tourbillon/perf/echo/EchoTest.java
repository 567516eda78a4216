package io.tourbillon.perf.echo;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

class EchoTest
{
    @ParameterizedTest
    @CsvSource({"true, 1", "false, 64"})
    void shouldGetEachReplyOnce(final boolean isIpc, final int window)
    {
        final EchoConfig config = new EchoConfig(isIpc, EchoConfig.PUT_REQUEST_LENGTH, EchoConfig.PUT_REPLY_LENGTH, window,
            TimeUnit.MILLISECONDS.toNanos(100), TimeUnit.MILLISECONDS.toNanos(400), false, EchoConfig.MTU_LENGTH, 64 * 1024, 64 * 1024,
            24_890);
        final EchoResult result = Echo.run(config);
        assertEquals(0, result.lostCount());
        assertEquals(0, result.wrongCount());
        assertFalse(result.isVoid());
    }
}
