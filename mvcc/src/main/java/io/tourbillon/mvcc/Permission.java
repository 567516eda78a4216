package io.tourbillon.mvcc;

import io.tourbillon.codecs.PermissionType;

import java.util.Arrays;
import java.util.Comparator;

/**
 * What a role may do with a range of keys.
 *
 * @param type     {@link #READ}, {@link #WRITE} or {@link #READWRITE}.
 * @param key      first key.
 * @param rangeEnd as in any request: empty = the one key, a zero byte = no end.
 */
record Permission(int type, byte[] key, byte[] rangeEnd)
{
    static final int READ = PermissionType.READ.number();
    static final int WRITE = PermissionType.WRITE.number();
    static final int READWRITE = PermissionType.READWRITE.number();

    /** By key, then by range end. */
    static final Comparator<Permission> BY_RANGE = Comparator.<Permission, byte[]>comparing(each -> each.key, Arrays::compareUnsigned)
        .thenComparing(each -> each.rangeEnd, Arrays::compareUnsigned);

    boolean isRead()
    {
        return type != WRITE;
    }

    boolean isWrite()
    {
        return type != READ;
    }

    boolean hasNoEnd()
    {
        return rangeEnd.length == 1 && rangeEnd[0] == 0;
    }

    /** Whether a key can be in its range, and requests can name it. */
    boolean isSound()
    {
        return key.length > 0 && Math.max(key.length, rangeEnd.length) <= Limits.KEY_LENGTH_MAX &&
            (rangeEnd.length == 0 || hasNoEnd() || Arrays.compareUnsigned(key, rangeEnd) < 0);
    }

    /** By the bytes: a record's own way compares which array it is. */
    @Override
    public boolean equals(final Object other)
    {
        return other instanceof Permission that && type == that.type && Arrays.equals(key, that.key) &&
            Arrays.equals(rangeEnd, that.rangeEnd);
    }

    @Override
    public int hashCode()
    {
        return 31 * (31 * type + Arrays.hashCode(key)) + Arrays.hashCode(rangeEnd);
    }
}
