package io.tourbillon.mvcc;

import io.tourbillon.codecs.Alarm;
import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MaintenanceOperation;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is refused for want of room, and that it ends by itself. */
class QuotaTest
{
    private static final long QUOTA_BYTES = 1_000_000;
    private static final String NO_SPACE = "error " + ErrorCode.NO_SPACE.number();
    private static final String VALUE = "v".repeat(10_000);
    private static final int FILLS_MAX = 200;

    private static Rig rig(final long quotaBytes)
    {
        final Rig rig = new Rig(new MvccSettings().quotaBytes(quotaBytes));
        rig.propose();
        assertEquals(quotaBytes, rig.mvcc.quotaBytes());
        return rig;
    }

    /** Puts keys until one is refused: how many were taken. */
    private static int fill(final Rig rig)
    {
        for (int i = 0; i < FILLS_MAX; i++)
        {
            if (NO_SPACE.equals(rig.run(Op.put("fill-" + (1000 + i), VALUE))))
            {
                return i;
            }
        }
        throw new AssertionError("never full");
    }

    private static List<Alarm> alarms(final Rig rig)
    {
        return rig.mvcc.alarms().list();
    }

    private static Op withCompare(final Op txn, final Op success, final Op failure)
    {
        if (success != null)
        {
            txn.success.add(success);
        }
        if (failure != null)
        {
            txn.failure.add(failure);
        }
        return txn;
    }

    @Test
    void shouldRefuseWhatGoesBeyondAndRaiseTheAlarm()
    {
        try (Rig rig = rig(QUOTA_BYTES))
        {
            final int taken = fill(rig);
            assertTrue(rig.mvcc.liveBytes() <= QUOTA_BYTES, () -> "live " + rig.mvcc.liveBytes());
            assertTrue(rig.mvcc.liveBytes() > QUOTA_BYTES - 2 * VALUE.length(), () -> "live " + rig.mvcc.liveBytes());
            assertEquals(List.of(new Alarm(AlarmType.NOSPACE, 1, true)), alarms(rig));
            assertEquals(taken + 1, rig.mvcc.revision(), "what was refused is no change");
            assertEquals(NO_SPACE, rig.run(Op.put("small", "v")), "as etcd: the alarm refuses all that needs room");
            assertEquals(NO_SPACE, rig.grant(5, 60_000));
            rig.checkFollower(new MvccSettings());
        }
    }

    @Test
    void shouldLetGoOnWhatFreesRoomAndEndByItself()
    {
        try (Rig rig = rig(QUOTA_BYTES))
        {
            rig.grant(5, 60_000);
            final Op attached = Op.put("attached", "v");
            attached.lease = 5;
            rig.run(attached);
            final int taken = fill(rig);
            final long fullAt = rig.mvcc.revision();
            assertTrue(rig.run(Op.range("fill-1000", "")).contains("fill-1000"), "reads go on");
            assertEquals("lease 5 ttl 0 of 0 at " + (fullAt + 1), rig.revoke(5));
            assertEquals("delete at " + (fullAt + 2) + " deleted " + taken / 2,
                rig.run(Op.delete("fill-1000", "fill-" + (1000 + taken / 2))));
            assertEquals(1, alarms(rig).size(), "history is kept until it is compacted");
            assertEquals(NO_SPACE, rig.run(Op.put("small", "v")));
            rig.compact(fullAt + 2, true);
            assertEquals(List.of(), alarms(rig));
            assertTrue(rig.mvcc.liveBytes() < QUOTA_BYTES * 6 / 10, () -> "live " + rig.mvcc.liveBytes());
            assertFalse(NO_SPACE.equals(rig.run(Op.put("small", "v"))));
            rig.checkFollower(new MvccSettings());
        }
    }

    /** Between nine tenths and all of it the alarm stays as it is, raised or not. */
    @Test
    void shouldNotEndBeforeATenthIsFree()
    {
        try (Rig rig = rig(QUOTA_BYTES))
        {
            final int taken = fill(rig);
            int deleted = 0;
            while (!alarms(rig).isEmpty())
            {
                assertTrue(deleted < taken, "never ends");
                assertTrue(rig.mvcc.liveBytes() > QUOTA_BYTES / 10 * 9, () -> "still raised at " + rig.mvcc.liveBytes());
                rig.run(Op.delete("fill-" + (1000 + deleted++), ""));
                rig.compact(rig.mvcc.revision(), true);
            }
            assertTrue(rig.mvcc.liveBytes() <= QUOTA_BYTES / 10 * 9, () -> "ended at " + rig.mvcc.liveBytes());
            assertTrue(rig.mvcc.liveBytes() > QUOTA_BYTES / 10 * 9 - 2 * VALUE.length(), () -> "ended at " + rig.mvcc.liveBytes());
            while (rig.mvcc.liveBytes() < QUOTA_BYTES / 100 * 95)
            {
                assertFalse(NO_SPACE.equals(rig.run(Op.put("again-" + rig.mvcc.revision(), VALUE))), "not refused again at nine tenths");
            }
            assertEquals(List.of(), alarms(rig));
        }
    }

    /** etcd's trap 15: puts of nested transactions and of the larger branch count, taken or not. */
    @Test
    void shouldCountTheLargerBranchAndWhatIsNestedInIt()
    {
        try (Rig rig = rig(20_000))
        {
            final Op small = Op.put("small", "v");
            final Op large = Op.put("large", "v".repeat(30_000));
            assertEquals(NO_SPACE, rig.run(withCompare(Op.txn(), small, large)), "the branch that is not taken");
            assertEquals(NO_SPACE, rig.run(withCompare(Op.txn(), withCompare(Op.txn(), null, large), null)), "nested");
            assertEquals(List.of(), alarms(rig), "it alone is too large: others are not refused");
            final Op third = Op.put("third", "v".repeat(11_000));
            assertTrue(rig.run(withCompare(Op.txn(), third, Op.put("other", "v".repeat(11_000)))).startsWith("txn"),
                "branches are not added up");
            assertEquals(NO_SPACE, rig.run(withCompare(withCompare(Op.txn(), Op.put("a", "v".repeat(6_000)), null),
                withCompare(Op.txn(), Op.put("b", "v".repeat(6_000)), null), null)), "ops of a branch are");
            final Op deletes = withCompare(Op.txn(), Op.delete("third", ""), null);
            assertTrue(rig.run(deletes).startsWith("txn"));
        }
    }

    @Test
    void shouldTakeTheNewLeadersQuota()
    {
        try (Rig rig = rig(100_000))
        {
            final int taken = fill(rig);
            assertEquals(1, alarms(rig).size());
            rig.requests.quota(2 * 100_000);
            rig.applyOwn();
            assertEquals(List.of(), alarms(rig), "there is room now");
            assertTrue(fill(rig) > taken);
            rig.requests.quota(0);
            rig.applyOwn();
            assertEquals(List.of(), alarms(rig));
            assertFalse(NO_SPACE.equals(rig.run(Op.put("k", VALUE.repeat(100)))));
            assertEquals(0, rig.propose(), "not more than once a second");
            rig.pass(1000);
            assertEquals(1, rig.propose(), "this leader wants its own");
            assertEquals(100_000, rig.mvcc.quotaBytes());
            assertEquals(0, rig.propose());
            rig.checkFollower(new MvccSettings());
        }
    }

    @Test
    void shouldOutliveARestartAndReplay()
    {
        try (Rig rig = rig(QUOTA_BYTES))
        {
            fill(rig);
            final List<Alarm> raised = alarms(rig);
            rig.crash();
            assertEquals(raised, alarms(rig), "replayed from the log");
            rig.checkpoint();
            rig.log.clear(); // nothing is replayed
            rig.crash();
            assertEquals(raised, alarms(rig), "from the checkpoint");
            assertEquals(rig.mvcc.countLiveBytes(), rig.mvcc.liveBytes());
        }
    }

    /** A transaction that the log has let in is not refused for the room that it has itself taken. */
    @Test
    void shouldGoOnWithAHalfAppliedTransactionThatFillsTheQuota()
    {
        final long quotaBytes = 60_000;
        try (Rig rig = new Rig(new MvccSettings().quotaBytes(quotaBytes).keysPerSlice(1)))
        {
            rig.propose();
            final Op txn = Op.txn();
            for (int i = 0; i < 50; i++)
            {
                txn.success.add(Op.put("key-" + i, "v".repeat(900)));
            }
            final int[] steps = {0};
            rig.betweenSteps = () ->
            {
                if (++steps[0] == 45)
                {
                    rig.checkpoint();
                    return true;
                }
                return false;
            };
            rig.run(txn);
            assertTrue(steps[0] >= 45, "it was not stopped amid it");
            assertEquals(50, rig.mvcc.keyCount());
            assertEquals(rig.mvcc.countLiveBytes(), rig.mvcc.liveBytes());
            rig.checkFollower(new MvccSettings());
        }
    }

    @Test
    void shouldCountAStoreOfTheFormatBefore()
    {
        try (Rig rig = new Rig())
        {
            for (int i = 0; i < 20; i++)
            {
                rig.run(Op.put("key-" + i, "v".repeat(i)));
            }
            final long live = rig.mvcc.liveBytes();
            rig.store.userHeader().putLong(MvccHeader.FORMAT_OFFSET, 1, java.nio.ByteOrder.LITTLE_ENDIAN);
            rig.store.userHeader().putLong(MvccHeader.LIVE_BYTES_OFFSET, 0, java.nio.ByteOrder.LITTLE_ENDIAN);
            rig.checkpoint();
            rig.crash();
            assertEquals(live, rig.mvcc.liveBytes());
            assertTrue(live > 20 * 5);
        }
    }

    @Provide
    Arbitrary<Long> seeds()
    {
        return Arbitraries.longs().withDistribution(RandomDistribution.uniform());
    }

    /** Whatever is asked, members agree, no put goes beyond the quota, and a compaction of what was deleted ends the alarm. */
    @Property(tries = 200)
    void shouldHoldInAnyOrder(@ForAll("seeds") final long seed)
    {
        final Random random = new Random(seed);
        final long quotaBytes = 5_000 + random.nextInt(20_000);
        try (Rig rig = rig(quotaBytes))
        {
            for (int i = 0; i < 150; i++)
            {
                step(rig, random, quotaBytes);
                assertEquals(rig.mvcc.countLiveBytes(), rig.mvcc.liveBytes());
            }
            rig.run(Op.delete("k", "l"));
            rig.compact(rig.mvcc.revision(), true);
            rig.run(Op.put("other", "v"));
            if (rig.mvcc.compactRevision() < rig.mvcc.revision())
            {
                rig.compact(rig.mvcc.revision(), true);
            }
            assertEquals(List.of(), alarms(rig));
            rig.checkFollower(new MvccSettings().keysPerSlice(1));
        }
    }

    private static void step(final Rig rig, final Random random, final long quotaBytes)
    {
        final String key = "k" + random.nextInt(30);
        switch (random.nextInt(10))
        {
            case 0, 1 -> rig.run(Op.delete(key, random.nextInt(3) == 0 ? "l" : ""));
            case 2 -> rig.compact(1 + random.nextInt((int)rig.mvcc.revision()), random.nextBoolean());
            case 3 -> rig.run(withCompare(Op.txn(), put(random, key), put(random, "k-other")));
            case 4 ->
            {
                if (random.nextInt(4) == 0)
                {
                    rig.checkpoint();
                }
                rig.crash();
            }
            case 5 -> rig.alarm(MaintenanceOperation.ALARM_DEACTIVATE, 1, AlarmType.NOSPACE);
            default ->
            {
                final boolean isTaken = !NO_SPACE.equals(rig.run(put(random, key)));
                assertTrue(!isTaken || rig.mvcc.liveBytes() <= quotaBytes, () -> "a put beyond the quota: " + rig.mvcc.liveBytes());
            }
        }
    }

    private static Op put(final Random random, final String key)
    {
        return Op.put(key, "v".repeat(random.nextInt(2_000)));
    }
}
