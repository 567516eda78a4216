package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** etcd's quirks that clients see, by name, and what was decided about each. */
class EtcdSemanticsTest
{
    private final Rig rig = new Rig();

    @AfterEach
    void close()
    {
        rig.close();
    }

    private static String error(final ErrorCode code)
    {
        return "error " + code.number();
    }

    @Test
    void shouldBeginAtRevisionOneAndGiveTheFirstWriteTwo()
    {
        assertEquals(1, rig.mvcc.revision());
        assertEquals(-1, rig.mvcc.compactRevision());
        assertEquals("put at 2", rig.run(Op.put("a", "1")));
        assertEquals("delete at 2 deleted 0", rig.run(Op.delete("b", "")));
        assertEquals("put at 3", rig.run(Op.put("a", "1")));
        assertEquals("range at 3 count 1 a=1(2,3,2,0)", rig.run(Op.range("a", "")));
    }

    @Test
    void shouldRestartVersionAndCreateRevisionAfterADelete()
    {
        rig.run(Op.put("a", "1"));
        rig.run(Op.put("a", "2"));
        rig.run(Op.delete("a", ""));
        rig.run(Op.put("a", "3"));
        assertEquals("range at 5 count 1 a=3(5,5,1,0)", rig.run(Op.range("a", "")));
        assertEquals("range at 5 count 0", rig.run(Op.range("a", "").atRevision(4)));
        assertEquals("range at 5 count 1 a=2(2,3,2,0)", rig.run(Op.range("a", "").atRevision(3)));
    }

    @Test
    void shouldSortWholeRangeWhenOrderIsNoneButTargetIsNot()
    {
        rig.run(Op.put("a", "9"));
        rig.run(Op.put("b", "8"));
        rig.run(Op.put("c", "1"));
        assertEquals("range at 4 count 3 more c=1(4,4,1,0)",
            rig.run(Op.range("a", "\0").sorted(SortOrder.NONE, SortTarget.VALUE).limit(1)));
    }

    @Test
    void shouldRejectAPutInsideADeletedRangeInEitherOrderAndDepth()
    {
        final Op put = Op.put("b", "1");
        final Op delete = Op.delete("a", "c");
        assertEquals(error(ErrorCode.DUPLICATE_KEY), rig.run(Op.txn().then(put, delete)));
        assertEquals(error(ErrorCode.DUPLICATE_KEY), rig.run(Op.txn().then(Op.txn().then(put), Op.txn().otherwise(delete))));
        assertEquals("txn at 2 then; TXN/0 then; PUT/1 at 2 count 0",
            rig.run(Op.txn().then(Op.txn().then(put).otherwise(delete))));
    }

    @Test
    void shouldAnswerAnEmptyOpWithKeyNotFound()
    {
        assertEquals(error(ErrorCode.KEY_NOT_FOUND), rig.runLogged(Op.txn().then(Op.empty())));
    }

    @Test
    void shouldGiveNestedTransactionsWhatIsLeftOfTheirParentsOps()
    {
        final Op outer = Op.txn();
        for (int i = 0; i < 100; i++)
        {
            outer.then(Op.put("k" + i, "v"));
        }
        final Op inner = Op.txn();
        for (int i = 0; i < 27; i++)
        {
            inner.then(Op.put("n" + i, "v"));
        }
        outer.then(inner);
        assertTrue(rig.run(outer).startsWith("txn at 2 then"));
        inner.then(Op.put("m", "v"));
        assertEquals(error(ErrorCode.TOO_MANY_OPS), rig.run(outer));
        assertEquals(2, rig.mvcc.revision());
    }

    /** Each member bounds what it lets in; what is in the log means the same to all. */
    @Test
    void shouldRunInTheLogWhatAMemberWithAHigherBoundHasLetIn()
    {
        final Op txn = Op.txn();
        for (int i = 0; i < Limits.TXN_OPS_TOTAL_MAX; i++)
        {
            txn.then(Op.put("k" + i, "v"));
        }
        assertEquals(error(ErrorCode.TOO_MANY_OPS), rig.run(txn));
        assertTrue(rig.runAsEntry(txn).startsWith("txn at 2 then"));
        assertEquals(Limits.TXN_OPS_TOTAL_MAX, rig.mvcc.keyCount());
        assertEquals(error(ErrorCode.TOO_MANY_OPS), rig.runAsEntry(txn.then(Op.put("one more", "v"))));
    }

    @Test
    void shouldSayWhatIsWrongBeforeTheOpsThatAreTooMany()
    {
        final Op wide = Op.txn();
        for (int i = 0; i <= Rig.TXN_OPS_MAX; i++)
        {
            wide.then(Op.put("k" + i, "v"));
        }
        assertEquals(error(ErrorCode.KEY_NOT_PROVIDED), rig.run(Op.txn().then(Op.put("", "v"), wide)));
        assertEquals(error(ErrorCode.TOO_MANY_OPS), rig.run(Op.txn().then(wide, Op.put("", "v"))));
    }

    @Test
    void shouldCompareOnTheStateBeforeTheTransaction()
    {
        final Op nested = Op.txn().when("a", CompareTarget.VERSION, CompareResult.EQUAL, 0).then(Op.put("b", "nested"));
        assertEquals("txn at 2 then; PUT/0 at 2 count 0; TXN/0 then; PUT/1 at 2 count 0",
            rig.run(Op.txn().then(Op.put("a", "1"), nested)));
    }

    @Test
    void shouldRefuseAFutureRangeInATransactionBeforeItsWrites()
    {
        assertEquals(error(ErrorCode.FUTURE_REVISION), rig.run(Op.txn().then(Op.put("a", "1"), Op.range("a", "").atRevision(2))));
        assertEquals(1, rig.mvcc.revision());
        assertEquals(0, rig.mvcc.keyCount());
    }

    /** etcd 18667: members that did not have to answer did not look, and wrote. */
    @Test
    void shouldRefuseACompactedRangeInATransactionBeforeItsWritesOnAllMembers()
    {
        rig.run(Op.put("a", "1"));
        rig.run(Op.put("a", "2"));
        rig.compact(3, false);
        assertEquals(error(ErrorCode.COMPACTED), rig.run(Op.txn().then(Op.put("a", "3"), Op.range("a", "").atRevision(2))));
        assertEquals(3, rig.mvcc.revision());
        rig.checkFollower(new MvccSettings());
    }

    /** etcd 17780: the bound was there after a crash, the deleted revisions that had brought the store there were not. */
    @Test
    void shouldNotGoBackInRevisionAfterACrashAmidACompaction()
    {
        try (Rig slow = new Rig(new MvccSettings().keysPerSlice(1)))
        {
            for (int i = 0; i < 20; i++)
            {
                slow.run(Op.put("k" + (char)('a' + i), "v"));
            }
            slow.run(Op.delete("k", "l"));
            assertEquals(22, slow.mvcc.revision());
            slow.compact(22, false);
            slow.checkpoint();
            slow.tick(10);
            slow.checkpoint();
            slow.crash();
            assertEquals(22, slow.mvcc.revision());
            assertEquals(22, slow.mvcc.compactRevision());
            while (slow.mvcc.isCompacting())
            {
                slow.tick(1000);
            }
            slow.checkpoint();
            slow.crash();
            assertEquals(22, slow.mvcc.revision());
            assertEquals("put at 23", slow.run(Op.put("a", "1")));
            slow.checkFollower(new MvccSettings());
        }
    }

    @Test
    void shouldCountTheStateBeforeWhenATransactionAsksForTheCurrentRevisionAfterItsWrites()
    {
        rig.run(Op.put("a", "1"));
        final Op count = Op.range("\0", "\0").atRevision(2);
        count.countOnly = true;
        final Op tail = Op.range("a", "\0").atRevision(2).limit(1);
        assertEquals("txn at 3 then; PUT/0 at 3 count 0; RANGE/0 at 3 count 1; RANGE/0 at 3 count 1; KV/0 a=1(2,2,1,0)",
            rig.run(Op.txn().then(Op.put("b", "1"), count, tail)));
    }

    @Test
    void shouldBoundKeys()
    {
        assertEquals("put at 2", rig.run(Op.put("k".repeat(Limits.KEY_LENGTH_MAX), "v")));
        assertEquals(error(ErrorCode.KEY_TOO_LARGE), rig.run(Op.put("k".repeat(Limits.KEY_LENGTH_MAX + 1), "v")));
        assertEquals(error(ErrorCode.KEY_TOO_LARGE), rig.run(Op.range("k", "l".repeat(Limits.KEY_LENGTH_MAX + 1))));
        assertEquals(error(ErrorCode.KEY_TOO_LARGE), rig.run(Op.delete("k", "l".repeat(Limits.KEY_LENGTH_MAX + 1))));
        assertEquals(error(ErrorCode.KEY_NOT_PROVIDED), rig.run(Op.put("", "v")));
    }

    @Test
    void shouldAnswerALargeRangeInParts()
    {
        for (int i = 0; i < 10; i++)
        {
            rig.run(Op.put("k" + i, ("" + i).repeat(10_000)));
        }
        rig.run(Op.put("k5x", "x".repeat(100_000)));
        rig.egress.partCount = 0;
        rig.egress.longestPart = 0;
        final String answer = rig.run(Op.range("k", "l"));
        assertTrue(answer.startsWith("range at 12 count 11 k0="), answer);
        assertEquals(5, rig.egress.partCount, "three values a part, the long one alone");
        assertTrue(rig.egress.longestPart > 100_000 && rig.egress.longestPart < 101_000);
    }

    @Test
    void shouldEndALongRangeWithCompactedWhenItsRevisionGoes()
    {
        for (int i = 0; i < 10; i++)
        {
            rig.run(Op.put("k" + i, "v".repeat(20_000)));
        }
        rig.egress.isBlocked = () -> true;
        rig.requests.of(Op.range("k", "l"), Rig.SESSION, 99);
        assertTrue(rig.mvcc.onRead(Rig.SESSION, 0, rig.requests.buffer, 0, rig.requests.length));
        rig.doWork();
        assertEquals(1, rig.mvcc.scanCount());
        rig.run(Op.put("z", "1"));
        rig.compact(rig.mvcc.revision(), false);
        rig.egress.isBlocked = () -> false;
        rig.settle();
        assertEquals(error(ErrorCode.COMPACTED), rig.egress.answers.remove(99L));
        assertEquals(0, rig.mvcc.scanCount());
    }

    @Test
    void shouldNotShowADeleteBeforeItsEntryEnds()
    {
        try (Rig slow = new Rig(new MvccSettings().keysPerSlice(2)))
        {
            for (int i = 0; i < 10; i++)
            {
                slow.run(Op.put("k" + i, "v"));
            }
            final int[] stepCount = new int[1];
            slow.betweenSteps = () ->
            {
                stepCount[0]++;
                slow.requests.of(Op.range("k", "l").limit(1), Rig.SESSION, 1000 + stepCount[0]);
                slow.mvcc.onRead(Rig.SESSION, 0, slow.requests.buffer, 0, slow.requests.length);
                slow.settle();
                assertEquals("range at 11 count 10 more k0=v(2,2,1,0)", slow.egress.answers.remove(1000L + stepCount[0]));
                return false;
            };
            assertEquals("delete at 12 deleted 10", slow.run(Op.delete("k", "l")));
            assertTrue(stepCount[0] >= 4);
            assertEquals("range at 12 count 0", slow.run(Op.range("k", "l")));
        }
    }

    @Test
    void shouldResumeAHalfAppliedDeleteAfterACrash()
    {
        try (Rig slow = new Rig(new MvccSettings().keysPerSlice(3)))
        {
            for (int i = 0; i < 20; i++)
            {
                slow.run(Op.put("k" + (char)('a' + i), "v"));
            }
            final int[] stepCount = new int[1];
            slow.betweenSteps = () ->
            {
                slow.checkpoint();
                return ++stepCount[0] == 3;
            };
            assertNull(slow.run(Op.txn().then(Op.put("a", "1"), Op.delete("k", "l"), Op.put("z", "1"))));
            assertEquals(22, slow.mvcc.revision());
            assertEquals(2, slow.mvcc.keyCount());
            slow.checkFollower(new MvccSettings());
        }
    }

    @Test
    void shouldRefuseWhatComesLater()
    {
        final io.tourbillon.codecs.client.AuthRequestEncoder request =
            new io.tourbillon.codecs.client.AuthRequestEncoder()
                .wrapAndApplyHeader(rig.requests.buffer, 0, new io.tourbillon.codecs.client.MessageHeaderEncoder());
        request.request().correlationId(5);
        for (int data = 0; data < 5; data++)
        {
            rig.requests.buffer.putInt(request.limit(), 0);
            request.limit(request.limit() + Integer.BYTES);
        }
        assertTrue(rig.mvcc.onRead(Rig.SESSION, 0, rig.requests.buffer, 0, request.limit()));
        assertEquals(error(ErrorCode.NOT_SUPPORTED), rig.egress.answers.remove(5L));
    }

    @Test
    void shouldPassOverAnEntryThatIsApplied()
    {
        rig.run(Op.put("a", "1"));
        final long hash = rig.mvcc.stateHash();
        rig.checkpoint();
        rig.run(Op.put("a", "2"));
        rig.crash();
        assertEquals(3, rig.mvcc.revision());
        assertFalse(hash == rig.mvcc.stateHash());
    }
}
