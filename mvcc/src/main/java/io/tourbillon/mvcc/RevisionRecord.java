package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * A value of tree {@code revisions}: one change of one key. What every reader needs, key and value, is found at fixed places; the rest is
 * there only if it says something.
 * <pre>
 *  0       1           2           4             keyOffset
 *  | flags | keyOffset | keyLength | numbers ... | key ... | value ... |
 *
 *  numbers, in this order, each {@link Varint} but the lease:
 *    PREV   main - prevMain
 *    JUMP   prevMain - jumpMain         without: jump is prev
 *    SUBS   prevSub, jumpSub            without: both 0
 *    AGED   version, main - createRevision   without: version 1, created by this change
 *    LEASE  lease (8)                   without: 0
 * </pre>
 * {@code prev} is the change of this key before this one, {@code jump} one further back, as in Myers' random-access lists: from any change
 * the one at an older revision is O(log n) hops away. Main 0 = none. A tombstone has no value; createRevision, version and lease are 0.
 * The first change of a key bears 4 bytes beside key and value. {@code main} is the record's own, from its key in the tree.
 * {@code prev} and {@code jump} may name changes that compaction has dropped: see {@link Versions}.
 */
final class RevisionRecord
{
    static final int FLAGS_OFFSET = 0;
    static final int KEY_OFFSET_OFFSET = 1;
    static final int KEY_LENGTH_OFFSET = 2;
    static final int NUMBERS_OFFSET = 4;

    static final int TOMBSTONE = 1;
    static final int PREV = 1 << 1;
    static final int JUMP = 1 << 2;
    static final int SUBS = 1 << 3;
    static final int AGED = 1 << 4;
    static final int LEASE = 1 << 5;

    /** Most bytes before the key. */
    static final int HEAD_LENGTH_MAX = NUMBERS_OFFSET + 6 * Varint.LENGTH_MAX + Long.BYTES;

    private final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);
    private boolean isTombstone;
    private long createRevision;
    private long version;
    private long lease;
    private long prevMain;
    private int prevSub;
    private long jumpMain;
    private int jumpSub;
    private int keyOffset;
    private int keyLength;
    private int at;

    /** The record's bytes: the buffer to let {@code Tree.get} wrap, then {@link #decode}. */
    UnsafeBuffer bytes()
    {
        return bytes;
    }

    /** Reads the record of a change; false if it is misshapen. */
    boolean wrap(final DirectBuffer value, final long main)
    {
        bytes.wrap(value);
        return decode(main);
    }

    /** Reads the record of a change that the store must have whole. */
    void require(final DirectBuffer value, final long main, final int sub)
    {
        if (!wrap(value, main))
        {
            throw new IllegalStateException("damaged store: change " + main + "." + sub + " is misshapen");
        }
    }

    /** Reads what {@link #bytes()} was wrapped over; false if it is misshapen. */
    boolean decode(final long main)
    {
        if (bytes.capacity() < NUMBERS_OFFSET)
        {
            return false;
        }
        final int flags = bytes.getByte(FLAGS_OFFSET);
        keyOffset = bytes.getByte(KEY_OFFSET_OFFSET) & 0xFF;
        keyLength = bytes.getShort(KEY_LENGTH_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
        if (keyOffset < NUMBERS_OFFSET || keyLength == 0 || keyOffset + keyLength > bytes.capacity())
        {
            return false;
        }
        at = NUMBERS_OFFSET;
        decodePointers(flags, main);
        decodeVersion(flags, main);
        return at == keyOffset;
    }

    private void decodePointers(final int flags, final long main)
    {
        prevMain = (flags & PREV) == 0 ? 0 : main - next();
        jumpMain = (flags & JUMP) == 0 ? prevMain : prevMain - next();
        prevSub = (flags & SUBS) == 0 ? 0 : (int)next();
        jumpSub = (flags & SUBS) == 0 ? 0 : (int)next();
    }

    private void decodeVersion(final int flags, final long main)
    {
        isTombstone = (flags & TOMBSTONE) != 0;
        version = isTombstone ? 0 : 1;
        createRevision = isTombstone ? 0 : main;
        if ((flags & AGED) != 0)
        {
            version = next();
            createRevision = main - next();
        }
        lease = 0;
        if ((flags & LEASE) != 0)
        {
            lease = bytes.getLong(at, LITTLE_ENDIAN);
            at += Long.BYTES;
        }
    }

    private long next()
    {
        final long number = Varint.get(bytes, at);
        at += Varint.length(number);
        return number;
    }

    /** Sets what {@link #encodeHead} writes; a version of 0 makes a tombstone. */
    RevisionRecord version(final long created, final long newVersion, final long newLease)
    {
        isTombstone = newVersion == 0;
        createRevision = created;
        version = newVersion;
        lease = newLease;
        return this;
    }

    RevisionRecord prev(final long main, final int sub)
    {
        prevMain = main;
        prevSub = sub;
        return this;
    }

    RevisionRecord jump(final long main, final int sub)
    {
        jumpMain = main;
        jumpSub = sub;
        return this;
    }

    /**
     * Writes everything before the key.
     *
     * @return offset at which the key begins; the value follows it.
     */
    int encodeHead(final MutableDirectBuffer target, final long main, final int length)
    {
        assert jumpMain <= prevMain : "a jump goes further back than one change";
        assert prevMain < main : "a change follows another one";
        int flags = isTombstone ? TOMBSTONE : 0;
        int end = NUMBERS_OFFSET;
        if (prevMain != 0)
        {
            flags |= PREV;
            end = Varint.put(target, end, main - prevMain);
        }
        if (jumpMain != prevMain)
        {
            flags |= JUMP;
            end = Varint.put(target, end, prevMain - jumpMain);
        }
        if (prevSub != 0 || jumpSub != 0)
        {
            flags |= SUBS;
            end = Varint.put(target, Varint.put(target, end, prevSub), jumpSub);
        }
        if (version > 1)
        {
            flags |= AGED;
            end = Varint.put(target, Varint.put(target, end, version), main - createRevision);
        }
        if (lease != 0)
        {
            flags |= LEASE;
            target.putLong(end, lease, LITTLE_ENDIAN);
            end += Long.BYTES;
        }
        target.putByte(FLAGS_OFFSET, (byte)flags);
        target.putByte(KEY_OFFSET_OFFSET, (byte)end);
        target.putShort(KEY_LENGTH_OFFSET, (short)length, LITTLE_ENDIAN);
        return end;
    }

    boolean isTombstone()
    {
        return isTombstone;
    }

    /** Main revision of the first change of this life of the key. */
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

    long prevMain()
    {
        return prevMain;
    }

    int prevSub()
    {
        return prevSub;
    }

    long jumpMain()
    {
        return jumpMain;
    }

    int jumpSub()
    {
        return jumpSub;
    }

    int keyOffset()
    {
        return keyOffset;
    }

    int keyLength()
    {
        return keyLength;
    }

    int valueOffset()
    {
        return keyOffset + keyLength;
    }

    int valueLength()
    {
        return bytes.capacity() - valueOffset();
    }
}
