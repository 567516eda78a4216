package io.tourbillon.codecs.record;

import com.sun.management.ThreadMXBean;
import io.tourbillon.codecs.Crc32c;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import io.tourbillon.codecs.client.PutRequestEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class EntryFrameTest
{
    private static final byte[] PAYLOAD = "a payload of 25 bytes ...".getBytes(US_ASCII);
    private static final int OFFSET = 64;
    /** What {@link #encode} wrote for index 7 in journal format 3. */
    private static final String OLD_FRAME =
        "4f7991393000000301030107010b010c010d010e61207061796c6f6164206f66203235206279746573202e2e2e000000";

    private final UnsafeBuffer target = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
    private final UnsafeBuffer payload = new UnsafeBuffer(PAYLOAD);
    private final EntryFrame frame = new EntryFrame();

    @Test
    void shouldGiveBackWhatWasEncoded()
    {
        final int length = encode(7);

        final EntryFrame read = new EntryFrame().wrap(target, OFFSET, length);
        assertTrue(read.isWhole());
        assertEquals(48, length);
        assertEquals(3, read.term());
        assertEquals(7, read.index());
        assertEquals(11, read.originMemberId());
        assertEquals(12, read.sessionId());
        assertEquals(13, read.correlationId());
        assertEquals(14, read.sessionSequence());
        assertEquals(PAYLOAD.length, read.payloadLength());
        assertEquals(new String(PAYLOAD, US_ASCII), read.payload().getStringWithoutLengthAscii(read.payloadOffset(), PAYLOAD.length));
    }

    @Test
    void shouldNoticeEveryFlippedBit()
    {
        final int length = encode(7);
        for (int bit = 0; bit < length * 8; bit++)
        {
            flip(bit);
            assertFalse(frame.wrap(target, OFFSET, length).isWhole(), "bit " + bit);
            flip(bit);
        }
        assertTrue(frame.wrap(target, OFFSET, length).isWhole());
    }

    @Test
    void shouldStoreAPutInLittleMoreThanItsKeyAndValue()
    {
        final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(1024));
        final int messageLength = encodePut(message, 1 << 20, 3 << 16 | 700, 1_000_000, 999_100, 32, 256);
        final int length = frame.encode(
            target, OFFSET, 1, 1_000_001, 0xFEDCBA98L, 1L << 32 | 7, 3 << 16 | 700, 1_000_000, message, 0, messageLength);
        assertEquals(336, length);
        message.putInt(Protocol.CLIENT_ID_OFFSET, 50_000, LITTLE_ENDIAN);
        assertEquals(340, frame.encode(
            target, OFFSET, 1, 1_000_001, 0xFEDCBA98L, 1L << 32 | 7, 3 << 16 | 700, 1_000_000, message, 0, messageLength));
    }

    @Test
    void shouldGiveARequestBackWholeButForWhatWasForTheMemberAlone()
    {
        for (int valueLength = 0; valueLength < 5000; valueLength += 97)
        {
            final UnsafeBuffer room = new UnsafeBuffer(ByteBuffer.allocateDirect(8192));
            final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(8192));
            final int messageLength = encodePut(message, 11, 13, 14, 9, 1, valueLength);
            message.putInt(Protocol.CLIENT_ID_OFFSET, valueLength % 2 * (0xFFFF_0000 | valueLength), LITTLE_ENDIAN);
            final int length = frame.encode(room, 0, 3, 7, 11, 12, 13, 14, message, 0, messageLength);

            final EntryFrame read = new EntryFrame().wrap(room, 0, length);
            assertTrue(read.isWhole());
            assertTrue(length <= EntryFrame.frameLength(messageLength));
            assertEquals(messageLength, read.payloadLength());
            final UnsafeBuffer payload = new UnsafeBuffer(read.payload(), read.payloadOffset(), read.payloadLength());
            if (length < messageLength)
            {
                message.putInt(Protocol.TIMEOUT_OFFSET, 0); // not for the log
            }
            assertEquals(new UnsafeBuffer(message, 0, messageLength), payload, "value of " + valueLength);
        }
    }

    @Test
    void shouldCarryACredentialInEachFormAndCostNothingWithoutOne()
    {
        final long seed = Long.getLong("seed", System.nanoTime());
        final Random random = new Random(seed);
        final UnsafeBuffer room = new UnsafeBuffer(ByteBuffer.allocateDirect(8192));
        final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(8192));
        for (int i = 0; i < 20_000; i++)
        {
            final int messageLength = encodePut(message, 11, 13, 14, 9, 1 + random.nextInt(40), random.nextInt(i % 100 == 0 ? 5000 : 300));
            message.putInt(Protocol.CLIENT_ID_OFFSET, random.nextBoolean() ? random.nextInt() : 0, LITTLE_ENDIAN);
            final int offset = random.nextBoolean() ? 0 : 48; // what does not begin with a header is stored as it is
            final long credential = random.nextBoolean() ? 0 : random.nextLong() >>> random.nextInt(64);
            final int bare = frame.encode(room, 0, 3, i, 11, 12, 13, 14, message, offset, messageLength - offset);
            final byte[] bareBytes = new byte[bare];
            room.getBytes(0, bareBytes);
            final int length = frame.encode(room, 0, 3, i, 11, 12, credential, 13, 14, message, offset, messageLength - offset);
            final String told = "seed " + seed + ", " + i + ", credential " + credential;
            if (credential == 0)
            {
                assertEquals(new UnsafeBuffer(bareBytes), new UnsafeBuffer(room, 0, length), told);
            }
            final EntryFrame read = new EntryFrame().wrap(room, 0, length);
            assertTrue(read.isWhole(), told);
            assertTrue(length <= EntryFrame.frameLength(messageLength - offset), told);
            assertEquals(credential, read.credential(), told);
            assertEquals(i, read.index(), told);
            final EntryFrame other = new EntryFrame().wrap(new UnsafeBuffer(bareBytes), 0, bare);
            assertEquals(0, other.credential(), told);
            assertEquals(new UnsafeBuffer(other.payload(), other.payloadOffset(), other.payloadLength()),
                new UnsafeBuffer(read.payload(), read.payloadOffset(), read.payloadLength()), told);
        }
    }

    @Test
    void shouldReadAFrameThatWasWrittenBeforeThereWereCredentials()
    {
        final byte[] old = HexFormat.of().parseHex(OLD_FRAME);

        final EntryFrame read = new EntryFrame().wrap(new UnsafeBuffer(old), 0, old.length);
        assertTrue(read.isWhole());
        assertEquals(0, read.credential());
        assertEquals(7, read.index());
        assertEquals(new String(PAYLOAD, US_ASCII), read.payload().getStringWithoutLengthAscii(read.payloadOffset(), PAYLOAD.length));
    }

    @Test
    void shouldRefuseAFormThatIsNone()
    {
        final int length = encode(7);
        for (int form = 0; form < 16; form++)
        {
            target.putByte(OFFSET + 7, (byte)(target.getByte(OFFSET + 7) & 0xF | form << 4));
            target.putInt(OFFSET, new Crc32c().of(target, OFFSET + 4, length - 4), LITTLE_ENDIAN);
            assertTrue(form % 4 != 3 && form < 8 || !new EntryFrame().wrap(target, OFFSET, length).isWhole(), "form " + form);
        }
    }

    @Test
    void shouldRefuseAHeadThatLeavesItsFrame()
    {
        final int length = encode(7);
        for (int tagOffset = 8; tagOffset < length; tagOffset++)
        {
            // A sound checksum over a head that is none.
            target.setMemory(OFFSET + tagOffset, length - tagOffset, (byte)0xFF);
            target.putInt(OFFSET, new Crc32c().of(target, OFFSET + 4, length - 4), LITTLE_ENDIAN);
            final EntryFrame read = new EntryFrame().wrap(target, OFFSET, length);
            assertTrue(!read.isWhole() || read.payloadLength() <= length, "from " + tagOffset);
        }
        target.setMemory(OFFSET + 8, length - 8, (byte)0xFF);
        target.putInt(OFFSET, new Crc32c().of(target, OFFSET + 4, length - 4), LITTLE_ENDIAN);
        assertFalse(new EntryFrame().wrap(target, OFFSET, length).isWhole());
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

    private static int encodePut(
        final UnsafeBuffer message,
        final long memberId,
        final long correlationId,
        final long sequence,
        final long lowestUnanswered,
        final int keyLength,
        final int valueLength)
    {
        final PutRequestEncoder encoder = new PutRequestEncoder().wrapAndApplyHeader(message, 0, new MessageHeaderEncoder());
        encoder.request().sessionId(memberId == 11 ? 12 : 1L << 32 | 7).correlationId(correlationId).memberId(memberId)
            .sequence(sequence).lowestUnanswered(lowestUnanswered).timeoutMs(5000).clientId(0);
        encoder.lease(77).flags().clear().prevKv(true);
        final byte[] key = new byte[keyLength];
        Arrays.fill(key, (byte)'k');
        encoder.putKey(key, 0, keyLength);
        final byte[] value = new byte[valueLength];
        Arrays.fill(value, (byte)'v');
        encoder.putValue(value, 0, valueLength);
        return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
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
