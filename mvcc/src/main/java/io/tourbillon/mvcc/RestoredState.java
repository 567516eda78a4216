package io.tourbillon.mvcc;

import io.tourbillon.bptree.Cursor;
import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * A saved state becomes the first one of a new cluster: keys, history and leases stay, and so do index and term of the last entry, from
 * which each member that begins with it goes on; what the log had said of the old cluster's members and their alarms is forgotten, and so
 * are its clients. Blocks in the disk.
 */
public final class RestoredState
{
    private RestoredState()
    {
    }

    /**
     * Changes a store in which nobody works. The same store and arguments give the same state. A checkpoint is the caller's.
     *
     * @param store        that holds the saved state.
     * @param clusterId    of the new cluster.
     * @param revisionBump by which the revision grows, and what was before is compacted, so that nobody who has seen later ones than were
     *                     saved takes other changes for them; 0 to leave it as it is.
     * @throws IllegalStateException if the store holds no state, a newer one than this code reads, or half an entry.
     */
    public static void adopt(final TreeStore store, final long clusterId, final long revisionBump)
    {
        if (!MvccHeader.isReadable(store.userHeader()))
        {
            throw new IllegalStateException("the store does not hold a key-value state that this version reads");
        }
        store.userHeader().putLong(MvccHeader.CLUSTER_ID_OFFSET, clusterId, LITTLE_ENDIAN);
        final MvccHeader header = new MvccHeader(store.userHeader(), clusterId);
        if (header.pendingIndex() != 0 || header.appliedIndex() == 0)
        {
            throw new IllegalStateException("the state ends within an entry, or before the first: it was not saved by a member");
        }
        header.clearInstalled();
        forget(store, Mvcc.MEMBERS_TREE);
        forget(store, Mvcc.ALARMS_TREE);
        header.quotaAlarmMemberId(0);
        forget(store, Mvcc.SESSIONS_TREE);
        if (revisionBump > 0)
        {
            header.revision(Math.addExact(header.revision(), revisionBump));
            new Compactor(store.tree(Mvcc.KEYS_TREE), store.tree(Mvcc.REVISIONS_TREE), header).start(header.revision());
        }
    }

    private static void forget(final TreeStore store, final String treeName)
    {
        final Tree tree = store.tree(treeName);
        final Cursor cursor = tree.cursor();
        final DirectBuffer lowest = new UnsafeBuffer(new byte[1]);
        while (cursor.seek(lowest, 0, 1))
        {
            final byte[] key = new byte[cursor.key().capacity()];
            cursor.key().getBytes(0, key);
            if (!store.reserve(tree.pagesForRemove()))
            {
                throw new IllegalStateException("no room to change the store");
            }
            tree.remove(new UnsafeBuffer(key), 0, key.length);
        }
    }
}
