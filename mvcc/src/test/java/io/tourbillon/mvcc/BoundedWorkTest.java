package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** However much is asked for, one call does a bounded amount of it. Counted, not timed. */
class BoundedWorkTest
{
    private static final int KEY_COUNT = 5000;
    private static final int SLICE = 64;

    private final Rig rig = new Rig(new MvccSettings().keysPerSlice(SLICE).sortedKeys(500));
    private int callCount;
    private long mostChanged;
    private long recordCount;

    @AfterEach
    void close()
    {
        rig.close();
    }

    private void fill()
    {
        for (int i = 0; i < KEY_COUNT; i++)
        {
            rig.run(Op.put(String.format("k%05d", i), "v" + i % 10));
        }
        rig.betweenSteps = this::count;
    }

    private long records()
    {
        return rig.store.tree(Mvcc.REVISIONS_TREE).size();
    }

    private boolean count()
    {
        callCount++;
        mostChanged = Math.max(mostChanged, Math.abs(records() - recordCount));
        recordCount = records();
        return false;
    }

    private void beginToCount()
    {
        callCount = 0;
        mostChanged = 0;
        recordCount = records();
    }

    /** Sends a read and gives what its first call answers. */
    private String firstCall(final Op op, final long session, final long correlation)
    {
        rig.requests.of(op, session, correlation);
        assertTrue(rig.mvcc.onRead(session, 0, rig.requests.buffer, 0, rig.requests.length));
        return rig.egress.answers.remove(correlation);
    }

    private static String head(final String answer)
    {
        return answer.substring(0, Math.min(40, answer.length()));
    }

    @Test
    void shouldDeleteManyKeysInSlices()
    {
        fill();
        beginToCount();
        assertEquals("delete at " + (KEY_COUNT + 2) + " deleted " + KEY_COUNT, rig.run(Op.delete("k", "l")));
        assertTrue(callCount >= KEY_COUNT / SLICE, () -> "calls " + callCount);
        assertTrue(mostChanged <= SLICE, () -> "changes in one call " + mostChanged);
    }

    @Test
    void shouldDecideAndRunATransactionOverManyKeysInSlices()
    {
        fill();
        final Op txn = Op.txn().then(Op.put("a", "1"), Op.delete("k02", "k04"), Op.range("k", "l").limit(1), Op.put("z", "1"));
        txn.compares.add(new Op.Compare("k", "l", CompareTarget.VERSION, CompareResult.EQUAL, 1, ""));
        txn.compares.add(new Op.Compare("k", "l", CompareTarget.MOD, CompareResult.LESS, KEY_COUNT + 2, ""));
        beginToCount();
        assertEquals("txn at 5002 then; PUT/0 at 5002 count 0; DELETE_RANGE/0 at 5002 count 2000; RANGE/0 at 5002 count 3000 more; " +
            "KV/0 k00000=v0(2,2,1,0); PUT/0 at 5002 count 0", rig.runLogged(txn));
        assertTrue(callCount >= 2 * KEY_COUNT / SLICE + 2000 / SLICE, () -> "calls " + callCount);
        assertTrue(mostChanged <= SLICE + 2, () -> "changes in one call " + mostChanged);
        rig.checkFollower(new MvccSettings());
    }

    @Test
    void shouldCompactInSlices()
    {
        fill();
        rig.run(Op.delete("k", "l"));
        rig.run(Op.put("z", "1"));
        beginToCount();
        rig.compact(rig.mvcc.revision(), true);
        assertEquals(1, records());
        assertTrue(mostChanged <= 2 * 16, () -> "records removed in one call " + mostChanged);
        assertTrue(callCount >= 2 * KEY_COUNT / 16, () -> "calls " + callCount);
    }

    @Test
    void shouldCountAtTheCurrentRevisionInOneCallWhileDeletedKeysWait()
    {
        fill();
        rig.run(Op.delete("k00100", "k04900"));
        final Op count = Op.range("k", "l");
        count.countOnly = true;
        assertEquals("range at 5002 count 200", firstCall(count, 1, 100));
        assertEquals("range at 5002 count 200 more k00000=v0(2,2,1,0)", firstCall(Op.range("k", "l").limit(1), 1, 101));
        final Op last = Op.range("k", "k04901").limit(1).sorted(SortOrder.DESCEND, SortTarget.KEY);
        assertEquals("range at 5002 count 101 more k04900=v0(4902,4902,1,0)", firstCall(last, 1, 102));
        assertEquals(0, rig.mvcc.scanCount());
    }

    @Test
    void shouldCountARangeAtAnOldRevisionOnceForAllItsPages()
    {
        fill();
        final long old = rig.mvcc.revision();
        rig.run(Op.delete("k00100", "k04900"));
        final Op first = Op.range("k", "l").limit(10).atRevision(old);
        assertNull(firstCall(first, 1, 100), "has to be counted");
        rig.settle();
        assertTrue(rig.egress.answers.remove(100L).startsWith("range at 5002 count 5000 more k00000="));
        String from = "k00009\0";
        for (int page = 1; page < 400; page++)
        {
            final String answer = firstCall(Op.range(from, "l").limit(10).atRevision(old), 1, 100 + page);
            final String expected = "range at 5002 count " + (KEY_COUNT - 10 * page) + " more " + String.format("k%05d=", 10 * page);
            assertEquals(expected, answer.substring(0, expected.length()));
            from = String.format("k%05d\0", 10 * page + 9);
        }
        assertTrue(firstCall(first, 1, 999) == null, "the first page's note has given way by now");
    }

    @Test
    void shouldSortMoreKeysThanOnePassHolds()
    {
        fill();
        final String answer = rig.run(Op.range("k", "l").sorted(SortOrder.DESCEND, SortTarget.VALUE));
        final String[] parts = answer.split(" ");
        assertEquals(5 + KEY_COUNT, parts.length);
        for (int i = 0; i < KEY_COUNT; i++)
        {
            final int value = 9 - i / (KEY_COUNT / 10);
            final int key = i % (KEY_COUNT / 10) * 10 + value;
            assertEquals(String.format("k%05d=v%d", key, value), parts[5 + i].substring(0, 9));
        }
    }

    @Test
    void shouldAnswerADeleteThatIsLargerThanTheQueueWithoutKeepingOthersWaiting()
    {
        fill();
        rig.egress.partCount = 0;
        rig.runDeaf(Op.delete("k", "l").withPrevKv());
        assertEquals(KEY_COUNT + 2, rig.mvcc.revision());
        assertEquals(0, rig.egress.partCount);
        assertEquals("put at 5003", rig.run(Op.put("k00001", "new")));
        rig.egress.isBlocked = () -> false;
        rig.settle();
        final String answer = rig.answerBeforeLast();
        assertTrue(answer.startsWith("delete at 5002 deleted 5000 k00000=v0(2,2,1,0) k00001=v1(3,3,1,0) "), () -> head(answer));
        assertTrue(rig.egress.partCount > 5);
        assertTrue(rig.egress.longestPart <= Limits.PART_LENGTH_MAX);
    }

    @Test
    void shouldSayThatTheAnswerIsLostWhenWhatItShowsIsCompacted()
    {
        fill();
        rig.runDeaf(Op.delete("k", "l").withPrevKv());
        rig.compact(rig.mvcc.revision(), false);
        rig.egress.isBlocked = () -> false;
        rig.settle();
        assertEquals("error " + ErrorCode.ANSWER_LOST.number(), rig.answerBeforeLast());
        assertEquals(0, rig.mvcc.scanCount());
    }

    @Test
    void shouldLeaveRoomForOthersWhenASessionIsSlow()
    {
        fill();
        rig.egress.isBlocked = () -> true;
        for (int i = 0; i < MvccSettings.SCANS_PER_SESSION_DEFAULT; i++)
        {
            assertNull(firstCall(Op.range("k", "l"), 1, 100 + i));
        }
        assertEquals("error " + ErrorCode.TOO_MANY_SCANS.number(), firstCall(Op.range("k", "l"), 1, 200));
        assertEquals("error " + ErrorCode.TOO_MANY_SCANS.number(), firstCall(Op.txn().then(Op.range("k", "l")), 1, 201));
        rig.egress.isBlocked = () -> false;
        assertTrue(firstCall(Op.range("k", "l").limit(1), 2, 202).startsWith("range at 5001 count 5000 more"));
        rig.mvcc.onSessionClosed(1);
        assertEquals(0, rig.mvcc.scanCount());
    }

    @Test
    void shouldShowInALateAnswerWhatWasThereAmidATransactionThoughItWasWrittenAgain()
    {
        rig.run(Op.put("big", "v".repeat(40_000)));
        rig.run(Op.put("a", "1"));
        rig.runDeaf(Op.txn().then(Op.range("big", ""), Op.range("big", ""), Op.put("c", "1"), Op.range("a", ""), Op.delete("a", "")));
        rig.egress.isBlocked = () -> false;
        rig.run(Op.put("a", "2"));
        rig.settle();

        final String answer = rig.answerBeforeLast();
        assertTrue(answer.contains("KV/0 a=1("), answer.replaceAll("v{99,}", "..."));
    }
}
