package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static java.nio.ByteOrder.BIG_ENDIAN;

/**
 * The leases as all members know them: which there are, and which keys each holds. A live key whose head names a lease is attached to
 * it, and nothing else is: {@link Writer} moves it with every change. When a lease ends is not here; see {@link Lessor}.
 */
final class Leases
{
    /** Bytes of an id before the user's key in tree {@code leaseKeys}. */
    static final int ID_LENGTH = Long.BYTES;
    /** No lease; also what a request for any id says. */
    static final long NONE = 0;

    private static final String MISSHAPEN = "the record of a lease is misshapen";

    final LeaseFigures figures = new LeaseFigures();
    private final Tree leases;
    private final Tree leaseKeys;
    private final MvccHeader header;
    private final Cursor keyCursor;
    private final Cursor leaseCursor;
    private final LeaseRecord record = new LeaseRecord();
    private final UnsafeBuffer id = new UnsafeBuffer(ByteBuffer.allocateDirect(ID_LENGTH));
    private final UnsafeBuffer attachment = new UnsafeBuffer(ByteBuffer.allocateDirect(ID_LENGTH + Limits.KEY_LENGTH_MAX));
    private final UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(Limits.KEY_LENGTH_MAX));
    private int keyLength;
    private boolean hasUnseenChanges;

    Leases(final Tree leases, final Tree leaseKeys, final MvccHeader header)
    {
        this.leases = leases;
        this.leaseKeys = leaseKeys;
        this.header = header;
        keyCursor = leaseKeys.cursor();
        leaseCursor = leases.cursor();
    }

    /** Whether the entry under way has taken leases away whose keys are still to be seen, or has begun to. */
    boolean hasUnseenChanges()
    {
        return hasUnseenChanges;
    }

    void hasUnseenChanges(final boolean value)
    {
        hasUnseenChanges = value;
    }

    long count()
    {
        return leases.size();
    }

    /** Looks a lease up; its record is in {@link #record()} until the next write. */
    boolean find(final long leaseId)
    {
        if (leaseId == NONE || !leases.get(idKey(leaseId), 0, ID_LENGTH, record.view()))
        {
            return false;
        }
        require(record.isSound(), MISSHAPEN);
        return true;
    }

    LeaseRecord record()
    {
        return record;
    }

    private UnsafeBuffer idKey(final long leaseId)
    {
        id.putLong(0, leaseId, BIG_ENDIAN);
        return id;
    }

    // ---- changes: reserve first

    int pagesForPut()
    {
        return leases.pagesForPut(LeaseRecord.LENGTH);
    }

    int pagesForRemove()
    {
        return leases.pagesForRemove();
    }

    /** Pages that a key's move from one lease to another may need. */
    int pagesForMove()
    {
        return leaseKeys.pagesForRemove() + leaseKeys.pagesForPut(0);
    }

    void grant(final long leaseId, final long ttlMs, final long grantIndex)
    {
        assert leaseId != NONE : "no lease";
        leases.put(idKey(leaseId), 0, ID_LENGTH, record.of(ttlMs, 0, grantIndex), 0, LeaseRecord.LENGTH);
        header.addLiveBytes(LiveBytes.LEASE_COST);
        hash(leaseId, ttlMs);
    }

    /** Notes how much time a lease has left, or 0 for all of it. */
    void remaining(final long leaseId, final long remainingMs)
    {
        final boolean isThere = find(leaseId);
        assert isThere : leaseId;
        final UnsafeBuffer changed = record.of(record.grantedTtlMs(), remainingMs, record.grantIndex());
        leases.put(idKey(leaseId), 0, ID_LENGTH, changed, 0, LeaseRecord.LENGTH);
        hash(leaseId, remainingMs);
    }

    /** Takes a lease away that holds no key any more. */
    void remove(final long leaseId)
    {
        final boolean wasThere = leases.remove(idKey(leaseId), 0, ID_LENGTH);
        assert wasThere : leaseId;
        header.addLiveBytes(-LiveBytes.LEASE_COST);
        hash(leaseId, -1);
    }

    private void hash(final long leaseId, final long what)
    {
        header.stateHash(Bytes.mix(Bytes.mix(header.stateHash(), leaseId), what));
    }

    /** Detaches a key from the lease it had, attaches it to the one it has now; either may be none. */
    void move(final long from, final long to, final DirectBuffer userKey, final int offset, final int length)
    {
        if (from == to)
        {
            return;
        }
        attachment.putBytes(ID_LENGTH, userKey, offset, length);
        if (from != NONE)
        {
            attachment.putLong(0, from, BIG_ENDIAN);
            require(leaseKeys.remove(attachment, 0, ID_LENGTH + length), "a key is not among those that its lease holds");
            header.addLiveBytes(-LiveBytes.ofAttachment(length));
        }
        if (to != NONE)
        {
            attachment.putLong(0, to, BIG_ENDIAN);
            leaseKeys.put(attachment, 0, ID_LENGTH + length, attachment, 0, 0);
            header.addLiveBytes(LiveBytes.ofAttachment(length));
        }
    }

    // ---- walks

    /** A cursor of its own over all keys that leases hold: the lease's id, then the key. */
    Cursor attachments()
    {
        return leaseKeys.cursor();
    }

    /** Copies the first key that a lease holds to {@link #key()}; false if it holds none. */
    boolean firstKey(final long leaseId)
    {
        return keyCursor.seek(idKey(leaseId), 0, ID_LENGTH) && copyKey(leaseId);
    }

    /** Copies the key that a lease holds next behind the one copied last. */
    boolean nextKey(final long leaseId)
    {
        attachment.putLong(0, leaseId, BIG_ENDIAN);
        attachment.putBytes(ID_LENGTH, key, 0, keyLength);
        final int length = ID_LENGTH + keyLength;
        if (!keyCursor.seek(attachment, 0, length))
        {
            return false;
        }
        final DirectBuffer here = keyCursor.key();
        final boolean isSame = Bytes.areEqual(here, 0, here.capacity(), attachment, 0, length);
        return (!isSame || keyCursor.next()) && copyKey(leaseId);
    }

    /** Sets the key that {@link #nextKey} goes on behind. */
    void key(final DirectBuffer userKey, final int length)
    {
        key.putBytes(0, userKey, 0, length);
        keyLength = length;
    }

    private boolean copyKey(final long leaseId)
    {
        final DirectBuffer here = keyCursor.key();
        if (here.getLong(0, BIG_ENDIAN) != leaseId)
        {
            return false;
        }
        keyLength = here.capacity() - ID_LENGTH;
        key.putBytes(0, here, ID_LENGTH, keyLength);
        return true;
    }

    /** The key that a walk stands at. */
    UnsafeBuffer key()
    {
        return key;
    }

    int keyLength()
    {
        return keyLength;
    }

    /**
     * The lease with the lowest id that is not below the given one, ids taken as unsigned; its record is in {@link #record()}.
     *
     * @return its id; {@link #NONE} behind the last one.
     */
    long ceiling(final long leaseId)
    {
        if (!leaseCursor.seek(idKey(leaseId), 0, ID_LENGTH))
        {
            return NONE;
        }
        record.view().wrap(leaseCursor.value());
        final long found = leaseCursor.key().getLong(0, BIG_ENDIAN);
        require(record.isSound(), MISSHAPEN);
        return found;
    }

    private static void require(final boolean isSo, final String what)
    {
        if (!isSo)
        {
            throw new IllegalStateException("damaged store: " + what);
        }
    }
}
