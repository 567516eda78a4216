package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * A value of tree {@code keys}: what is newest of a key, and where its chain of changes can be entered.
 * <pre>
 *  0           8                16        24      32         40       44      48
 *  | modMain   | createRevision | version | lease | depth    | modSub | flags | root 1: main(8) sub(4) | root 2 ... |
 * </pre>
 * {@code depth} counts the changes since the head was made. The newest change and the roots are the digits of depth as a skew-binary
 * number, least first: the newest is root 0 of a tree of {@code weight} 2^k - 1 changes, root 1 heads the changes before those, and so
 * on. One more change either joins the two first trees, when they are of one weight, or makes a tree of its own: no record is read for
 * it, whatever the depth.
 */
final class KeyHead
{
    static final int MOD_MAIN_OFFSET = 0;
    static final int CREATE_REVISION_OFFSET = 8;
    static final int VERSION_OFFSET = 16;
    static final int LEASE_OFFSET = 24;
    static final int DEPTH_OFFSET = 32;
    static final int MOD_SUB_OFFSET = 40;
    static final int FLAGS_OFFSET = 44;
    static final int ROOTS_OFFSET = 48;
    static final int ROOT_LENGTH = 12;
    static final int TOMBSTONE_FLAG = 1;
    /** A skew-binary number below 2^63 has at most so many digits. */
    static final int ROOTS_MAX = 64;
    static final int LENGTH_MAX = ROOTS_OFFSET + ROOTS_MAX * ROOT_LENGTH;

    private final UnsafeBuffer own = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH_MAX));
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);

    /** The buffer to let {@code Tree.get} wrap. */
    UnsafeBuffer view()
    {
        return view;
    }

    KeyHead wrap(final DirectBuffer value)
    {
        view.wrap(value);
        return this;
    }

    /** The check of a head read from the store. */
    boolean isSound()
    {
        final int rootsLength = view.capacity() - ROOTS_OFFSET;
        return rootsLength >= 0 && rootsLength % ROOT_LENGTH == 0 && rootsLength <= ROOTS_MAX * ROOT_LENGTH;
    }

    long modMain()
    {
        return view.getLong(MOD_MAIN_OFFSET, LITTLE_ENDIAN);
    }

    int modSub()
    {
        return view.getInt(MOD_SUB_OFFSET, LITTLE_ENDIAN);
    }

    long createRevision()
    {
        return view.getLong(CREATE_REVISION_OFFSET, LITTLE_ENDIAN);
    }

    long version()
    {
        return view.getLong(VERSION_OFFSET, LITTLE_ENDIAN);
    }

    long lease()
    {
        return view.getLong(LEASE_OFFSET, LITTLE_ENDIAN);
    }

    long depth()
    {
        return view.getLong(DEPTH_OFFSET, LITTLE_ENDIAN);
    }

    boolean isTombstone()
    {
        return (view.getInt(FLAGS_OFFSET, LITTLE_ENDIAN) & TOMBSTONE_FLAG) != 0;
    }

    /** Count of roots behind the newest change. */
    int rootCount()
    {
        return (view.capacity() - ROOTS_OFFSET) / ROOT_LENGTH;
    }

    long rootMain(final int index)
    {
        return view.getLong(ROOTS_OFFSET + index * ROOT_LENGTH, LITTLE_ENDIAN);
    }

    int rootSub(final int index)
    {
        return view.getInt(ROOTS_OFFSET + index * ROOT_LENGTH + Long.BYTES, LITTLE_ENDIAN);
    }

    /**
     * Makes the head that follows this one, or a first one, in a buffer of its own: see {@link #next()} and {@link #nextLength}.
     * The version is 0 for a tombstone.
     *
     * @return length of the new head in bytes.
     */
    int advance(final boolean exists, final long main, final int sub, final long createRevision, final long version, final long lease)
    {
        final int rootCount = exists ? advanceRoots() : 0;
        own.putLong(MOD_MAIN_OFFSET, main, LITTLE_ENDIAN);
        own.putInt(MOD_SUB_OFFSET, sub, LITTLE_ENDIAN);
        own.putLong(CREATE_REVISION_OFFSET, createRevision, LITTLE_ENDIAN);
        own.putLong(VERSION_OFFSET, version, LITTLE_ENDIAN);
        own.putLong(LEASE_OFFSET, lease, LITTLE_ENDIAN);
        own.putLong(DEPTH_OFFSET, exists ? depth() + 1 : 1, LITTLE_ENDIAN);
        own.putInt(FLAGS_OFFSET, version == 0 ? TOMBSTONE_FLAG : 0, LITTLE_ENDIAN);
        return ROOTS_OFFSET + rootCount * ROOT_LENGTH;
    }

    private int advanceRoots()
    {
        final int rootCount = rootCount();
        if (joins(depth()))
        {
            own.putBytes(ROOTS_OFFSET, view, ROOTS_OFFSET + ROOT_LENGTH, (rootCount - 1) * ROOT_LENGTH);
            return rootCount - 1;
        }
        own.putLong(ROOTS_OFFSET, modMain(), LITTLE_ENDIAN);
        own.putInt(ROOTS_OFFSET + Long.BYTES, modSub(), LITTLE_ENDIAN);
        own.putBytes(ROOTS_OFFSET + ROOT_LENGTH, view, ROOTS_OFFSET, rootCount * ROOT_LENGTH);
        return rootCount + 1;
    }

    /** The head that {@link #advance} made; its root 0, if any, is what the new change's jump pointer names. */
    UnsafeBuffer next()
    {
        return own;
    }

    long nextJumpMain(final int nextLength)
    {
        return nextLength == ROOTS_OFFSET ? 0 : own.getLong(ROOTS_OFFSET, LITTLE_ENDIAN);
    }

    int nextJumpSub(final int nextLength)
    {
        return nextLength == ROOTS_OFFSET ? 0 : own.getInt(ROOTS_OFFSET + Long.BYTES, LITTLE_ENDIAN);
    }

    /** Whether the two least digits of a depth have one weight, so that one more change joins their trees. */
    static boolean joins(final long depth)
    {
        long rest = depth;
        long last = 0;
        while (rest > 0)
        {
            final long weight = greatestWeight(rest);
            if (weight == rest)
            {
                return last == weight;
            }
            last = weight;
            rest -= weight;
        }
        return false;
    }

    private static long greatestWeight(final long rest)
    {
        // The greatest 2^k - 1 that is not above: rest + 1 with all but its highest bit cleared, less one.
        return Long.highestOneBit(rest + 1) - 1;
    }
}
