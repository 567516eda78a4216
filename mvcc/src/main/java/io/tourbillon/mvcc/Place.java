package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Where a walk over keys goes on after the trees may have changed: a key, and whether that key itself is still wanted. */
final class Place
{
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[Limits.KEY_LENGTH_MAX]);
    private int length;
    private boolean inclusive;

    void set(final DirectBuffer source, final int offset, final int keyLength, final boolean isInclusive)
    {
        key.putBytes(0, source, offset, keyLength);
        length = keyLength;
        inclusive = isInclusive;
    }

    UnsafeBuffer key()
    {
        return key;
    }

    int length()
    {
        return length;
    }

    /** Stands on the first key at or after this place. */
    boolean seekForward(final Cursor cursor)
    {
        if (!cursor.seek(key, 0, length))
        {
            return false;
        }
        return inclusive || !isHere(cursor) || cursor.next();
    }

    /** Stands on the last key at or before this place. */
    boolean seekBackward(final Cursor cursor)
    {
        if (!cursor.seekFloor(key, 0, length))
        {
            return false;
        }
        return inclusive || !isHere(cursor) || cursor.previous();
    }

    private boolean isHere(final Cursor cursor)
    {
        return Bytes.areEqual(cursor.key(), 0, cursor.key().capacity(), key, 0, length);
    }
}
