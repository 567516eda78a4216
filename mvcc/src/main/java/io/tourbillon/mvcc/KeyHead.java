package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * A value of tree {@code keys}: what is newest of a key, and where its chain of changes can be entered. A key that was put once takes 8
 * bytes.
 * <pre>
 *  0       1            8
 *  | flags | modMain(7) | numbers ... |
 *
 *  numbers, in this order, each {@link Varint} but the lease:
 *    SUBS   modSub                           without: 0
 *    AGED   version, modMain - createRevision   without: version 1, created by this change
 *    LEASE  lease (8)                        without: 0
 *    DEEP   depth                            without: the same as version
 *    roots to the end: modMain - rootMain of the first, then from root to root; with SUBS each followed by its sub
 * </pre>
 * A tombstone's version, createRevision and lease are 0.
 * {@code depth} counts the changes since the head was made. The newest change and the roots are the digits of depth as a skew-binary
 * number, least first: the newest is root 0 of a tree of {@code weight} 2^k - 1 changes, root 1 heads the changes before those, and so
 * on. One more change either joins the two first trees, when they are of one weight, or makes a tree of its own: no record is read for
 * it, whatever the depth.
 */
final class KeyHead
{
    static final int NUMBERS_OFFSET = 8;
    static final int TOMBSTONE = 1;
    static final int SUBS = 1 << 1;
    static final int AGED = 1 << 2;
    static final int LEASE = 1 << 3;
    static final int DEEP = 1 << 4;
    /** A skew-binary number below 2^63 has at most so many digits. */
    static final int ROOTS_MAX = 64;
    static final int LENGTH_MAX = NUMBERS_OFFSET + Long.BYTES + (4 + 2 * ROOTS_MAX) * Varint.LENGTH_MAX;

    private static final int FLAGS_BITS = 8;
    private static final int UNREAD = -1;

    private final UnsafeBuffer own = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH_MAX));
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final long[] rootMains = new long[ROOTS_MAX + 1];
    private final int[] rootSubs = new int[ROOTS_MAX + 1];
    private int flags;
    private long modMain;
    private int modSub;
    private long createRevision;
    private long version;
    private long lease;
    private long depth;
    private int at;
    private int rootCount = UNREAD;

    /** Looks a key's head up; true if there is one, be it that of a deleted key. */
    boolean load(final Tree keys, final DirectBuffer key, final int offset, final int length)
    {
        if (!keys.get(key, offset, length, view))
        {
            return false;
        }
        decode();
        return true;
    }

    /** Reads a head where a cursor stands. */
    KeyHead wrap(final DirectBuffer value)
    {
        view.wrap(value);
        decode();
        return this;
    }

    private void decode()
    {
        require(view.capacity() >= NUMBERS_OFFSET);
        final long first = view.getLong(0, LITTLE_ENDIAN);
        flags = (int)first & 0xFF;
        modMain = first >>> FLAGS_BITS;
        rootCount = UNREAD;
        at = NUMBERS_OFFSET;
        modSub = has(SUBS) ? (int)next() : 0;
        version = isTombstone() ? 0 : 1;
        createRevision = isTombstone() ? 0 : modMain;
        if (has(AGED))
        {
            version = next();
            createRevision = modMain - next();
        }
        lease = 0;
        if (has(LEASE))
        {
            lease = view.getLong(at, LITTLE_ENDIAN);
            at += Long.BYTES;
        }
        depth = has(DEEP) ? next() : version;
    }

    private boolean has(final int flag)
    {
        return (flags & flag) != 0;
    }

    private long next()
    {
        final long number = Varint.get(view, at);
        at += Varint.length(number);
        return number;
    }

    private static void require(final boolean isSound)
    {
        if (!isSound)
        {
            throw new IllegalStateException("damaged store: misshapen head of a key");
        }
    }

    /** The roots are read when somebody asks for them: most keys have none, most readers want none. */
    private void decodeRoots()
    {
        int count = 0;
        long main = modMain;
        while (at < view.capacity())
        {
            require(count < ROOTS_MAX);
            main -= next();
            require(main > 0);
            rootMains[count] = main;
            rootSubs[count] = has(SUBS) ? (int)next() : 0;
            count++;
        }
        require(at == view.capacity());
        rootCount = count;
    }

    long modMain()
    {
        return modMain;
    }

    int modSub()
    {
        return modSub;
    }

    long createRevision()
    {
        return createRevision;
    }

    long version()
    {
        return version;
    }

    long lease()
    {
        return lease;
    }

    long depth()
    {
        return depth;
    }

    boolean isTombstone()
    {
        return has(TOMBSTONE);
    }

    /** Count of roots behind the newest change. */
    int rootCount()
    {
        if (rootCount == UNREAD)
        {
            decodeRoots();
        }
        return rootCount;
    }

    /** After {@link #rootCount()}. */
    long rootMain(final int index)
    {
        return rootMains[index];
    }

    int rootSub(final int index)
    {
        return rootSubs[index];
    }

    /**
     * Goes on to the head that follows this one, or makes a first one; {@link #encoded()} holds its bytes. The version is 0 for a
     * tombstone. The fields tell of the new head afterwards.
     *
     * @return length of the new head in bytes.
     */
    int advance(final boolean exists, final long main, final int sub, final long created, final long newVersion, final long newLease)
    {
        assert main > 0 && main >>> Long.SIZE - FLAGS_BITS == 0 : main;
        if (exists)
        {
            advanceRoots();
        }
        else
        {
            rootCount = 0;
        }
        depth = exists ? depth + 1 : 1;
        modMain = main;
        modSub = sub;
        createRevision = created;
        version = newVersion;
        lease = newLease;
        return encode();
    }

    private void advanceRoots()
    {
        final int count = rootCount();
        if (joins(depth))
        {
            System.arraycopy(rootMains, 1, rootMains, 0, count - 1);
            System.arraycopy(rootSubs, 1, rootSubs, 0, count - 1);
            rootCount = count - 1;
            return;
        }
        System.arraycopy(rootMains, 0, rootMains, 1, count);
        System.arraycopy(rootSubs, 0, rootSubs, 1, count);
        rootMains[0] = modMain;
        rootSubs[0] = modSub;
        rootCount = count + 1;
    }

    private int encode()
    {
        flags = (version == 0 ? TOMBSTONE : 0) | (version > 1 ? AGED : 0) | (lease != 0 ? LEASE : 0) |
            (depth != version ? DEEP : 0) | (hasSubs() ? SUBS : 0);
        own.putLong(0, modMain << FLAGS_BITS | flags, LITTLE_ENDIAN);
        int end = NUMBERS_OFFSET;
        end = has(SUBS) ? Varint.put(own, end, modSub) : end;
        if (has(AGED))
        {
            end = Varint.put(own, Varint.put(own, end, version), modMain - createRevision);
        }
        if (has(LEASE))
        {
            own.putLong(end, lease, LITTLE_ENDIAN);
            end += Long.BYTES;
        }
        end = has(DEEP) ? Varint.put(own, end, depth) : end;
        long main = modMain;
        for (int i = 0; i < rootCount; i++)
        {
            end = Varint.put(own, end, main - rootMains[i]);
            end = has(SUBS) ? Varint.put(own, end, rootSubs[i]) : end;
            main = rootMains[i];
        }
        return end;
    }

    private boolean hasSubs()
    {
        int any = modSub;
        for (int i = 0; i < rootCount; i++)
        {
            any |= rootSubs[i];
        }
        return any != 0;
    }

    /** The head that {@link #advance} made. */
    UnsafeBuffer encoded()
    {
        return own;
    }

    /** What the newest change's jump pointer names after {@link #advance}: the first root; 0 = none. */
    long jumpMain()
    {
        return rootCount == 0 ? 0 : rootMains[0];
    }

    int jumpSub()
    {
        return rootCount == 0 ? 0 : rootSubs[0];
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
