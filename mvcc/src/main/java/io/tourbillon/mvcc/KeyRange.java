package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/** An etcd key range somewhere in a message: where its key and its range end lie. */
final class KeyRange
{
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private int keyOffset;
    private int keyLength;
    private int endOffset;
    private int endLength;
    private byte[] own = new byte[0];

    /** Reads key and range end, two runs of bytes each behind its length, at an offset of a checked message. */
    void read(final DirectBuffer source, final int offset)
    {
        final int length = source.getInt(offset, LITTLE_ENDIAN);
        final int next = offset + Integer.BYTES + length;
        of(source, offset + Integer.BYTES, length, next + Integer.BYTES, source.getInt(next, LITTLE_ENDIAN));
    }

    void of(final DirectBuffer source, final int keyAt, final int keyBytes, final int endAt, final int endBytes)
    {
        buffer.wrap(source);
        keyOffset = keyAt;
        keyLength = keyBytes;
        endOffset = endAt;
        endLength = endBytes;
    }

    /** Leaves the range's end away: what remains is the one key. */
    void toSingle()
    {
        endLength = 0;
    }

    /** Takes the bytes of another range into this one's own memory. */
    void copyFrom(final KeyRange other)
    {
        final int length = other.keyLength + other.endLength;
        if (own.length < length)
        {
            own = new byte[2 * Limits.KEY_LENGTH_MAX];
        }
        other.buffer.getBytes(other.keyOffset, own, 0, other.keyLength);
        other.buffer.getBytes(other.endOffset, own, other.keyLength, other.endLength);
        buffer.wrap(own);
        keyOffset = 0;
        keyLength = other.keyLength;
        endOffset = keyLength;
        endLength = other.endLength;
    }

    int check()
    {
        if (keyLength == 0)
        {
            return ErrorCode.KEY_NOT_PROVIDED.number();
        }
        return Math.max(keyLength, endLength) > Limits.KEY_LENGTH_MAX ? ErrorCode.KEY_TOO_LARGE.number() : SOUND;
    }

    boolean isKeyEmpty()
    {
        return keyLength == 0;
    }

    boolean isSingle()
    {
        return endLength == 0;
    }

    boolean isOpen()
    {
        return Bytes.isOpenEnd(buffer, endOffset, endLength);
    }

    /** Every key there is. */
    boolean isAll()
    {
        return isOpen() && Bytes.isOpenEnd(buffer, keyOffset, keyLength);
    }

    boolean contains(final DirectBuffer key, final int offset, final int length)
    {
        return Bytes.isInRange(key, offset, length, buffer, keyOffset, keyLength, endOffset, endLength);
    }

    boolean isSame(final KeyRange other)
    {
        return Bytes.areEqual(buffer, keyOffset, keyLength, other.buffer, other.keyOffset, other.keyLength) &&
            Bytes.areEqual(buffer, endOffset, endLength, other.buffer, other.endOffset, other.endLength);
    }

    /** Below the range's upper end; true for every key when it is open. */
    boolean isBelowEnd(final DirectBuffer key, final int offset, final int length)
    {
        return isOpen() || Bytes.compare(key, offset, length, buffer, endOffset, endLength) < 0;
    }

    boolean isAtOrAboveKey(final DirectBuffer key, final int offset, final int length)
    {
        return Bytes.compare(key, offset, length, buffer, keyOffset, keyLength) >= 0;
    }

    /** Whether a range that is neither open nor single ends above an end that others have. */
    boolean isAboveEnd(final DirectBuffer otherEnd)
    {
        return Bytes.compare(buffer, endOffset, endLength, otherEnd, 0, otherEnd.capacity()) > 0;
    }

    /** A range that no key can be in: its end is not above its key. */
    boolean isEmpty()
    {
        return !isSingle() && !isOpen() && Bytes.compare(buffer, endOffset, endLength, buffer, keyOffset, keyLength) <= 0;
    }

    DirectBuffer buffer()
    {
        return buffer;
    }

    int keyOffset()
    {
        return keyOffset;
    }

    int keyLength()
    {
        return keyLength;
    }

    /** Where a range that is not open ends: its end, or its one key. */
    int lastOffset()
    {
        return isSingle() ? keyOffset : endOffset;
    }

    int lastLength()
    {
        return isSingle() ? keyLength : endLength;
    }

    int endOffset()
    {
        return endOffset;
    }

    int endLength()
    {
        return endLength;
    }
}
