package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;
import io.tourbillon.codecs.ErrorCode;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Members that agree have one hash of the key space, however they came to it; one that was damaged has another. */
class HashReadTest
{
    private static final int KEYS = 40;
    private static final int WRITES = 600;

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Rig rig = new Rig();

    @AfterEach
    void close()
    {
        rig.close();
    }

    private String key()
    {
        return "k" + random.nextInt(KEYS);
    }

    /** Some keys are written often, some are deleted, some have long values. */
    private void write(final int count)
    {
        for (int i = 0; i < count; i++)
        {
            final boolean isDelete = random.nextInt(5) == 0;
            rig.run(isDelete ? Op.delete(key(), "") : Op.put(key(), "v".repeat(random.nextInt(20) == 0 ? 5_000 : 10) + i));
        }
    }

    /** Another member with the same log. */
    private Rig follower(final MvccSettings settings)
    {
        final Rig follower = new Rig(settings);
        follower.log.addAll(rig.log);
        follower.crash();
        return follower;
    }

    private static String hashOf(final String answer)
    {
        assertTrue(answer.startsWith("hash "), answer);
        return answer.split(" ")[1];
    }

    @Test
    void shouldBeTheSameOnMembersWithTheSameLog()
    {
        rig.grant(77, 60_000);
        write(WRITES);
        final long revision = rig.mvcc.revision();
        rig.compact(revision / 2, false);
        final String asked = rig.hash(0);
        assertTrue(asked.endsWith(" of " + revision / 2 + " to " + revision), asked);
        for (final int slice : new int[]{1, 7, 100_000})
        {
            try (Rig follower = follower(new MvccSettings().keysPerSlice(slice)))
            {
                assertEquals(asked, follower.hash(0), () -> "slices of " + slice + ", -Dseed=" + seed);
            }
        }
    }

    /** What a compaction has not removed yet is no part of it, and what comes later neither. */
    @Test
    void shouldNotDependOnHowFarACompactionIsNorOnWhatCameLater()
    {
        write(WRITES);
        final long revision = rig.mvcc.revision();
        rig.compact(revision - 50, false);
        assertTrue(rig.mvcc.isCompacting());
        final String before = rig.hash(revision);
        rig.tick(WRITES * 2);
        assertTrue(!rig.mvcc.isCompacting());
        assertEquals(before, rig.hash(revision), () -> "-Dseed=" + seed);
        write(100);
        assertEquals(before, rig.hash(revision), () -> "-Dseed=" + seed);
        assertNotEquals(hashOf(before), hashOf(rig.hash(0)));
        assertEquals("error " + ErrorCode.FUTURE_REVISION.number(), rig.hash(rig.mvcc.revision() + 1));
        assertEquals("error " + ErrorCode.COMPACTED.number(), rig.hash(revision - 51));
        assertTrue(rig.hash(revision - 50).endsWith(" of " + (revision - 50) + " to " + (revision - 50)));
    }

    @Test
    void shouldBeAnotherWhereAChangeWasDamaged()
    {
        for (int i = 0; i < 10; i++)
        {
            rig.run(Op.put("k" + i % 2, "value" + i)); // revisions 2 to 11
        }
        rig.compact(8, false); // leaves 7 and 8
        final String sound = rig.hash(0);
        assertEquals(sound, flippedIn(6), "what the compaction drops is nobody's");
        for (long revision = 7; revision <= 11; revision++)
        {
            assertNotEquals(hashOf(sound), hashOf(flippedIn(revision)), "revision " + revision);
        }
        assertEquals(sound, rig.hash(0));
    }

    /** The hash with the last bit of a change's value turned over, as a page with a sound checksum might have it. */
    private String flippedIn(final long revision)
    {
        flip(revision);
        final String hash = rig.hash(0);
        flip(revision);
        return hash;
    }

    private void flip(final long revision)
    {
        final Tree revisions = rig.store.tree(Mvcc.REVISIONS_TREE);
        final RevisionKey key = new RevisionKey();
        key.of(revision, 0);
        final UnsafeBuffer found = new UnsafeBuffer(0, 0);
        assertTrue(revisions.get(key.buffer(), 0, key.length(), found), () -> "no change " + revision);
        final byte[] bytes = new byte[found.capacity()];
        found.getBytes(0, bytes);
        bytes[bytes.length - 1] ^= 1;
        assertTrue(rig.store.reserve(revisions.pagesForPut(bytes.length)));
        revisions.put(key.buffer(), 0, key.length(), new UnsafeBuffer(bytes), 0, bytes.length);
    }

    /** A slice of one change a call, so that all of it comes in between. */
    @Test
    void shouldBeginAnewWhenACompactionComesInBetweenAndEndWithItsSession()
    {
        try (Rig slow = new Rig(new MvccSettings().keysPerSlice(1)))
        {
            for (int i = 0; i < 20; i++)
            {
                slow.run(Op.put("k" + i % 3, "v" + i));
            }
            final long revision = slow.mvcc.revision();
            askFirst(slow, 5, revision);
            slow.requests.compact(revision - 5, false, 0, 0);
            slow.applyOwn();
            slow.settle();
            assertEquals(slow.hash(revision), slow.egress.answers.remove(5L));

            askFirst(slow, 6, revision - 4);
            slow.requests.compact(revision, false, 0, 0);
            slow.applyOwn();
            slow.settle();
            assertEquals("error " + ErrorCode.COMPACTED.number(), slow.egress.answers.remove(6L));

            askFirst(slow, 7, 0);
            assertEquals(1, slow.mvcc.scanCount());
            slow.mvcc.onSessionClosed(Rig.SESSION);
            slow.settle();
            assertEquals(0, slow.mvcc.scanCount());
            assertNull(slow.egress.answers.remove(7L));
        }
    }

    /** Asks, and leaves it at the first slice. */
    private static void askFirst(final Rig rig, final long correlationId, final long revision)
    {
        rig.requests.hash(revision, Rig.SESSION, correlationId);
        assertTrue(rig.mvcc.onRead(Rig.SESSION, 0, rig.requests.buffer, 0, rig.requests.length));
        assertNull(rig.egress.answers.get(correlationId), "it takes more than one slice");
    }
}
