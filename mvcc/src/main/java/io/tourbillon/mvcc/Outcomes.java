package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import io.tourbillon.codecs.ErrorCode;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import static java.nio.ByteOrder.BIG_ENDIAN;

/**
 * The clients that are remembered, and the outcomes of their last writes, so that a write that comes again is not applied again. All of it
 * is decided by the log. One write of a client changes one short record; the numbers at which its records begin are kept in memory and
 * made anew from the tree at open. Does not allocate but for a client that is opened.
 */
final class Outcomes
{
    /** The write has not been applied, as far as anybody can say: it is to be. */
    static final int NEW = 0;
    /** The write was applied; its outcome is in {@link #found()}. */
    static final int FOUND = -1;
    /** While users are not asked for who they are, whoever knows a client's id may write as this client. */
    static final long ANYBODY = -1;

    /** So many records hold any {@link Limits#OUTCOMES_PER_CLIENT} numbers in a row, wherever they begin. */
    private static final int RECORDS_MAX = Limits.OUTCOMES_PER_CLIENT / OutcomeRecord.SLOTS + 1;
    /** Records that one write lets go: more than it adds, so that what is answered goes as it comes. */
    private static final int DROPPED_PER_WRITE = 2;
    /** A user with more clients than this makes room for another one of its own. */
    private static final int CLIENTS_PER_OWNER = Limits.CLIENTS_MAX / 16;
    private static final int GROUP_OFFSET = Integer.BYTES;
    private static final int KEY_LENGTH = GROUP_OFFSET + Long.BYTES;
    private static final int SLOT_MASK = OutcomeRecord.SLOTS - 1;
    private static final long FORGOTTEN = -1;

    private final Tree tree;
    private final MvccHeader header;
    private final Cursor cursor;
    private final Long2ObjectHashMap<RememberedClient> clients = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<RememberedOwner> owners = new Long2ObjectHashMap<>();
    /** Before the first and behind the last in the order of their last writes. */
    private final RememberedClient ends = new RememberedClient(0, null);
    private final UnsafeBuffer key = new UnsafeBuffer(ByteBuffer.allocateDirect(KEY_LENGTH));
    private final OutcomeRecord record = new OutcomeRecord();
    private final Outcome found = new Outcome();

    Outcomes(final Tree tree, final MvccHeader header)
    {
        this.tree = tree;
        this.header = header;
        cursor = tree.cursor();
        load();
    }

    /** Makes what is in memory from the tree, whatever was there before. Reads every record of it. */
    void load()
    {
        clients.clear();
        owners.clear();
        final List<RememberedClient> loaded = new ArrayList<>();
        RememberedClient client = null;
        for (boolean isThere = cursor.seek(key(0, 0), 0, KEY_LENGTH); isThere; isThere = cursor.next())
        {
            require(cursor.key().capacity() == KEY_LENGTH, "the key of a client's record is misshapen");
            final long id = idAt(cursor.key());
            wrapRecord(cursor.value());
            if (client == null || client.id != id)
            {
                client = new RememberedClient(id, owner(record.ownerId()));
                client.lowestGroup = groupAt(cursor.key());
                clients.put(id, client);
                loaded.add(client);
            }
            client.recordCount++;
            client.lastIndex = Math.max(client.lastIndex, record.lastIndex());
            if (record.highestSlot() >= 0)
            {
                client.highestSequence = groupAt(cursor.key()) << OutcomeRecord.SLOT_BITS | record.highestSlot();
            }
        }
        ends.after = ends;
        ends.before = ends;
        loaded.sort(Comparator.comparingLong(each -> each.lastIndex));
        loaded.forEach(each ->
        {
            linkLast(each);
            each.owner.add(each);
        });
    }

    private RememberedOwner owner(final long id)
    {
        RememberedOwner owner = owners.get(id);
        if (owner == null)
        {
            owner = new RememberedOwner(id);
            owners.put(id, owner);
        }
        return owner;
    }

    int clientCount()
    {
        return clients.size();
    }

    /** Pages that {@link #remember} may need. */
    int pages()
    {
        return tree.pagesForPut(OutcomeRecord.LENGTH_MAX) + DROPPED_PER_WRITE * tree.pagesForRemove();
    }

    /** Pages that {@link #open} may need. */
    int pagesForOpen(final long ownerId)
    {
        final int droppedCount = isFull() ? nextForgotten(ownerId).recordCount : 0;
        return tree.pagesForPut(OutcomeRecord.LENGTH_MAX) + droppedCount * tree.pagesForRemove();
    }

    /** What {@link #find} found. */
    Outcome found()
    {
        return found;
    }

    /**
     * Whether a write has been applied. Another user's client is not known: nobody learns what it has written, or writes in its name.
     *
     * @return {@link #NEW}, {@link #FOUND}, or the number of the error that is to be said instead.
     */
    int find(final long clientId, final long sequence, final long userId)
    {
        final RememberedClient client = clients.get(clientId);
        if (client == null || userId != ANYBODY && userId != client.owner.id)
        {
            return ErrorCode.CLIENT_FORGOTTEN.number();
        }
        if (sequence > client.highestSequence)
        {
            return NEW;
        }
        final long group = sequence >>> OutcomeRecord.SLOT_BITS;
        if (group < client.lowestGroup)
        {
            return ErrorCode.OUTCOME_FORGOTTEN.number();
        }
        return loadRecord(clientId, group) && record.find((int)sequence & SLOT_MASK, found) ? FOUND : NEW;
    }

    /** Remembers the outcome of a write that {@link #find} did not find; reserve {@link #pages} first. */
    void remember(final Entry entry, final Outcome outcome)
    {
        final RememberedClient client = clients.get(entry.clientId());
        final long sequence = entry.sequence();
        final long group = sequence >>> OutcomeRecord.SLOT_BITS;
        assert client != null && group >= client.lowestGroup : "it was not found forgotten";
        if (loadRecord(client.id, group))
        {
            record.startFromView();
        }
        else
        {
            record.startEmpty(client.owner.id);
            client.recordCount++;
        }
        record.append((int)sequence & SLOT_MASK, outcome);
        putRecord(client, group, entry.index());
        client.highestSequence = Math.max(client.highestSequence, sequence);
        hash(client.id, Bytes.mix(sequence, outcome.error()));
        dropAnswered(client, Math.max(0, Math.min(sequence, entry.lowestUnanswered())) >>> OutcomeRecord.SLOT_BITS);
    }

    /**
     * Opens a client; if there are as many as there may be, the one that has not written for longest is forgotten: of the same user, if
     * that has more than its share, else of all. Reserve {@link #pagesForOpen} first.
     *
     * @param index   of the entry that opens it.
     * @param ownerId of the user that opens it; 0 = nobody has logged in.
     * @return its id.
     */
    long open(final long index, final long ownerId)
    {
        if (isFull())
        {
            forget(nextForgotten(ownerId));
        }
        long id = next(header.lastClientId());
        while (clients.containsKey(id))
        {
            id = next(id);
        }
        header.lastClientId(id);
        final RememberedClient client = new RememberedClient(id, owner(ownerId));
        client.recordCount = 1;
        clients.put(id, client);
        linkLast(client);
        client.owner.add(client);
        record.startEmpty(ownerId);
        putRecord(client, 0, index);
        hash(id, ownerId == 0 ? index : Bytes.mix(index, ownerId));
        return id;
    }

    private boolean isFull()
    {
        return clients.size() >= Limits.CLIENTS_MAX;
    }

    /** While there are as many clients as there may be: nobody makes the cluster forget the others' outcomes by opening ever more. */
    private RememberedClient nextForgotten(final long ownerId)
    {
        final RememberedOwner owner = owners.get(ownerId);
        return owner != null && owner.clientCount() > CLIENTS_PER_OWNER ? owner.longestSilent() : ends.after;
    }

    private static long next(final long id)
    {
        return id == Limits.CLIENT_ID_MAX ? 1 : id + 1;
    }

    private void forget(final RememberedClient client)
    {
        while (client.recordCount > 0)
        {
            dropLowest(client);
        }
        unlink(client);
        clients.remove(client.id);
        client.owner.remove(client);
        if (client.owner.clientCount() == 0)
        {
            owners.remove(client.owner.id);
        }
        hash(client.id, FORGOTTEN);
    }

    /** Records below what the client still waits for go; and the lowest one, if the client waits for more than is remembered. */
    private void dropAnswered(final RememberedClient client, final long floorGroup)
    {
        int dropped = 0;
        while (dropped < DROPPED_PER_WRITE && (client.lowestGroup < floorGroup || client.recordCount > RECORDS_MAX))
        {
            dropLowest(client);
            dropped++;
        }
    }

    private void dropLowest(final RememberedClient client)
    {
        final boolean wasThere = tree.remove(key(client.id, client.lowestGroup), 0, KEY_LENGTH);
        require(wasThere, "a record of a client is missing");
        client.recordCount--;
        if (client.recordCount > 0)
        {
            final boolean isThere = cursor.seek(key, 0, KEY_LENGTH);
            require(isThere && idAt(cursor.key()) == client.id, "records of a client are missing");
            client.lowestGroup = groupAt(cursor.key());
        }
    }

    private boolean loadRecord(final long clientId, final long group)
    {
        if (!tree.get(key(clientId, group), 0, KEY_LENGTH, record.view()))
        {
            return false;
        }
        require(record.isSound(), "the record of a client is misshapen");
        return true;
    }

    private void wrapRecord(final DirectBuffer value)
    {
        record.view().wrap(value);
        require(value.capacity() >= Long.BYTES && record.isSound(), "the record of a client is misshapen");
    }

    private void putRecord(final RememberedClient client, final long group, final long index)
    {
        record.lastIndex(index);
        tree.put(key(client.id, group), 0, KEY_LENGTH, record.encoded(), 0, record.length());
        client.lastIndex = index;
        if (client.after != ends)
        {
            unlink(client);
            linkLast(client);
        }
        client.owner.onWritten(client);
    }

    private void linkLast(final RememberedClient client)
    {
        client.before = ends.before;
        client.after = ends;
        ends.before.after = client;
        ends.before = client;
    }

    private static void unlink(final RememberedClient client)
    {
        client.before.after = client.after;
        client.after.before = client.before;
    }

    private UnsafeBuffer key(final long clientId, final long group)
    {
        key.putInt(0, (int)clientId, BIG_ENDIAN);
        key.putLong(GROUP_OFFSET, group, BIG_ENDIAN);
        return key;
    }

    private static long idAt(final DirectBuffer key)
    {
        return Integer.toUnsignedLong(key.getInt(0, BIG_ENDIAN));
    }

    private static long groupAt(final DirectBuffer key)
    {
        return key.getLong(GROUP_OFFSET, BIG_ENDIAN);
    }

    private void hash(final long clientId, final long what)
    {
        header.stateHash(Bytes.mix(Bytes.mix(header.stateHash(), clientId), what));
    }

    private static void require(final boolean isSo, final String what)
    {
        if (!isSo)
        {
            throw new IllegalStateException("damaged store: " + what);
        }
    }
}
