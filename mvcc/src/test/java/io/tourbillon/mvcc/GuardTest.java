package io.tourbillon.mvcc;

import io.tourbillon.codecs.AlarmType;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.AuthOperation;
import io.tourbillon.codecs.client.CompareResult;
import io.tourbillon.codecs.client.CompareTarget;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.MaintenanceOperation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.stream.LongStream;

import static io.tourbillon.mvcc.Users.BAD_TOKEN;
import static io.tourbillon.mvcc.Users.DENIED;
import static io.tourbillon.mvcc.Users.NO_USER;
import static io.tourbillon.mvcc.Users.error;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What users may not do, one way around the rules after the other. User u may read and write [a, c), read r, and write w. */
class GuardTest
{
    private final Rig rig = new Rig();
    private final Users users = new Users(rig);

    @BeforeEach
    void makeUsers()
    {
        users.addWith("u", Permission.READWRITE, "a", "c");
        users.permit("u", Permission.READ, "r", "");
        users.permit("u", Permission.WRITE, "w", "");
        users.enable();
        rig.run(Op.put("z", "secret"));
        rig.run(Op.put("w", "1"));
        users.as("u");
    }

    @AfterEach
    void close()
    {
        rig.checkFollower(new MvccSettings());
        rig.close();
    }

    private void assertDenied(final Op op)
    {
        final long hash = rig.mvcc.stateHash();
        final long applied = rig.mvcc.appliedIndex();
        assertEquals(DENIED, rig.run(op));
        assertEquals(hash, rig.mvcc.stateHash(), "a refused request changes nothing");
        assertEquals(op.isReadOnly() ? applied : applied + 1, rig.mvcc.appliedIndex());
    }

    private void assertPermitted(final Op op)
    {
        final String answer = rig.run(op);
        assertFalse(answer.startsWith("error"), answer);
    }

    @Test
    void shouldPermitWhatRolesGrantAndNothingBeside()
    {
        assertPermitted(Op.put("a", "1"));
        assertPermitted(Op.put("b~", "1"));
        assertPermitted(Op.range("a", "c"));
        assertPermitted(Op.range("r", ""));
        assertPermitted(Op.put("w", "1"));
        assertPermitted(Op.delete("a", "b"));
        assertDenied(Op.put("c", "1"));
        assertDenied(Op.put("r", "1"));
        assertDenied(Op.range("w", ""));
        assertDenied(Op.range("a", "c\0"));
        assertDenied(Op.range("a", "\0"));
        assertDenied(Op.range("\0", "\0"));
        assertDenied(Op.range("r", "s"));
        assertDenied(Op.delete("a", "\0"));
        assertDenied(Op.delete("r", ""));
        assertDenied(Op.range("A", "b"));
    }

    @Test
    void shouldDenyAPutNestedInEitherBranchOfATransaction()
    {
        assertDenied(Op.txn().then(Op.put("z", "1")));
        assertDenied(Op.txn().then(Op.put("a", "1")).otherwise(Op.put("z", "1")));
        assertDenied(Op.txn().then(Op.txn().then(Op.put("a", "1")).otherwise(Op.txn().otherwise(Op.put("z", "1")))));
        assertPermitted(Op.txn().then(Op.txn().then(Op.put("a", "1")).otherwise(Op.txn().otherwise(Op.put("b", "1")))));
    }

    @Test
    void shouldDenyRangesAndDeletesNestedInATransaction()
    {
        assertDenied(Op.txn().then(Op.put("a", "1"), Op.txn().then(Op.range("z", ""))));
        assertDenied(Op.txn().then(Op.txn().then(Op.delete("a", "\0"))));
        assertDenied(Op.txn().then(Op.range("a", ""), Op.range("z", "")));
    }

    @Test
    void shouldDenyACompareOfWhatMayNotBeRead()
    {
        assertDenied(Op.txn().when("z", CompareTarget.VERSION, CompareResult.EQUAL, 1).then(Op.put("a", "1")));
        assertDenied(Op.txn().when("w", CompareTarget.VERSION, CompareResult.EQUAL, 1).then(Op.range("a", "")));
        final Op nested = Op.txn().when("z", CompareTarget.VERSION, CompareResult.EQUAL, 1);
        assertDenied(Op.txn().then(Op.put("a", "1"), nested));
        assertPermitted(Op.txn().when("r", CompareTarget.VERSION, CompareResult.EQUAL, 1).then(Op.put("a", "1")));
    }

    @Test
    void shouldDenyPreviousValuesToWhoMayNotRead()
    {
        assertPermitted(Op.put("w", "2"));
        assertDenied(Op.put("w", "3").withPrevKv());
        assertDenied(Op.delete("w", "").withPrevKv());
        assertDenied(Op.txn().then(Op.txn().otherwise(Op.put("w", "3").withPrevKv())));
        assertDenied(Op.txn().then(Op.txn().then(Op.delete("w", "").withPrevKv())));
        assertPermitted(Op.put("a", "2").withPrevKv());
    }

    @Test
    void shouldDenyAPutThatAttachesToALeaseWhoseKeysMayNotBeWritten()
    {
        users.as("root");
        rig.grant(5, 10_000);
        rig.run(Op.put("z", "1").withLease(5));
        users.as("u");
        assertDenied(Op.put("a", "1").withLease(5));
        assertDenied(Op.txn().then(Op.txn().then(Op.put("a", "1").withLease(5))));

        users.as("root");
        rig.run(Op.delete("z", ""));
        users.as("u");
        assertPermitted(Op.put("a", "1").withLease(5));
        assertEquals(error(ErrorCode.LEASE_NOT_FOUND), rig.run(Op.put("a", "1").withLease(6)), "no key is on it");
    }

    @Test
    void shouldDenyTheEndTheRenewalAndTheKeysOfALeaseThatHoldsOthersKeys()
    {
        assertTrue(rig.grant(5, 10_000).startsWith("lease 5"), "any user may");
        rig.run(Op.put("a", "1").withLease(5));
        rig.run(Op.put("w", "1").withLease(5));
        assertTrue(rig.keepAlive(5).startsWith("lease 5 ttl 10000"));
        assertEquals(DENIED, rig.timeToLive(5, true), "w may not be read");
        assertTrue(rig.timeToLive(5, false).startsWith("lease 5"));
        assertEquals(DENIED, rig.leases());
        users.as("root");
        rig.run(Op.delete("w", ""));
        users.as("u");
        assertTrue(rig.timeToLive(5, true).endsWith(" a"));
        assertTrue(rig.leases().endsWith(" 5"));

        users.as("root");
        rig.run(Op.put("z", "1").withLease(5));
        users.as("u");
        final long hash = rig.mvcc.stateHash();
        assertEquals(DENIED, rig.revoke(5));
        assertEquals(DENIED, rig.keepAlive(5));
        assertEquals(DENIED, rig.timeToLive(5, true));
        assertEquals(DENIED, rig.leases());
        assertEquals(hash, rig.mvcc.stateHash());
        users.as("root");
        assertTrue(rig.leases().endsWith(" 5"));
        assertTrue(rig.revoke(5).startsWith("lease 5"));
    }

    @Test
    void shouldLookUpAsManyKeysOfALeaseAsTheUserHasRanges()
    {
        users.as("root");
        rig.grant(5, 10_000);
        for (int i = 0; i < 20_000; i++)
        {
            rig.run(Op.put("a" + i, "1").withLease(5));
        }
        users.as("u");
        final long before = rig.mvcc.leaseLookUps();
        assertPermitted(Op.put("b", "1").withLease(5));
        assertTrue(rig.mvcc.leaseLookUps() - before <= 3, () -> rig.mvcc.leaseLookUps() - before + " look-ups");
    }

    @Test
    void shouldLookAtTheKeysOfEachLeaseOfATransactionOnceAndSayWhenTheyAreTooMany()
    {
        final int rangeCount = 256;
        final int leaseCount = 130;
        users.as("root");
        users.ask(AuthOperation.ROLE_ADD, "", "ranges");
        users.grant("u", "ranges");
        for (int i = 0; i < rangeCount; i++)
        {
            users.permit("ranges", Permission.READWRITE, String.format("k%03d", i), String.format("k%03d~", i));
        }
        final Op small = Op.txn();
        final Op large = Op.txn();
        for (int lease = 1; lease <= leaseCount; lease++)
        {
            rig.grant(lease, 10_000);
            for (int i = 0; i < rangeCount; i += 128)
            {
                rig.run(putsInRanges(i, lease));
            }
            small.then(Op.put("a" + lease, "1").withLease(1 + lease % 2));
            large.then(Op.put("b" + lease, "1").withLease(lease));
        }
        users.as("u");
        long before = rig.mvcc.leaseLookUps();
        assertFalse(rig.runAsEntry(small).startsWith("error"));
        assertEquals(2 * (rangeCount + 1), rig.mvcc.leaseLookUps() - before);

        before = rig.mvcc.leaseLookUps();
        assertEquals(error(ErrorCode.TOO_MANY_OPS), rig.runAsEntry(large));
        assertTrue(rig.mvcc.leaseLookUps() - before <= Limits.LEASE_LOOK_UPS_PER_TXN_MAX + rangeCount);

        before = rig.mvcc.leaseLookUps();
        rig.requests.lease(LeaseOperation.LEASES, 0, 0, false, rig.session, 1_000_001);
        assertTrue(rig.mvcc.onRead(rig.session, rig.credential, rig.requests.buffer, 0, rig.requests.length));
        assertTrue(rig.mvcc.leaseLookUps() - before <= MvccSettings.KEYS_PER_SLICE_DEFAULT + rangeCount + 2, "in one call");
        rig.settle();
        assertTrue(rig.egress.answers.get(1_000_001L).endsWith(" 129 130"), () -> rig.egress.answers.get(1_000_001L));
    }

    /** A key in each of 128 ranges from the given one on. */
    private static Op putsInRanges(final int firstRange, final int lease)
    {
        final Op puts = Op.txn();
        for (int i = firstRange; i < firstRange + 128; i++)
        {
            puts.then(Op.put(String.format("k%03d-%d", i, lease), "1").withLease(lease));
        }
        return puts;
    }

    @Test
    void shouldEndTheListOfALeasesKeysWhenItComesToHoldOneThatMayNotBeRead()
    {
        users.as("root");
        rig.grant(5, 10_000);
        for (int i = 0; i < 1000; i++)
        {
            rig.run(Op.put(String.format("a%03d", i), "1").withLease(5));
        }
        users.as("u");
        rig.egress.isBlocked = () -> true;
        rig.requests.lease(LeaseOperation.TIME_TO_LIVE, 5, 0, true, rig.session, 1_000_001);
        assertTrue(rig.mvcc.onRead(rig.session, rig.credential, rig.requests.buffer, 0, rig.requests.length));
        users.as("root");
        rig.run(Op.put("z", "1").withLease(5));
        rig.egress.isBlocked = () -> false;
        rig.settle();
        assertEquals(DENIED, rig.egress.answers.get(1_000_001L));
    }

    @Test
    void shouldJudgeEachLeaseThatIsRenewedWithOthersByItsOwnKeys()
    {
        rig.grant(5, 10_000);
        rig.run(Op.put("a", "1").withLease(5));
        users.as("root");
        rig.grant(6, 10_000);
        rig.run(Op.put("z", "1").withLease(6));
        users.as("u");
        final int denied = ErrorCode.PERMISSION_DENIED.number();
        assertTrue(rig.keepAlives(6, 5, 7).endsWith(" 6=0!" + denied + " 5=10000 7=0"));
        rig.pass(9000);
        assertTrue(rig.keepAlives(5, 6).endsWith(" 5=10000 6=0!" + denied));
        rig.pass(2000);
        users.as("root");
        assertTrue(rig.timeToLive(6, false).startsWith("lease 6 ttl 0"), "what is denied is not renewed");
        assertTrue(rig.timeToLive(5, false).startsWith("lease 5 ttl 8000"));
        users.as("u");
    }

    /** A lease of a user's keys takes two look-ups here, so a duty cycle has not the time for all. */
    @Test
    void shouldBoundTheLookUpsForRenewalsInOneDutyCycle()
    {
        final int count = Protocol.LEASES_KEPT_ALIVE_MAX;
        final long[] ids = LongStream.rangeClosed(1, count).toArray();
        for (final long id : ids)
        {
            rig.grant(id, 10_000);
            rig.run(Op.put("a" + id, "1").withLease(id));
        }
        final String tooMany = "!" + ErrorCode.TOO_MANY_REQUESTS.number();
        assertFalse(rig.keepAlives(ids).contains(tooMany), "one request is not too much");
        final Requests asked = new Requests();
        for (int i = 0; i < 8; i++)
        {
            asked.keepAlives(Rig.SESSION, 9000 + i, ids);
            rig.mvcc.onRead(Rig.SESSION, rig.credential, asked.buffer, 0, asked.length);
        }
        assertFalse(rig.egress.answers.get(9000L).contains(tooMany));
        assertTrue(rig.egress.answers.get(9007L).contains(" 1=0" + tooMany));
        rig.doWork();
        assertFalse(rig.keepAlives(ids).contains(tooMany), "in the next cycle there is room again");
    }

    @Test
    void shouldKeepForRootWhatIsRoots()
    {
        assertEquals(DENIED, rig.compact(1, false));
        assertEquals(DENIED, rig.alarm(MaintenanceOperation.ALARM_ACTIVATE, 1, AlarmType.NOSPACE));
        assertEquals(DENIED, rig.alarm(MaintenanceOperation.ALARM_DEACTIVATE, 1, AlarmType.NOSPACE));
        assertEquals(DENIED, rig.hash(0));
        for (final AuthOperation operation : AuthOperation.values())
        {
            final boolean isRoots = operation != AuthOperation.NULL_VAL && operation != AuthOperation.SBE_UNKNOWN &&
                operation != AuthOperation.STATUS;
            if (isRoots)
            {
                assertEquals(DENIED, users.ask(operation, "root", "root"), operation.name());
            }
        }
        assertTrue(rig.alarm(MaintenanceOperation.ALARM_GET, 0, AlarmType.NONE).startsWith("alarms"), "any user may");
        assertEquals(error(ErrorCode.PERMISSION_DENIED), error(ErrorCode.of(rig.mvcc.auth().refusalUnlessRoot(rig.credential))));
        users.as("root");
        assertTrue(rig.compact(1, false).startsWith("compacted"));
        assertTrue(rig.mvcc.auth().isRoot(rig.credential));
    }

    @Test
    void shouldDenyEverythingToWhoHasNotLoggedIn()
    {
        users.asNobody();
        assertEquals(NO_USER, rig.run(Op.put("a", "1")));
        assertEquals(NO_USER, rig.run(Op.range("a", "")));
        assertEquals(NO_USER, rig.run(Op.txn().then(Op.range("a", ""))));
        assertEquals(NO_USER, rig.grant(7, 5000));
        assertEquals(NO_USER, rig.keepAlive(7));
        assertEquals(NO_USER, rig.keepAlives(7, 8));
        assertEquals(NO_USER, rig.timeToLive(7, false));
        assertEquals(NO_USER, rig.leases());
        assertEquals(NO_USER, rig.compact(1, false));
        assertEquals(NO_USER, rig.alarm(MaintenanceOperation.ALARM_GET, 0, AlarmType.NONE));
        assertEquals(NO_USER, rig.hash(0));
        assertEquals(NO_USER, users.ask(AuthOperation.DISABLE, "", ""));
        assertEquals("canceled -1 code 1026 compacted 0", rig.watch(0, "a", "", 0, 0));
        assertTrue(rig.egress.log.get(rig.egress.log.size() - 1)
            .endsWith("'rpc error: code = InvalidArgument desc = etcdserver: user name is empty'"));
        rig.credential = 12345;
        assertEquals(BAD_TOKEN, rig.run(Op.put("a", "1")));
    }

    @Test
    void shouldSayWhatIsWrongWithARequestBeforeWhoMayNot()
    {
        assertEquals(error(ErrorCode.KEY_NOT_PROVIDED), rig.run(Op.put("", "1")));
        assertEquals(error(ErrorCode.KEY_NOT_PROVIDED), rig.run(Op.range("", "")));
        assertEquals(error(ErrorCode.DUPLICATE_KEY), rig.runLogged(Op.txn().then(Op.put("z", "1"), Op.put("z", "2"))));
    }

    @Test
    void shouldNotKnowADeletedUsersCredentialAlsoWhenTheNameComesBack()
    {
        final long old = rig.credential;
        users.as("root");
        users.ask(AuthOperation.USER_DELETE, "u", "");
        rig.credential = old;
        assertEquals(BAD_TOKEN, rig.run(Op.put("a", "1")));
        assertEquals(BAD_TOKEN, rig.run(Op.range("a", "")));

        users.as("root");
        users.add("u");
        users.grant("u", "u");
        assertNotEquals(old, rig.mvcc.auth().user("u").credential());
        rig.credential = old;
        assertEquals(BAD_TOKEN, rig.run(Op.put("a", "1")), "it was another u");
        users.as("u");
        assertPermitted(Op.put("a", "1"));
    }

    @Test
    void shouldNotKnowACredentialOfAnOldPassword()
    {
        final long old = rig.credential;
        users.as("root");
        users.changeVerifier("u", 2);
        rig.credential = old;
        assertEquals(BAD_TOKEN, rig.run(Op.put("a", "1")));
        assertEquals(BAD_TOKEN, rig.timeToLive(1, true));
        users.as("u");
        assertPermitted(Op.put("a", "1"));
    }

    @Test
    void shouldJudgeAWriteByTheRightsAtItsPlaceInTheLog()
    {
        users.as("root");
        users.forbid("u", "a", "c");
        users.as("u");
        assertDenied(Op.put("a", "1"));
        users.as("root");
        users.permit("u", Permission.WRITE, "a", "c");
        users.as("u");
        assertPermitted(Op.put("a", "1"));
        assertDenied(Op.range("a", ""));
        users.as("root");
        users.ask(AuthOperation.ROLE_DELETE, "", "u");
        users.as("u");
        assertDenied(Op.put("a", "1"));
        users.as("root");
        users.ask(AuthOperation.DISABLE, "", "");
        users.asNobody();
        assertPermitted(Op.put("z", "1"));
    }

    @Test
    void shouldLetRootsAndMembersDoAll()
    {
        users.as("root");
        users.add("admin");
        users.grant("admin", "root");
        users.as("admin");
        assertPermitted(Op.range("\0", "\0"));
        assertPermitted(Op.delete("\0", "\0").withPrevKv());
        rig.tick(10);
        rig.configure(1, 2, 3);
        assertFalse(rig.mvcc.members().configuration() == null, "members speak for themselves");
    }

    // ---- writes that come again

    @Test
    void shouldKnowAnotherUsersClientNotAtAll()
    {
        final long client = rig.openClient();
        final String first = rig.runOnce(Op.put("a", "1").withPrevKv(), client, 1, 1);
        users.as("root");
        final String forgotten = error(ErrorCode.CLIENT_FORGOTTEN);
        assertEquals(forgotten, rig.runOnce(Op.put("a", "2"), client, 1, 1), "nobody is told another's answer");
        assertEquals(forgotten, rig.runOnce(Op.put("a", "2"), client, 2, 1), "nor writes in another's name");
        rig.checkpoint();
        rig.crash();
        assertEquals(forgotten, rig.runOnce(Op.put("a", "2"), client, 2, 1), "the owner is part of the state");
        users.as("u");
        assertEquals(first, rig.runOnce(Op.put("a", "1").withPrevKv(), client, 1, 1));
        assertEquals("put at 5", rig.runOnce(Op.put("a", "3"), client, 2, 1), "which is new");
    }

    @Test
    void shouldKnowWhoseAClientIsAlsoWhenItsFirstOutcomesAreForgotten()
    {
        final long client = rig.openClient();
        for (int number = 1; number <= 100; number++)
        {
            rig.runOnce(Op.put("a", "1"), client, number, number);
        }
        rig.checkpoint();
        rig.crash();
        users.as("root");
        assertEquals(error(ErrorCode.CLIENT_FORGOTTEN), rig.runOnce(Op.put("a", "2"), client, 101, 101));
        users.as("u");
        assertTrue(rig.runOnce(Op.put("a", "2"), client, 101, 101).startsWith("put at "));
    }

    @Test
    void shouldKnowTheSameUserAfterAChangeOfThePassword()
    {
        final long client = rig.openClient();
        final String first = rig.runOnce(Op.put("a", "1"), client, 1, 1);
        users.as("root");
        users.changeVerifier("u", 2);
        users.as("u");
        assertEquals(first, rig.runOnce(Op.put("a", "1"), client, 1, 1));
    }

    @Test
    void shouldNotSayThatNothingHappenedWhenAWriteWasDoneAndIsDeniedByNow()
    {
        final long client = rig.openClient();
        rig.runOnce(Op.put("a", "1"), client, 1, 1);
        users.as("root");
        users.forbid("u", "a", "c");
        users.as("u");
        assertEquals(error(ErrorCode.ANSWER_LOST), rig.runOnce(Op.put("a", "1"), client, 1, 1));
        assertEquals(DENIED, rig.runOnce(Op.put("a", "1"), client, 2, 1));
        users.as("root");
        users.permit("u", Permission.WRITE, "a", "c");
        users.as("u");
        assertEquals(DENIED, rig.runOnce(Op.put("a", "1"), client, 2, 1), "a late copy is not done after its client was told no");
        assertEquals(DENIED, rig.runOnce(Op.put("z", "1"), client, 2, 1));
    }

    @Test
    void shouldNotShowWhatAnotherKeyHeldByTheNumberOfItsPut()
    {
        final long client = rig.openClient();
        final String first = rig.runOnce(Op.put("w", "2"), client, 5, 5); // it held 1, which u may not read
        assertEquals(error(ErrorCode.OUTCOME_FORGOTTEN), rig.runOnce(Op.put("a", "x").withPrevKv(), client, 5, 5));
        assertEquals(first, rig.runOnce(Op.put("w", "2"), client, 5, 5));
        assertEquals("range at 4 count 0", rig.run(Op.range("a", "")), "nor is it written");
    }

    @Test
    void shouldNotForgetOneUsersClientsForAnotherUserThatOpensEverMore()
    {
        users.as("root");
        users.addWith("v", Permission.READWRITE, "v", "");
        users.as("v");
        final long others = rig.openClient();
        users.as("u");
        final long first = rig.openClient();
        final long second = rig.openClient();
        while (rig.mvcc.clientCount() < Limits.CLIENTS_MAX)
        {
            rig.openClient();
        }
        rig.runOnce(Op.put("a", "1"), first, 1, 1);
        rig.checkpoint();
        rig.crash(); // the order is made anew from the tree
        rig.openClient();

        assertEquals(Limits.CLIENTS_MAX, rig.mvcc.clientCount());
        assertEquals(error(ErrorCode.CLIENT_FORGOTTEN), rig.runOnce(Op.put("a", "2"), second, 1, 1), "its own longest silent one");
        assertEquals("put at 4", rig.runOnce(Op.put("a", "1"), first, 1, 1));
        users.as("v");
        assertEquals("put at 5", rig.runOnce(Op.put("v", "1"), others, 1, 1));
        rig.openClient();
        assertEquals("put at 6", rig.runOnce(Op.put("v", "2"), others, 2, 1), "who has few makes no room of its own");
        users.as("u");
        assertEquals(error(ErrorCode.CLIENT_FORGOTTEN), rig.runOnce(Op.put("a", "2"), second + 1, 1, 1), "the longest silent one of all");
    }

    @Test
    void shouldBelieveTheLeaderThatAskedBeforeItChangedTheMembers()
    {
        users.as("root");
        final long old = rig.credential;
        users.changeVerifier("root", 2);
        rig.credential = old;
        assertEquals(BAD_TOKEN, rig.compact(1, false));
        assertEquals("member 9", rig.addMember(9), "it has been added");
        assertTrue(rig.mvcc.members().isPromised(9), "and is to vote");
    }

    // ---- answers under way

    @Test
    void shouldEndALongAnswerWhenTheRightToItIsTakenAway()
    {
        for (int i = 0; i < 3000; i++)
        {
            rig.run(Op.put("a" + i, "x".repeat(50)));
        }
        rig.egress.isBlocked = () -> true;
        beginToRead(Op.range("a", "c"), 1_000_001);
        beginToRead(Op.txn().then(Op.range("a", "b"), Op.range("r", "")), 1_000_002);
        beginToRead(Op.range("r", ""), 1_000_003);
        users.as("root");
        beginToRead(Op.range("a", "c"), 1_000_004);
        assertEquals(4, rig.mvcc.scanCount());
        users.forbid("u", "a", "c");
        assertEquals(2, rig.mvcc.scanCount(), "root's goes on, and what may still be read");
        assertEquals(DENIED, rig.egress.answers.get(1_000_001L));
        assertEquals(DENIED, rig.egress.answers.get(1_000_002L));
    }

    /** A read whose answer nobody takes now. */
    private void beginToRead(final Op op, final long correlationId)
    {
        rig.requests.of(op, rig.session, correlationId);
        assertTrue(rig.mvcc.onRead(rig.session, rig.credential, rig.requests.buffer, 0, rig.requests.length));
    }

    @Test
    void shouldSayThatTheAnswerIsLostWhenWhatAWriteShowsMayNotBeReadAnyMore()
    {
        for (int i = 0; i < 3000; i++)
        {
            rig.run(Op.put("a" + i, "x".repeat(50)));
        }
        rig.runDeaf(Op.delete("a", "b").withPrevKv());
        users.as("root");
        users.permit("u", Permission.WRITE, "a", "c");
        assertEquals(0, rig.mvcc.scanCount());
        assertEquals(1, rig.egress.answers.values().stream().filter(error(ErrorCode.ANSWER_LOST)::equals).count());
    }
}
