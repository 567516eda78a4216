package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The way back from a key's newest change to an old one. */
class VersionsTest
{
    private static final int VERSION_COUNT = 100_000;
    /** Twice the binary digits of 100,000, and a few. */
    private static final int HOPS_MAX = 40;

    private final TreeStore store = TreeStore.open(TreeStoreContext.inMemory().extentBytes(4 << 20));
    private final MvccHeader header = new MvccHeader(store.userHeader(), 1);
    private final Tree keys = store.tree(Mvcc.KEYS_TREE);
    private final Tree revisions = store.tree(Mvcc.REVISIONS_TREE);
    private final Leases leases = new Leases(store.tree(Mvcc.LEASES_TREE), store.tree(Mvcc.LEASE_KEYS_TREE), header);
    private final Writer writer = new Writer(store, keys, revisions, leases, header);
    private final UnsafeBuffer key = new UnsafeBuffer(Requests.bytes("hot"));
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[Long.BYTES]);

    @AfterEach
    void close()
    {
        store.close();
    }

    private void putVersions()
    {
        for (int i = 0; i < VERSION_COUNT; i++)
        {
            final long main = header.revision() + 1;
            writer.find(key, 0, key.capacity());
            assertTrue(writer.reserve(key.capacity(), value.capacity(), 0));
            value.putLong(0, main);
            writer.put(main, 0, key, 0, key.capacity(), value, 0, value.capacity(), 0);
            header.revision(main);
        }
    }

    @Test
    void shouldFindAnyOldVersionOfAHotKeyInFewHops()
    {
        putVersions();
        final Versions versions = new Versions(revisions, header);
        final KeyHead head = new KeyHead();
        assertTrue(head.load(keys, key, 0, key.capacity()));
        assertEquals(VERSION_COUNT, head.depth());
        assertTrue(head.rootCount() < 20, () -> "roots " + head.rootCount());
        long most = 0;
        for (long revision = 2; revision <= header.revision(); revision += 37)
        {
            final long before = versions.hopCount();
            assertTrue(versions.findAt(head, revision));
            assertEquals(revision, versions.main());
            most = Math.max(most, versions.hopCount() - before);
            assertTrue(versions.load(versions.main(), versions.sub()));
            assertEquals(revision, versions.record().bytes().getLong(versions.record().valueOffset()));
        }
        assertTrue(most <= HOPS_MAX, "hops " + most);
        assertFalse(versions.findAt(head, 1), "nothing before the first change");
    }

    @Test
    void shouldSayWhatIsDamagedWhenAChangeIsMissing()
    {
        writer.find(key, 0, key.capacity());
        writer.put(2, 0, key, 0, key.capacity(), value, 0, value.capacity(), 0);
        header.revision(2);
        final RevisionKey gone = new RevisionKey();
        revisions.remove(gone.of(2, 0), 0, gone.length());
        final Versions versions = new Versions(revisions, header);
        final IllegalStateException ex = assertThrows(IllegalStateException.class, () -> versions.load(2, 0));
        assertTrue(ex.getMessage().contains("2.0"), ex.getMessage());
    }
}
