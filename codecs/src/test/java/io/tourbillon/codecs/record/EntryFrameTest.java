package io.tourbillon.codecs.record;

import com.sun.management.ThreadMXBean;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class EntryFrameTest
{
    private static final byte[] PAYLOAD = "a payload of 25 bytes ...".getBytes(US_ASCII);
    private static final int OFFSET = 64;

    private final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private final UnsafeBuffer payload = new UnsafeBuffer(PAYLOAD);
    private final EntryFrame frame = new EntryFrame();

    @Test
    void shouldGiveBackWhatWasEncoded()
    {
        final int length = encode(7);

        final EntryFrame read = new EntryFrame().wrap(target, OFFSET, length);
        assertTrue(read.isWhole());
        assertEquals(96, length);
        assertEquals(3, read.term());
        assertEquals(7, read.index());
        assertEquals(11, read.originMemberId());
        assertEquals(12, read.sessionId());
        assertEquals(13, read.correlationId());
        assertEquals(14, read.sessionSequence());
        assertEquals(PAYLOAD.length, read.payloadLength());
        assertEquals(new String(PAYLOAD, US_ASCII), read.buffer().getStringWithoutLengthAscii(EntryFrame.HEADER_LENGTH, PAYLOAD.length));
    }

    @Test
    void shouldNoticeEveryFlippedBitButThoseOfThePadding()
    {
        final int length = encode(7);
        for (int bit = 0; bit < (EntryFrame.HEADER_LENGTH + PAYLOAD.length) * 8; bit++)
        {
            flip(bit);
            assertFalse(frame.wrap(target, OFFSET, length).isWhole(), "bit " + bit);
            flip(bit);
        }
        assertTrue(frame.wrap(target, OFFSET, length).isWhole());
    }

    @Test
    void shouldGiveTheSameBytesForTheSameEntryWhateverLayThereBefore()
    {
        final int length = encode(7);
        final byte[] first = new byte[length];
        target.getBytes(OFFSET, first);
        target.setMemory(OFFSET, length, (byte)0xFF);
        encode(7);
        final byte[] second = new byte[length];
        target.getBytes(OFFSET, second);
        assertArrayEquals(first, second);
    }

    @Test
    void shouldNotAllocate()
    {
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        encodeAndCheck(20_000);
        final long before = threads.getCurrentThreadAllocatedBytes();
        encodeAndCheck(1_000_000);
        assertTrue(threads.getCurrentThreadAllocatedBytes() - before < 1_000_000, "allocates on the hot path");
    }

    private void encodeAndCheck(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final int length = encode(i);
            assertTrue(frame.wrap(target, OFFSET, length).isWhole());
        }
    }

    private int encode(final long index)
    {
        return frame.encode(target, OFFSET, 3, index, 11, 12, 13, 14, payload, 0, PAYLOAD.length);
    }

    private void flip(final int bit)
    {
        final int offset = OFFSET + bit / 8;
        target.putByte(offset, (byte)(target.getByte(offset) ^ (1 << bit % 8)));
    }
}
