package io.tourbillon.mvcc;

import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * A value of tree {@code sessions}: the outcomes of writes of one client with neighbouring numbers, in the order in which they were
 * applied.
 * <pre>
 *  0           8                       then, each
 *  | lastIndex | ownerId, if there is one | what(1) | revision(7) | kind(1) | error(2) or extra(8), if what says so |
 *
 *  what: bits 0 to 3 the number's place among its neighbours; 16 = the revision is the write's own; 32 = an error follows; 64 = extra
 * </pre>
 * {@code kind} is the template id of the request; a build before has written 0.
 * {@code lastIndex} is the Raft index of the entry that wrote it: who wrote longest ago is forgotten first. Its highest bit says that
 * {@code ownerId} follows: the id of the user that the client belongs to. Little endian.
 */
final class OutcomeRecord
{
    /** Numbers of one record: 2 to this power. */
    static final int SLOT_BITS = 4;
    static final int SLOTS = 1 << SLOT_BITS;

    private static final int LAST_INDEX_OFFSET = 0;
    private static final int OWNER_OFFSET = 8;
    private static final long OWNED = Long.MIN_VALUE;
    private static final int REVISION_OFFSET = 1;
    private static final int KIND_SHIFT = 56;
    private static final long REVISION_MASK = (1L << KIND_SHIFT) - 1;
    private static final int MORE_OFFSET = REVISION_OFFSET + Long.BYTES;
    private static final int SLOT_MASK = SLOTS - 1;
    private static final int CHANGED = 16;
    private static final int ERROR = 32;
    private static final int EXTRA = 64;

    /** Most bytes of a record. */
    static final int LENGTH_MAX = OWNER_OFFSET + Long.BYTES + SLOTS * (MORE_OFFSET + Long.BYTES);

    private final UnsafeBuffer own = new UnsafeBuffer(ByteBuffer.allocateDirect(LENGTH_MAX));
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private int length;
    private long ownerId;

    /** The buffer to let {@code Tree.get} or a cursor wrap. */
    UnsafeBuffer view()
    {
        return view;
    }

    /** The check of a record read from the store. */
    boolean isSound()
    {
        if (view.capacity() < Long.BYTES || view.capacity() < firstOffset())
        {
            return false;
        }
        int at = firstOffset();
        int seen = 0;
        while (at < view.capacity())
        {
            if (at + MORE_OFFSET > view.capacity())
            {
                return false;
            }
            final int slotBit = 1 << slotAt(view, at);
            if ((seen & slotBit) != 0)
            {
                return false;
            }
            seen |= slotBit;
            at += lengthAt(view, at);
        }
        return at == view.capacity();
    }

    /** Of a record that was read. */
    long lastIndex()
    {
        return view.getLong(LAST_INDEX_OFFSET, LITTLE_ENDIAN) & ~OWNED;
    }

    /** Of a record that was read; 0 = nobody's. */
    long ownerId()
    {
        return firstOffset() == OWNER_OFFSET ? 0 : view.getLong(OWNER_OFFSET, LITTLE_ENDIAN);
    }

    private int firstOffset()
    {
        return (view.getLong(LAST_INDEX_OFFSET, LITTLE_ENDIAN) & OWNED) == 0 ? OWNER_OFFSET : OWNER_OFFSET + Long.BYTES;
    }

    /** The highest place in a record that was read; -1 = it is empty. */
    int highestSlot()
    {
        int highest = -1;
        for (int at = firstOffset(); at < view.capacity(); at += lengthAt(view, at))
        {
            highest = Math.max(highest, slotAt(view, at));
        }
        return highest;
    }

    /** Looks in a record that was read for the outcome at a place; false if there is none. */
    boolean find(final int slot, final Outcome outcome)
    {
        for (int at = firstOffset(); at < view.capacity(); at += lengthAt(view, at))
        {
            if (slotAt(view, at) == slot)
            {
                final int what = view.getByte(at);
                final long revisionAndKind = view.getLong(at + REVISION_OFFSET, LITTLE_ENDIAN);
                outcome.of(
                    (what & ERROR) == 0 ? SOUND : view.getShort(at + MORE_OFFSET, LITTLE_ENDIAN) & 0xFFFF,
                    revisionAndKind & REVISION_MASK,
                    (what & CHANGED) != 0,
                    (what & EXTRA) == 0 ? 0 : view.getLong(at + MORE_OFFSET, LITTLE_ENDIAN),
                    (int)(revisionAndKind >>> KIND_SHIFT));
                return true;
            }
        }
        return false;
    }

    // ---- a record to be put

    /** Begins with what was read. */
    void startFromView()
    {
        length = view.capacity();
        ownerId = ownerId();
        own.putBytes(0, view, 0, length);
    }

    /** Begins with nothing, for a client of this user. */
    void startEmpty(final long itsOwnerId)
    {
        ownerId = itsOwnerId;
        own.putLong(OWNER_OFFSET, ownerId, LITTLE_ENDIAN);
        length = ownerId == 0 ? OWNER_OFFSET : OWNER_OFFSET + Long.BYTES;
    }

    void lastIndex(final long index)
    {
        own.putLong(LAST_INDEX_OFFSET, ownerId == 0 ? index : index | OWNED, LITTLE_ENDIAN);
    }

    void append(final int slot, final Outcome outcome)
    {
        final boolean isError = outcome.error() != SOUND;
        final boolean hasExtra = outcome.extra() != 0;
        assert !isError || outcome.error() < 1 << Short.SIZE : outcome.error();
        assert outcome.revision() <= REVISION_MASK : outcome.revision();
        assert outcome.kind() < 1 << Byte.SIZE : outcome.kind();
        own.putByte(length, (byte)(slot | (outcome.hasChanged() ? CHANGED : 0) | (isError ? ERROR : 0) | (hasExtra ? EXTRA : 0)));
        own.putLong(length + REVISION_OFFSET, outcome.revision() | (long)outcome.kind() << KIND_SHIFT, LITTLE_ENDIAN);
        if (isError)
        {
            own.putShort(length + MORE_OFFSET, (short)outcome.error(), LITTLE_ENDIAN);
        }
        else if (hasExtra)
        {
            own.putLong(length + MORE_OFFSET, outcome.extra(), LITTLE_ENDIAN);
        }
        length += lengthAt(own, length);
    }

    UnsafeBuffer encoded()
    {
        return own;
    }

    int length()
    {
        return length;
    }

    private static int slotAt(final UnsafeBuffer buffer, final int at)
    {
        return buffer.getByte(at) & SLOT_MASK;
    }

    private static int lengthAt(final UnsafeBuffer buffer, final int at)
    {
        final int what = buffer.getByte(at);
        return MORE_OFFSET + ((what & ERROR) != 0 ? Short.BYTES : (what & EXTRA) != 0 ? Long.BYTES : 0);
    }
}
