package io.tourbillon.mvcc;

import io.tourbillon.bptree.Checkpoint;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A page pool that is full stops an entry before its first write, or between two steps; a checkpoint lets it go on. */
class FullStoreTest
{
    private static final int KEY_COUNT = 20_000;
    private static final int CALLS_MAX = 100_000;

    private final RecordingEgress egress = new RecordingEgress();
    private final TreeStore store = TreeStore.open(TreeStoreContext.inMemory().poolBytes(1 << 20));
    private final Mvcc mvcc = new Mvcc(store, new MvccSettings(), egress);
    private final Requests requests = new Requests();
    private final UnsafeBuffer frameBuffer = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));
    private final EntryFrame frame = new EntryFrame();
    private int pausedCount;
    private int moreCount;

    @AfterEach
    void close()
    {
        store.close();
    }

    private void apply(final Op op, final long correlationId) throws IOException
    {
        requests.of(op, Rig.SESSION, correlationId);
        apply(correlationId);
    }

    private void apply(final long correlationId) throws IOException
    {
        frame.encode(frameBuffer, 0, 1, mvcc.appliedIndex() + 1, 1, Rig.SESSION, correlationId, 0, requests.buffer, 0, requests.length);
        for (int i = 0; i < CALLS_MAX; i++)
        {
            final long revision = mvcc.revision();
            final int result = mvcc.onEntry(frame, true);
            if (result == Mvcc.DONE)
            {
                return;
            }
            assertEquals(revision, mvcc.revision());
            moreCount += result == Mvcc.MORE ? 1 : 0;
            pausedCount += result == Mvcc.PAUSED ? 1 : 0;
            checkpoint();
        }
        throw new AssertionError("the entry does not end");
    }

    private void checkpoint() throws IOException
    {
        final Checkpoint checkpoint = store.freeze();
        if (checkpoint != null)
        {
            while (!checkpoint.step())
            {
                assertTrue(!checkpoint.isDurable());
            }
        }
        while (store.releaseCheckpointed() > 0)
        {
            assertTrue(mvcc.revision() > 0);
        }
    }

    @Test
    void shouldRevokeALeaseThatHoldsMoreThanThePool() throws IOException
    {
        requests.lease(LeaseOperation.GRANT, 7, 60_000, false, Rig.SESSION, 0);
        apply(0);
        for (int i = 1; i <= KEY_COUNT; i++)
        {
            final Op put = Op.put("key-" + (1_000_000 + i), "v".repeat(50));
            put.lease = 7;
            apply(put, i);
        }
        requests.lease(LeaseOperation.REVOKE, 7, 0, false, Rig.SESSION, KEY_COUNT + 1);
        apply(KEY_COUNT + 1);
        assertTrue(moreCount > 0);
        assertEquals("lease 7 ttl 0 of 0 at " + (KEY_COUNT + 2), egress.answers.get(KEY_COUNT + 1L));
        assertEquals(0, mvcc.keyCount());
        assertEquals(0, mvcc.leaseCount());
        assertEquals(0, store.tree(Mvcc.LEASE_KEYS_TREE).size());
        store.verify();
    }

    @Test
    void shouldPauseBeforeAnEntryAndDeleteMoreThanThePoolHolds() throws IOException
    {
        for (int i = 0; i < KEY_COUNT; i++)
        {
            apply(Op.put("key-" + (1_000_000 + i), "v".repeat(50)), i);
        }
        assertTrue(pausedCount > 0);
        assertEquals(0, moreCount, "a put is applied in one step");
        assertEquals(KEY_COUNT, mvcc.keyCount());
        apply(Op.delete("key-", "key."), KEY_COUNT);
        assertTrue(moreCount > 0);
        assertEquals("delete at " + (KEY_COUNT + 2) + " deleted " + KEY_COUNT, egress.answers.get((long)KEY_COUNT));
        assertEquals(0, mvcc.keyCount());
        store.verify();
    }
}
