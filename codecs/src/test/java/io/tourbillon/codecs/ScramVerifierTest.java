package io.tourbillon.codecs;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ScramVerifierTest
{
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[3 + ScramVerifier.LENGTH_MAX + 1]);

    @Test
    void shouldGiveBackWhatWasEncodedWithAnySaltThatMayBe()
    {
        for (int saltLength = ScramVerifier.SALT_LENGTH_MIN; saltLength <= ScramVerifier.SALT_LENGTH_MAX; saltLength++)
        {
            final int length = encode(10_000, saltLength);
            assertEquals(ScramVerifier.SALT_OFFSET + saltLength, length);
            assertTrue(ScramVerifier.isSound(buffer, 3, length));
            assertEquals(10_000, ScramVerifier.iterations(buffer, 3));
            assertEquals(saltLength, ScramVerifier.saltLength(buffer, 3));
            assertEquals(7, buffer.getByte(3 + ScramVerifier.STORED_KEY_OFFSET));
            assertEquals(8, buffer.getByte(3 + ScramVerifier.SERVER_KEY_OFFSET));
            assertFalse(ScramVerifier.isSound(buffer, 3, length - 1));
            assertFalse(ScramVerifier.isSound(buffer, 3, length + 1));
        }
    }

    @Test
    void shouldRefuseWhatIsNoVerifier()
    {
        final int length = encode(4096, 16);
        for (int offset = 0; offset < ScramVerifier.ITERATIONS_OFFSET; offset++)
        {
            final byte was = buffer.getByte(3 + offset);
            buffer.putByte(3 + offset, (byte)(was + 1));
            assertFalse(ScramVerifier.isSound(buffer, 3, length), "byte " + offset);
            buffer.putByte(3 + offset, was);
        }
        for (final int iterations : new int[]{0, -1, ScramVerifier.ITERATIONS_MIN - 1, ScramVerifier.ITERATIONS_MAX + 1})
        {
            buffer.putInt(3 + ScramVerifier.ITERATIONS_OFFSET, iterations, LITTLE_ENDIAN);
            assertFalse(ScramVerifier.isSound(buffer, 3, length), iterations + " iterations");
            assertThrows(IllegalArgumentException.class, () -> encode(iterations, 16));
        }
        assertThrows(IllegalArgumentException.class, () -> encode(4096, 15));
        assertThrows(IllegalArgumentException.class, () -> encode(4096, 65));
        assertFalse(ScramVerifier.isSound(buffer, 3, 0));
    }

    private int encode(final int iterations, final int saltLength)
    {
        final byte[] stored = new byte[ScramVerifier.KEY_LENGTH];
        final byte[] server = new byte[ScramVerifier.KEY_LENGTH];
        stored[0] = 7;
        server[0] = 8;
        return ScramVerifier.encode(buffer, 3, iterations, new byte[saltLength], stored, server);
    }
}
