package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Records and heads: what is written is read, and small things take few bytes. */
class RecordFormatTest
{
    private static final int MAIN_BITS_MAX = 55;
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
    private final UnsafeBuffer key = new UnsafeBuffer(Requests.bytes("key"));

    /** A number of any magnitude in [0, bound). */
    private static long upTo(final Random random, final long bound)
    {
        return bound <= 1 ? 0 : Math.floorMod(random.nextLong() >>> random.nextInt(Long.SIZE), bound);
    }

    @Property(tries = 2000)
    void shouldReadTheRecordThatWasWritten(@ForAll final long seed)
    {
        final Random random = new Random(seed);
        final long main = 1 + upTo(random, 1L << MAIN_BITS_MAX);
        final boolean isTombstone = random.nextInt(4) == 0;
        final long version = isTombstone ? 0 : 1 + upTo(random, main);
        final long created = isTombstone ? 0 : version == 1 ? main : main - upTo(random, main);
        final long lease = isTombstone || random.nextBoolean() ? 0 : random.nextLong();
        final long prevMain = upTo(random, main);
        final int prevSub = prevMain == 0 ? 0 : (int)upTo(random, Integer.MAX_VALUE);
        final long jumpMain = random.nextBoolean() ? prevMain : upTo(random, prevMain);
        final int jumpSub = jumpMain == 0 ? 0 : jumpMain == prevMain ? prevSub : (int)upTo(random, Integer.MAX_VALUE);
        final int valueLength = random.nextInt(100);

        final int keyOffset = new RevisionRecord().version(created, version, lease).prev(prevMain, prevSub).jump(jumpMain, jumpSub)
            .encodeHead(buffer, main, key.capacity());
        assertTrue(keyOffset <= RevisionRecord.HEAD_LENGTH_MAX);
        buffer.putBytes(keyOffset, key, 0, key.capacity());
        final RevisionRecord read = new RevisionRecord();
        assertTrue(read.wrap(new UnsafeBuffer(buffer, 0, keyOffset + key.capacity() + valueLength), main));
        assertEquals(isTombstone, read.isTombstone());
        assertEquals(created, read.createRevision());
        assertEquals(version, read.version());
        assertEquals(lease, read.lease());
        assertEquals(prevMain, read.prevMain());
        assertEquals(prevSub, read.prevSub());
        assertEquals(jumpMain, read.jumpMain());
        assertEquals(jumpSub, read.jumpSub());
        assertEquals(keyOffset, read.keyOffset());
        assertEquals(key.capacity(), read.keyLength());
        assertEquals(keyOffset + key.capacity(), read.valueOffset());
        assertEquals(valueLength, read.valueLength());
    }

    @Property(tries = 500)
    void shouldReadTheHeadThatWasWritten(@ForAll final long seed, @ForAll @LongRange(min = 0, max = 40) final long versionCount)
    {
        final Random random = new Random(seed);
        final KeyHead head = new KeyHead();
        long main = upTo(random, 1L << 40);
        long created = 0;
        long version = 0;
        boolean exists = false;
        for (long i = 0; i <= versionCount; i++)
        {
            main += 1 + upTo(random, 1L << 40);
            final int sub = random.nextInt(3) == 0 ? (int)upTo(random, Integer.MAX_VALUE) : 0;
            final boolean isTombstone = exists && version > 0 && random.nextInt(6) == 0;
            version = isTombstone ? 0 : version + 1;
            created = isTombstone ? 0 : version == 1 ? main : created;
            final long lease = isTombstone || random.nextBoolean() ? 0 : random.nextLong();
            final int length = head.advance(exists, main, sub, created, version, lease);
            exists = true;
            buffer.putBytes(0, head.encoded(), 0, length);

            final KeyHead read = new KeyHead().wrap(new UnsafeBuffer(buffer, 0, length));
            assertEquals(main, read.modMain());
            assertEquals(sub, read.modSub());
            assertEquals(version, read.version());
            assertEquals(created, read.createRevision());
            assertEquals(lease, read.lease());
            assertEquals(isTombstone, read.isTombstone());
            assertEquals(i + 1, read.depth());
            assertEquals(head.rootCount(), read.rootCount());
            for (int root = 0; root < read.rootCount(); root++)
            {
                assertEquals(head.rootMain(root), read.rootMain(root));
                assertEquals(head.rootSub(root), read.rootSub(root));
            }
        }
    }

    @Test
    void shouldTakeFewBytesForAKeyPutOnceAndForOneMoreVersion()
    {
        final KeyHead head = new KeyHead();
        assertEquals(8, head.advance(false, 1_000_000_000L, 0, 1_000_000_000L, 1, 0));
        final RevisionRecord record = new RevisionRecord().version(1_000_000_000L, 1, 0).prev(0, 0).jump(0, 0);
        assertEquals(4, record.encodeHead(buffer, 1_000_000_000L, 16));

        final int headLength = head.advance(true, 1_001_000_000L, 0, 1_000_000_000L, 2, 0);
        assertTrue(headLength <= 8 + 1 + 3 + 3, () -> "head " + headLength);
        record.version(1_000_000_000L, 2, 0).prev(1_000_000_000L, 0).jump(1_000_000_000L, 0);
        assertEquals(4 + 3 + 1 + 3, record.encodeHead(buffer, 1_001_000_000L, 16));
    }

    @Test
    void shouldRefuseWhatIsMisshapen()
    {
        final RevisionRecord record = new RevisionRecord().version(5, 3, 0).prev(7, 0).jump(7, 0);
        final int keyOffset = record.encodeHead(buffer, 9, key.capacity());
        final int length = keyOffset + key.capacity();
        assertTrue(record.wrap(new UnsafeBuffer(buffer, 0, length), 9));
        assertFalse(record.wrap(new UnsafeBuffer(buffer, 0, length - 1), 9), "shorter than its key");
        assertFalse(record.wrap(new UnsafeBuffer(buffer, 0, 3), 9), "shorter than its head");
        buffer.putByte(RevisionRecord.KEY_OFFSET_OFFSET, (byte)(keyOffset - 1));
        assertFalse(record.wrap(new UnsafeBuffer(buffer, 0, length), 9), "numbers reach into the key");
        assertThrows(IllegalStateException.class, () -> new KeyHead().wrap(new UnsafeBuffer(buffer, 0, 7)));
    }

    @Test
    void shouldKeepRevisionKeysInOrder()
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.inMemory()))
        {
            final Tree tree = store.tree("t");
            final long[][] places = {{1, 0}, {1, 1}, {1, 255}, {1, 256}, {1, Integer.MAX_VALUE}, {2, 0}, {256, 0}, {256, 3}, {1L << 50, 0}};
            final RevisionKey place = new RevisionKey();
            for (int i = places.length - 1; i >= 0; i--)
            {
                tree.put(place.of(places[i][0], places[i][1]), 0, place.length(), key, 0, 1);
            }
            for (int i = 0; i < places.length; i++)
            {
                place.of(places[i][0], places[i][1]);
                assertEquals(i, tree.rank(place.buffer(), 0, place.length()));
                assertEquals(places[i][0], RevisionKey.main(new UnsafeBuffer(place.buffer(), 0, place.length())));
                assertEquals(places[i][1], RevisionKey.sub(new UnsafeBuffer(place.buffer(), 0, place.length())));
            }
        }
    }
}
