package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * A value of tree {@code revisions}: one change of one key.
 * <pre>
 *  0                8         16      24         32         40        44        48      52          56
 *  | createRevision | version | lease | prevMain | jumpMain | prevSub | jumpSub | flags | keyLength | key ... | value ... |
 * </pre>
 * {@code prev} is the change of this key before this one, {@code jump} one further back, as in Myers' random-access lists: from any change
 * the one at an older revision is O(log n) hops away. Main 0 = none. A tombstone (flag 1) has no value, and createRevision, version and
 * lease are 0.
 * {@code prev} and {@code jump} may name changes that compaction has dropped: see {@link Versions}.
 */
final class RevisionRecord
{
    static final int CREATE_REVISION_OFFSET = 0;
    static final int VERSION_OFFSET = 8;
    static final int LEASE_OFFSET = 16;
    static final int PREV_MAIN_OFFSET = 24;
    static final int JUMP_MAIN_OFFSET = 32;
    static final int PREV_SUB_OFFSET = 40;
    static final int JUMP_SUB_OFFSET = 44;
    static final int FLAGS_OFFSET = 48;
    static final int KEY_LENGTH_OFFSET = 52;
    static final int HEADER_LENGTH = 56;
    static final int TOMBSTONE_FLAG = 1;

    private RevisionRecord()
    {
    }

    static void putVersion(final MutableDirectBuffer record, final long createRevision, final long version, final long lease)
    {
        record.putLong(CREATE_REVISION_OFFSET, createRevision, LITTLE_ENDIAN);
        record.putLong(VERSION_OFFSET, version, LITTLE_ENDIAN);
        record.putLong(LEASE_OFFSET, lease, LITTLE_ENDIAN);
        record.putInt(FLAGS_OFFSET, version == 0 ? TOMBSTONE_FLAG : 0, LITTLE_ENDIAN);
    }

    static void putPrev(final MutableDirectBuffer record, final long main, final int sub)
    {
        record.putLong(PREV_MAIN_OFFSET, main, LITTLE_ENDIAN);
        record.putInt(PREV_SUB_OFFSET, sub, LITTLE_ENDIAN);
    }

    static void putJump(final MutableDirectBuffer record, final long main, final int sub)
    {
        record.putLong(JUMP_MAIN_OFFSET, main, LITTLE_ENDIAN);
        record.putInt(JUMP_SUB_OFFSET, sub, LITTLE_ENDIAN);
    }

    static void putKey(final MutableDirectBuffer record, final DirectBuffer key, final int offset, final int length)
    {
        record.putInt(KEY_LENGTH_OFFSET, length, LITTLE_ENDIAN);
        record.putBytes(HEADER_LENGTH, key, offset, length);
    }

    static long createRevision(final UnsafeBuffer record)
    {
        return record.getLong(CREATE_REVISION_OFFSET, LITTLE_ENDIAN);
    }

    static long version(final UnsafeBuffer record)
    {
        return record.getLong(VERSION_OFFSET, LITTLE_ENDIAN);
    }

    static long lease(final UnsafeBuffer record)
    {
        return record.getLong(LEASE_OFFSET, LITTLE_ENDIAN);
    }

    static long prevMain(final UnsafeBuffer record)
    {
        return record.getLong(PREV_MAIN_OFFSET, LITTLE_ENDIAN);
    }

    static int prevSub(final UnsafeBuffer record)
    {
        return record.getInt(PREV_SUB_OFFSET, LITTLE_ENDIAN);
    }

    static long jumpMain(final UnsafeBuffer record)
    {
        return record.getLong(JUMP_MAIN_OFFSET, LITTLE_ENDIAN);
    }

    static int jumpSub(final UnsafeBuffer record)
    {
        return record.getInt(JUMP_SUB_OFFSET, LITTLE_ENDIAN);
    }

    static boolean isTombstone(final UnsafeBuffer record)
    {
        return (record.getInt(FLAGS_OFFSET, LITTLE_ENDIAN) & TOMBSTONE_FLAG) != 0;
    }

    static int keyLength(final UnsafeBuffer record)
    {
        return record.getInt(KEY_LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    static int valueOffset(final UnsafeBuffer record)
    {
        return HEADER_LENGTH + keyLength(record);
    }

    static int valueLength(final UnsafeBuffer record)
    {
        return record.capacity() - valueOffset(record);
    }

    /** The check of a record read from the store: its parts lie within it. */
    static boolean isSound(final UnsafeBuffer record)
    {
        if (record.capacity() < HEADER_LENGTH)
        {
            return false;
        }
        final int keyLength = keyLength(record);
        return keyLength > 0 && keyLength <= record.capacity() - HEADER_LENGTH;
    }
}
