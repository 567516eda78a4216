package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.OpKind;
import io.tourbillon.codecs.client.PutRequestEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static io.tourbillon.mvcc.Limits.CLIENTS_MAX;
import static io.tourbillon.mvcc.Limits.OUTCOMES_PER_CLIENT;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A write that comes again is applied once and answered as at first; what is remembered is bounded, and the same on all members. */
class OutcomesTest
{
    private static final String CLIENT_FORGOTTEN = "error " + ErrorCode.CLIENT_FORGOTTEN.number();
    private static final String OUTCOME_FORGOTTEN = "error " + ErrorCode.OUTCOME_FORGOTTEN.number();
    private static final String ANSWER_LOST = "error " + ErrorCode.ANSWER_LOST.number();

    private final Rig rig = new Rig();

    @AfterEach
    void close()
    {
        rig.close();
    }

    @Test
    void shouldApplyOnceWhatComesTwiceAndAnswerItAsAtFirst()
    {
        final long client = rig.openClient();
        final String first = rig.runOnce(Op.put("a", "1"), client, 1, 1);
        rig.runOnce(Op.put("b", "1"), client, 2, 1);
        final long revision = rig.mvcc.revision();

        assertEquals(first, rig.runOnce(Op.put("a", "1"), client, 1, 1));
        assertEquals(revision, rig.mvcc.revision());
    }

    @Test
    void shouldSayAgainWhatWasThereBefore()
    {
        final long client = rig.openClient();
        rig.runOnce(Op.put("a", "1"), client, 1, 1);
        final Op put = Op.put("a", "2").withPrevKv();
        final String putFirst = rig.runOnce(put, client, 2, 1);
        final Op delete = Op.delete("a", "c").withPrevKv();
        final String deleteFirst = rig.runOnce(delete, client, 3, 1);
        rig.runOnce(Op.put("a", "3"), client, 4, 1);

        assertTrue(putFirst.contains("prev"), putFirst);
        assertEquals(putFirst, rig.runOnce(put, client, 2, 1));
        assertTrue(deleteFirst.contains("deleted 1"), deleteFirst);
        assertEquals(deleteFirst, rig.runOnce(delete, client, 3, 1));
    }

    @Test
    void shouldGoTheWayOfATransactionAgain()
    {
        final long client = rig.openClient();
        rig.run(Op.put("x", "1"));
        final Op txn = Op.txn().when("x", CompareTarget.VERSION, CompareResult.EQUAL, 1)
            .then(Op.put("x", "2").withPrevKv(), Op.range("x", ""), Op.delete("y", "z"), Op.delete("y", "z"), Op.put("z", "1"))
            .otherwise(Op.put("x", "3"));
        rig.run(Op.put("y", "1"));
        rig.run(Op.put("y1", "1"));
        final String first = rig.runOnce(txn, client, 1, 1);
        final long revision = rig.mvcc.revision();
        rig.run(Op.put("y", "2"));

        assertEquals(first, rig.runOnce(txn, client, 1, 1), "its compare does not hold any more");
        assertEquals(revision + 1, rig.mvcc.revision());
    }

    @Test
    void shouldSayAnErrorAgainThoughItWouldBeNoneNow()
    {
        final long client = rig.openClient();
        final Op put = Op.put("a", "");
        put.ignoreValue = true;
        final String first = rig.runOnce(put, client, 1, 1);
        assertEquals("error " + ErrorCode.KEY_NOT_FOUND.number(), first);
        rig.run(Op.put("a", "1"));

        assertEquals(first, rig.runOnce(put, client, 1, 1));
    }

    @Test
    void shouldSayAgainWhatTheQuotaDecidedAndNotWhatItWouldDecideNow()
    {
        final long client = rig.openClient();
        final String first = rig.runOnce(Op.put("a", "1"), client, 1, 1);
        rig.requests.quota(1);
        rig.applyOwn();
        assertEquals(first, rig.runOnce(Op.put("a", "1"), client, 1, 1), "it was applied when there was room");
        final String refused = rig.runOnce(Op.put("b", "1"), client, 2, 1);
        assertEquals("error " + ErrorCode.NO_SPACE.number(), refused);
        rig.requests.quota(1_000_000);
        rig.applyOwn();
        assertEquals(refused, rig.runOnce(Op.put("b", "1"), client, 2, 1), "its client was told that it did not happen");
    }

    @Test
    void shouldSayNothingOfAnotherWriteUnderTheSameNumber()
    {
        final long client = rig.openClient();
        rig.run(Op.put("d", "1"));
        final Op ignoring = Op.put("none", "");
        ignoring.ignoreValue = true;
        final Op[] writes = {
            Op.put("a", "1"), Op.put("b", "1"), Op.delete("d", ""), Op.delete("e", ""), Op.txn().then(Op.put("t", "1")),
            Op.txn().then(Op.range("a", "")), ignoring};
        final String[] answers = new String[writes.length];
        for (int i = 0; i < writes.length; i++)
        {
            answers[i] = rig.runOnce(writes[i], client, i + 1, 1);
        }
        rig.requests.lease(LeaseOperation.GRANT, 77, 60_000, false, Rig.SESSION, 1_000_001);
        rig.requests.number(client, writes.length + 1, 1);
        rig.applyAgain(new UnsafeBuffer(rig.requests.buffer, 0, rig.requests.length));
        final long hash = rig.mvcc.stateHash();

        for (int i = 0; i < writes.length; i++)
        {
            assertEquals(OUTCOME_FORGOTTEN, rig.runOnce(writes[i], client, writes.length + 1, 1), "no keys are a lease's id");
            for (int number = 1; number <= writes.length; number++)
            {
                final Op noted = writes[number - 1];
                final boolean isTaken = noted.kind == writes[i].kind && // and nothing shows that it is another one
                    (noted == writes[i] || noted.kind == OpKind.DELETE_RANGE || noted == ignoring);
                assertEquals(isTaken ? answers[number - 1] : OUTCOME_FORGOTTEN, rig.runOnce(writes[i], client, number, 1),
                    i + " under the number of " + (number - 1));
            }
        }
        assertEquals(hash, rig.mvcc.stateHash());
    }

    @Test
    void shouldKnowOutcomesThatABuildBeforeHasNoted()
    {
        final long client = rig.openClient();
        final String first = rig.runOnce(Op.put("a", "1"), client, 1, 1);
        final Tree tree = rig.store.tree(Mvcc.SESSIONS_TREE);
        final UnsafeBuffer key = new UnsafeBuffer(new byte[12]);
        key.putByte(3, (byte)client);
        final UnsafeBuffer value = new UnsafeBuffer(0, 0);
        assertTrue(tree.get(key, 0, 12, value));
        final UnsafeBuffer older = new UnsafeBuffer(new byte[value.capacity()]);
        older.putBytes(0, value, 0, value.capacity());
        assertEquals((byte)PutRequestEncoder.TEMPLATE_ID, older.getByte(older.capacity() - 1), "the kind is last");
        older.putByte(older.capacity() - 1, (byte)0);
        assertTrue(rig.store.reserve(tree.pagesForPut(older.capacity())));
        tree.put(key, 0, 12, older, 0, older.capacity());

        assertEquals(first, rig.runOnce(Op.put("a", "1"), client, 1, 1));
        assertEquals(OUTCOME_FORGOTTEN, rig.runOnce(Op.put("b", "1"), client, 1, 1), "the key is known all the same");
    }

    @Test
    void shouldCallLostWhatIsCompacted()
    {
        final long client = rig.openClient();
        rig.run(Op.put("a", "1"));
        final Op put = Op.put("a", "2").withPrevKv();
        rig.runOnce(put, client, 1, 1);
        final String plain = rig.runOnce(Op.put("a", "3"), client, 2, 1);
        rig.run(Op.put("a", "4"));
        rig.compact(rig.mvcc.revision(), true);

        assertEquals(ANSWER_LOST, rig.runOnce(put, client, 1, 1));
        assertEquals(plain, rig.runOnce(Op.put("a", "3"), client, 2, 1), "it needs no history");
    }

    @Test
    void shouldGrantOneLeaseHoweverOftenItIsAskedFor()
    {
        final long client = rig.openClient();
        rig.requests.lease(LeaseOperation.GRANT, 0, 60_000, false, Rig.SESSION, 1_000_001);
        rig.requests.number(client, 1, 1);
        final UnsafeBuffer message = new UnsafeBuffer(new byte[rig.requests.length]);
        message.putBytes(0, rig.requests.buffer, 0, rig.requests.length);

        final String first = rig.applyAgain(message);
        assertEquals(first, rig.applyAgain(message));
        assertEquals(1, rig.mvcc.leaseCount());
    }

    @Test
    void shouldRememberAfterACrashWithAndWithoutACheckpoint()
    {
        final long client = rig.openClient();
        final String first = rig.runOnce(Op.put("a", "1"), client, 1, 1);
        rig.checkpoint();
        final String second = rig.runOnce(Op.put("b", "1"), client, 2, 1);
        rig.crash();

        assertEquals(first, rig.runOnce(Op.put("a", "1"), client, 1, 1));
        assertEquals(second, rig.runOnce(Op.put("b", "1"), client, 2, 1));
        rig.checkFollower(new MvccSettings());
    }

    @Test
    void shouldKnowNothingOfAClientThatIsNotRemembered()
    {
        final long revision = rig.mvcc.revision();
        assertEquals(CLIENT_FORGOTTEN, rig.runOnce(Op.put("a", "1"), 99, 1, 1));
        assertEquals(revision, rig.mvcc.revision());
    }

    @Test
    void shouldForgetWhatIsAnswered()
    {
        final long client = rig.openClient();
        for (int i = 1; i <= 10 * OUTCOMES_PER_CLIENT; i++)
        {
            rig.runOnce(Op.put("a", "1"), client, i, i);
        }
        assertTrue(rig.store.tree(Mvcc.SESSIONS_TREE).size() <= 2, "records that nobody asks for");
        assertEquals(OUTCOME_FORGOTTEN, rig.runOnce(Op.put("a", "1"), client, 1, 1));
        assertEquals(1 + 10L * OUTCOMES_PER_CLIENT, rig.mvcc.revision());
    }

    @Test
    void shouldRememberSoManyNumbersAndNoMoreForAClientThatNeverHearsAnAnswer()
    {
        final long client = rig.openClient();
        final String[] answers = new String[4 * OUTCOMES_PER_CLIENT + 1];
        for (int i = 1; i < answers.length; i++)
        {
            answers[i] = rig.runOnce(Op.put("a", "1"), client, i, 1);
        }
        assertTrue(rig.store.tree(Mvcc.SESSIONS_TREE).size() <= OUTCOMES_PER_CLIENT / OutcomeRecord.SLOTS + 1, "memory that grows");
        final long revision = rig.mvcc.revision();
        for (int i = answers.length - OUTCOMES_PER_CLIENT; i < answers.length; i++)
        {
            assertEquals(answers[i], rig.runOnce(Op.put("a", "1"), client, i, 1));
        }
        assertEquals(OUTCOME_FORGOTTEN, rig.runOnce(Op.put("a", "1"), client, answers.length - 2 * OUTCOMES_PER_CLIENT, 1));
        assertEquals(revision, rig.mvcc.revision());
    }

    @Test
    void shouldApplyAWriteThatComesLateBehindItsFollowers()
    {
        final long client = rig.openClient();
        for (int i = 2; i < 100; i++)
        {
            rig.runOnce(Op.put("a", "1"), client, i, 1);
        }
        assertEquals("put at " + (rig.mvcc.revision() + 1), rig.runOnce(Op.put("late", "1"), client, 1, 1));
    }

    @Test
    void shouldForgetTheClientThatHasNotWrittenForLongest()
    {
        final long first = rig.openClient();
        final long second = rig.openClient();
        for (int i = 2; i < CLIENTS_MAX; i++)
        {
            rig.openClient();
        }
        rig.runOnce(Op.put("a", "1"), first, 1, 1);
        rig.checkpoint();
        rig.crash(); // the order is made anew from the tree
        final long last = rig.openClient();

        assertEquals(CLIENTS_MAX, rig.mvcc.clientCount());
        assertEquals(CLIENT_FORGOTTEN, rig.runOnce(Op.put("a", "2"), second, 1, 1));
        assertEquals("put at 2", rig.runOnce(Op.put("a", "1"), first, 1, 1));
        assertEquals("put at 3", rig.runOnce(Op.put("a", "2"), last, 1, 1));
        assertEquals(CLIENTS_MAX, rig.store.tree(Mvcc.SESSIONS_TREE).size());
    }

    @Test
    void shouldGiveNoIdTwice()
    {
        final long first = rig.openClient();
        new MvccHeader(rig.store.userHeader(), 1).lastClientId(Limits.CLIENT_ID_MAX - 1);
        assertEquals(Limits.CLIENT_ID_MAX, rig.openClient());
        assertEquals(first + 1, rig.openClient(), "1 is taken");
    }

    @Test
    void shouldHashWhatIsRemembered()
    {
        final long client = rig.openClient();
        final long before = rig.mvcc.stateHash();
        final Op error = Op.put("", "1");
        rig.runOnce(error, client, 1, 1);
        final long after = rig.mvcc.stateHash();
        assertNotEquals(before, after);
        rig.runOnce(error, client, 1, 1);
        assertEquals(after, rig.mvcc.stateHash(), "nothing is remembered of what came again");
        rig.run(error);
        assertEquals(after, rig.mvcc.stateHash(), "nor of what has no number");
    }

    @Test
    void shouldTakeUpAStoreThatKnowsNoClients()
    {
        rig.run(Op.put("a", "1"));
        rig.checkpoint();
        rig.store.userHeader().putLong(MvccHeader.FORMAT_OFFSET, 2, LITTLE_ENDIAN);
        new MvccHeader(rig.store.userHeader(), 1);
        assertEquals(5, rig.store.userHeader().getLong(MvccHeader.FORMAT_OFFSET, LITTLE_ENDIAN), "an older version must refuse it");
        rig.store.userHeader().putLong(MvccHeader.FORMAT_OFFSET, 7, LITTLE_ENDIAN);
        assertThrows(IllegalStateException.class, () -> new MvccHeader(rig.store.userHeader(), 1));
    }

    @Test
    void shouldNoticeARecordThatIsNone()
    {
        final Tree tree = rig.store.tree(Mvcc.SESSIONS_TREE);
        final UnsafeBuffer key = new UnsafeBuffer(new byte[12]);
        key.putByte(3, (byte)1);
        for (int length = 1; length < 60; length++)
        {
            final boolean isOne = length == 8 || length == 17;
            final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
            assertTrue(rig.store.reserve(tree.pagesForPut(length)));
            tree.put(key, 0, 12, value, 0, length);
            if (isOne)
            {
                new Outcomes(tree, new MvccHeader(rig.store.userHeader(), 1));
            }
            else
            {
                assertThrows(IllegalStateException.class, () -> new Outcomes(tree, new MvccHeader(rig.store.userHeader(), 1)));
            }
        }
    }

    @Test
    void shouldForgetClientsInARestoredState()
    {
        rig.openClient();
        RestoredState.adopt(rig.store, 5, 0);
        assertEquals(0, rig.store.tree(Mvcc.SESSIONS_TREE).size());
    }
}
