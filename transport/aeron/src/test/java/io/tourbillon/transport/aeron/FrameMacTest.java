package io.tourbillon.transport.aeron;

import com.sun.management.ThreadMXBean;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FrameMacTest
{
    private static final int STREAM = 711;
    private static final int OPERATIONS = 1_000_000;

    private final FrameMac mac = new FrameMac(1024);
    private final FrameMac.Key key = new FrameMac.Key(new byte[]{1, 2, 3});
    private final UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private final UnsafeBuffer trailer = new UnsafeBuffer(new byte[FrameMac.TRAILER_LENGTH]);

    private void sign(final long sequence, final int length)
    {
        mac.sign(key, STREAM, sequence, frame, 0, length, trailer);
        frame.putBytes(length, trailer, 0, FrameMac.TRAILER_LENGTH);
    }

    /** RFC 4231, test cases 1, 2, 3 and 6. */
    @Test
    void shouldBeHmacSha256()
    {
        assertHmac("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7", filled(20, 0x0b), ascii("Hi There"));
        assertHmac("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", ascii("Jefe"),
            ascii("what do ya want for nothing?"));
        assertHmac("773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe", filled(20, 0xaa), filled(50, 0xdd));
        assertHmac("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54", filled(131, 0xaa),
            ascii("Test Using Larger Than Block-Size Key - Hash Key First"));
    }

    private void assertHmac(final String expected, final byte[] material, final byte[] message)
    {
        assertEquals(expected, HexFormat.of().formatHex(mac.of(new FrameMac.Key(material), message)));
    }

    private static byte[] ascii(final String text)
    {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] filled(final int length, final int value)
    {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte)value);
        return bytes;
    }

    @Test
    void shouldSeeEveryChangedBit()
    {
        final int length = 100;
        sign(7, length);
        assertTrue(mac.isTrue(key, STREAM, frame, 0, length));
        for (int i = 0; i < (length + FrameMac.TRAILER_LENGTH) * 8; i++)
        {
            frame.putByte(i / 8, (byte)(frame.getByte(i / 8) ^ 1 << i % 8));
            assertFalse(mac.isTrue(key, STREAM, frame, 0, length), "bit " + i);
            frame.putByte(i / 8, (byte)(frame.getByte(i / 8) ^ 1 << i % 8));
        }
        assertFalse(mac.isTrue(key, STREAM + 1, frame, 0, length), "another stream");
        assertFalse(mac.isTrue(new FrameMac.Key(new byte[]{1, 2, 4}), STREAM, frame, 0, length), "another key");
        assertTrue(mac.isTrue(key, STREAM, frame, 0, length));
    }

    @Test
    void shouldNotAllocate()
    {
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        int good = signAndCheck(OPERATIONS / 10);
        final long before = threads.getCurrentThreadAllocatedBytes();
        good += signAndCheck(OPERATIONS);
        final long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertEquals(OPERATIONS + OPERATIONS / 10, good);
        assertTrue(bytes < OPERATIONS, () -> bytes + " bytes for " + OPERATIONS + " frames signed and checked");
    }

    private int signAndCheck(final int count)
    {
        int good = 0;
        for (int i = 0; i < count; i++)
        {
            sign(i, 256);
            good += mac.isTrue(key, STREAM, frame, 0, 256) ? 1 : 0;
        }
        return good;
    }
}
