package io.tourbillon.perf;

import io.tourbillon.codecs.Crc32c;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The keys of a run and the values that prove themselves. One thread; does not allocate after construction.
 * <pre>
 *  key    | load/ | 16 hex digits of the scrambled index | filler to the key's length |
 *
 *  value  0         4          8              16             24
 *         | crc32c  | keyIndex | writeNumber  | intendedNs   | key ... | filler to the value's length |
 * </pre>
 * crc32c covers bytes [4, valueLength). Neighbouring indexes are far apart in key order, so a uniform choice of index is one of keys.
 */
public final class KeySpace
{
    /** What all keys begin with. */
    public static final String PREFIX = "load/";
    /** Shortest key. */
    public static final int KEY_LENGTH_MIN = PREFIX.length() + 16;
    /** Bytes of a value before its key. */
    public static final int VALUE_HEAD_LENGTH = 24;

    /** The value is what was written. */
    public static final int SOUND = 0;
    /** It has another length. */
    public static final int WRONG_LENGTH = 1;
    /** Its checksum does not hold. */
    public static final int WRONG_CHECKSUM = 2;
    /** It is another key's. */
    public static final int WRONG_KEY = 3;

    private static final int KEY_INDEX_OFFSET = 4;
    private static final int WRITE_NUMBER_OFFSET = 8;
    private static final int INTENDED_NS_OFFSET = 16;
    private static final long SCRAMBLE = 0x9E37_79B9_7F4A_7C15L; // odd, so it has an inverse: no two indexes share a key
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final byte[] PREFIX_BYTES = PREFIX.getBytes(StandardCharsets.US_ASCII);

    private final Crc32c crc = new Crc32c();
    private final int keyCount;
    private final int keyLength;
    private final int valueLength;

    /**
     * @param keyCount    keys, at least 1.
     * @param keyLength   bytes of a key, at least {@link #KEY_LENGTH_MIN}.
     * @param valueLength bytes of a value, at least {@link #VALUE_HEAD_LENGTH} + keyLength.
     * @throws IllegalArgumentException naming the number that cannot be.
     */
    public KeySpace(final int keyCount, final int keyLength, final int valueLength)
    {
        require(keyCount >= 1, "keys=" + keyCount + ": must be at least 1");
        require(keyLength >= KEY_LENGTH_MIN, "key-size=" + keyLength + ": must be at least " + KEY_LENGTH_MIN);
        final int valueMin = VALUE_HEAD_LENGTH + keyLength;
        require(valueLength >= valueMin, "value-size=" + valueLength + ": must be at least " + valueMin + ", or it could not be checked");
        this.keyCount = keyCount;
        this.keyLength = keyLength;
        this.valueLength = valueLength;
    }

    private static void require(final boolean holds, final String message)
    {
        if (!holds)
        {
            throw new IllegalArgumentException(message);
        }
    }

    /** @return number of keys. */
    public int keyCount()
    {
        return keyCount;
    }

    /** @return bytes of a key. */
    public int keyLength()
    {
        return keyLength;
    }

    /** @return bytes of a value. */
    public int valueLength()
    {
        return valueLength;
    }

    /**
     * Writes a key.
     *
     * @param keyIndex in [0, keyCount).
     * @param buffer   to write to.
     * @param offset   to write at; {@link #keyLength()} bytes are written.
     */
    public void putKey(final int keyIndex, final MutableDirectBuffer buffer, final int offset)
    {
        assert keyIndex >= 0 : keyIndex;
        assert keyIndex < keyCount : keyIndex;
        final long scrambled = (keyIndex + 1L) * SCRAMBLE;
        buffer.putBytes(offset, PREFIX_BYTES);
        buffer.putLong(offset + PREFIX_BYTES.length, hexDigits((int)(scrambled >>> 32)), ByteOrder.BIG_ENDIAN);
        buffer.putLong(offset + PREFIX_BYTES.length + Long.BYTES, hexDigits((int)scrambled), ByteOrder.BIG_ENDIAN);
        for (int i = KEY_LENGTH_MIN; i < keyLength; i++)
        {
            buffer.putByte(offset + i, (byte)'.');
        }
    }

    /** Eight digits at once, the first in the highest byte: nibbles spread to bytes, then each lifted to its character. */
    private static long hexDigits(final int number)
    {
        long digits = number & 0xFFFF_FFFFL;
        digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFFL;
        digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FFL;
        digits = (digits | digits << 4) & 0x0F0F_0F0F_0F0F_0F0FL;
        final long letters = digits + 6 * EACH_BYTE >>> 4 & EACH_BYTE; // 1 where the digit is above 9
        return digits + '0' * EACH_BYTE + letters * ('a' - '0' - 10);
    }

    /**
     * Writes a value.
     *
     * @param keyIndex    of its key.
     * @param writeNumber number of this write in the run, rising.
     * @param intendedNs  when it should be sent, as {@link System#nanoTime()}.
     * @param buffer      to write to.
     * @param offset      to write at; {@link #valueLength()} bytes are written.
     */
    public void putValue(
        final int keyIndex, final long writeNumber, final long intendedNs, final MutableDirectBuffer buffer, final int offset)
    {
        buffer.putInt(offset + KEY_INDEX_OFFSET, keyIndex, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + WRITE_NUMBER_OFFSET, writeNumber, ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(offset + INTENDED_NS_OFFSET, intendedNs, ByteOrder.LITTLE_ENDIAN);
        putKey(keyIndex, buffer, offset + VALUE_HEAD_LENGTH);
        fill(buffer, offset + VALUE_HEAD_LENGTH + keyLength, offset + valueLength, keyIndex + writeNumber);
        buffer.putInt(offset, crc.of(buffer, offset + KEY_INDEX_OFFSET, valueLength - KEY_INDEX_OFFSET), ByteOrder.LITTLE_ENDIAN);
    }

    /** Eight bytes at a time: setMemory of so little costs more than the rest of the value. */
    private static void fill(final MutableDirectBuffer buffer, final int from, final int to, final long filler)
    {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES)
        {
            buffer.putLong(i, filler, ByteOrder.LITTLE_ENDIAN);
        }
        for (; i < to; i++)
        {
            buffer.putByte(i, (byte)filler);
        }
    }

    /**
     * Judges a value that was read.
     *
     * @param keyIndex of the key that was read.
     * @param buffer   holding the value.
     * @param offset   of it.
     * @param length   of it in bytes.
     * @return {@link #SOUND}, {@link #WRONG_LENGTH}, {@link #WRONG_CHECKSUM} or {@link #WRONG_KEY}.
     */
    public int checkValue(final int keyIndex, final DirectBuffer buffer, final int offset, final int length)
    {
        if (length != valueLength)
        {
            return WRONG_LENGTH;
        }
        final int crcRead = buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN);
        if (crcRead != crc.of(buffer, offset + KEY_INDEX_OFFSET, valueLength - KEY_INDEX_OFFSET))
        {
            return WRONG_CHECKSUM;
        }
        return keyIndexOf(buffer, offset) == keyIndex ? SOUND : WRONG_KEY;
    }

    /**
     * Whether a key is this one.
     *
     * @param keyIndex in [0, keyCount).
     * @param buffer   holding the key.
     * @param offset   of it.
     * @param length   of it in bytes.
     * @return true if each byte is the same.
     */
    public boolean isKey(final int keyIndex, final DirectBuffer buffer, final int offset, final int length)
    {
        if (length != keyLength || keyIndex < 0 || keyIndex >= keyCount)
        {
            return false;
        }
        final long scrambled = (keyIndex + 1L) * SCRAMBLE;
        boolean same = buffer.getLong(offset + PREFIX_BYTES.length, ByteOrder.BIG_ENDIAN) == hexDigits((int)(scrambled >>> 32)) &
            buffer.getLong(offset + PREFIX_BYTES.length + Long.BYTES, ByteOrder.BIG_ENDIAN) == hexDigits((int)scrambled);
        for (int i = 0; i < PREFIX_BYTES.length; i++)
        {
            same &= buffer.getByte(offset + i) == PREFIX_BYTES[i];
        }
        for (int i = KEY_LENGTH_MIN; i < keyLength; i++)
        {
            same &= buffer.getByte(offset + i) == '.';
        }
        return same;
    }

    /**
     * @param buffer holding a value at least {@link #VALUE_HEAD_LENGTH} long.
     * @param offset of it.
     * @return index of the key it was written for.
     */
    public static int keyIndexOf(final DirectBuffer buffer, final int offset)
    {
        return buffer.getInt(offset + KEY_INDEX_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * @param buffer holding a value at least {@link #VALUE_HEAD_LENGTH} long.
     * @param offset of it.
     * @return number of the write.
     */
    public static long writeNumberOf(final DirectBuffer buffer, final int offset)
    {
        return buffer.getLong(offset + WRITE_NUMBER_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * @param buffer holding a value at least {@link #VALUE_HEAD_LENGTH} long.
     * @param offset of it.
     * @return when the write should have been sent.
     */
    public static long intendedNsOf(final DirectBuffer buffer, final int offset)
    {
        return buffer.getLong(offset + INTENDED_NS_OFFSET, ByteOrder.LITTLE_ENDIAN);
    }
}
