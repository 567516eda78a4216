package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.client.LeaseOperation;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Leases as etcd has them, and what happens to them when time passes, leaders change and members stop. */
class LeaseTest
{
    private final Rig rig = new Rig(new MvccSettings().keysPerSlice(4));

    @AfterEach
    void close()
    {
        rig.close();
    }

    private static String error(final ErrorCode code)
    {
        return "error " + code.number();
    }

    private static Op put(final String key, final long lease)
    {
        final Op put = Op.put(key, "v");
        put.lease = lease;
        return put;
    }

    @Test
    void shouldGrantWithoutANewRevision()
    {
        assertEquals("lease 7 ttl 60000 of 60000 at 1", rig.grant(7, 60_000));
        assertEquals(error(ErrorCode.LEASE_EXISTS), rig.grant(7, 60_000));
        assertEquals("lease 8 ttl 2000 of 2000 at 1", rig.grant(8, -5));
        assertEquals("lease 9 ttl 9000000000000 of 9000000000000 at 1", rig.grant(9, Limits.LEASE_TTL_MAX_MS));
        assertEquals(error(ErrorCode.LEASE_TTL_TOO_LARGE), rig.grant(7, Limits.LEASE_TTL_MAX_MS + 1));
        assertEquals("lease 0 ttl 0 of 0 at 1 7 8 9", rig.leases());
        assertEquals("lease 7 ttl 60000 of 60000 at 1", rig.timeToLive(7, true));
        assertEquals("lease 10 ttl -1 of 0 at 1", rig.timeToLive(10, true));
    }

    @Test
    void shouldPickTheSamePositiveIdOnAllMembers()
    {
        final String granted = rig.grant(0, 5000);
        final long id = Long.parseLong(granted.split(" ")[1]);
        assertTrue(id > 0);
        assertEquals("put at 2", rig.run(put("a", id)));
        rig.checkFollower(new MvccSettings());
    }

    @Test
    void shouldRefuseAPutWithALeaseThatIsNotThereBeforeAnythingIsWritten()
    {
        assertEquals(error(ErrorCode.LEASE_NOT_FOUND), rig.run(put("a", 5)));
        assertEquals(error(ErrorCode.LEASE_NOT_FOUND), rig.run(Op.txn().then(Op.put("b", "v"), put("a", 5))));
        assertEquals(1, rig.mvcc.revision());
        assertEquals(error(ErrorCode.LEASE_NOT_FOUND), rig.revoke(5));
        assertEquals(error(ErrorCode.LEASE_NOT_FOUND), rig.revoke(0));
    }

    @Test
    void shouldDeleteWhatItHoldsInOneRevisionInOrderOfTheKeys()
    {
        rig.grant(7, 60_000);
        for (final String key : new String[]{"c", "a", "e", "b", "d", "f"})
        {
            rig.run(put(key, 7));
        }
        rig.watch(0, "a", "\0", 0, 0);
        assertEquals("lease 7 ttl 60000 of 60000 at 7 a b c d e f", rig.timeToLive(7, true));
        assertEquals("lease 7 ttl 0 of 0 at 8", rig.revoke(7));
        rig.settle();
        assertEquals("[DELETE a=(0,8,0,0), DELETE b=(0,8,0,0), DELETE c=(0,8,0,0), " +
            "DELETE d=(0,8,0,0), DELETE e=(0,8,0,0), DELETE f=(0,8,0,0)]", rig.egress.eventsOf(Rig.SESSION, 0).toString());
        assertEquals("range at 8 count 0", rig.run(Op.range("\0", "\0")));
        assertEquals("lease 0 ttl 0 of 0 at 8", rig.leases());
        rig.checkFollower(new MvccSettings());
    }

    @Test
    void shouldNotBumpTheRevisionWhenItHoldsNothing()
    {
        rig.grant(7, 60_000);
        assertEquals("lease 7 ttl 0 of 0 at 1", rig.revoke(7));
    }

    /** Trap 10: a key has the lease of its last put. */
    @Test
    void shouldMoveAKeyToTheLeaseOfItsLastPut()
    {
        rig.grant(7, 60_000);
        rig.grant(8, 60_000);
        rig.run(put("a", 7));
        rig.run(put("a", 8));
        rig.run(put("b", 7));
        rig.run(put("b", 0));
        rig.run(put("c", 7));
        final Op keeping = Op.put("c", "w");
        keeping.ignoreLease = true;
        rig.run(keeping);
        rig.run(put("d", 7));
        rig.run(Op.delete("d", ""));
        assertEquals("lease 7 ttl 60000 of 60000 at 9 c", rig.timeToLive(7, true));
        assertEquals("lease 8 ttl 60000 of 60000 at 9 a", rig.timeToLive(8, true));
        assertEquals("lease 7 ttl 0 of 0 at 10", rig.revoke(7));
        assertEquals("range at 10 count 2 a=v(2,3,2,8) b=v(4,5,2,0)", rig.run(Op.range("\0", "\0")));
    }

    /** Trap 17: a deleted key's lease is dropped; the next generation has its own. */
    @Test
    void shouldDropTheLeaseWithTheKey()
    {
        rig.grant(7, 60_000);
        rig.run(put("a", 7));
        rig.run(Op.delete("a", ""));
        rig.run(Op.put("a", "v"));
        assertEquals("lease 7 ttl 0 of 0 at 4", rig.revoke(7));
        assertEquals("range at 4 count 1 a=v(4,4,1,0)", rig.run(Op.range("a", "")));
        assertEquals("range at 4 count 1 a=v(2,2,1,7)", rig.run(Op.range("a", "").atRevision(2)));
    }

    @Test
    void shouldExpireOnceItsTimeIsUpAndNoSooner()
    {
        rig.grant(7, 5000);
        rig.grant(8, 60_000);
        rig.run(put("a", 7));
        rig.pass(4900);
        assertEquals("lease 7 ttl 100 of 5000 at 2 a", rig.timeToLive(7, true));
        assertEquals(0, rig.propose());
        rig.pass(250);
        assertEquals("lease 7 ttl 0 of 5000 at 2", rig.timeToLive(7, false));
        assertEquals(1, rig.propose());
        assertEquals("lease 7 ttl -1 of 0 at 3", rig.timeToLive(7, false));
        assertEquals("range at 3 count 0", rig.run(Op.range("a", "")));
        assertEquals("lease 0 ttl 0 of 0 at 3 8", rig.leases());
        rig.checkFollower(new MvccSettings());
    }

    @Test
    void shouldExpireManyInOneEntryAndOneRevision()
    {
        for (int i = 1; i <= Limits.LEASES_PER_TICK_MAX + 50; i++)
        {
            rig.grant(i, 2000);
            rig.run(put("k" + (1000 + i), i));
        }
        rig.pass(2200);
        assertEquals(2, rig.propose());
        assertEquals(1 + Limits.LEASES_PER_TICK_MAX + 50 + 2, rig.mvcc.revision());
        assertEquals(0, rig.mvcc.keyCount());
        assertEquals(0, rig.mvcc.leaseCount());
    }

    @Test
    void shouldLiveOnWhileItIsRenewed()
    {
        rig.grant(7, 5000);
        for (int i = 0; i < 10; i++)
        {
            rig.pass(4000);
            assertEquals("lease 7 ttl 5000 of 5000 at 1", rig.keepAlive(7));
            assertEquals(0, rig.propose());
        }
        assertEquals("lease 9 ttl 0 of 0 at 1", rig.keepAlive(9));
    }

    /** Trap 9: what is expired is renewed no more; the answer comes when it is gone. */
    @Test
    void shouldAnswerARenewalOfAnExpiredLeaseOnlyOnceItIsRevoked()
    {
        rig.grant(7, 2000);
        rig.run(put("a", 7));
        rig.pass(2200);
        final int length = rig.mvcc.proposal(rig.requests.buffer);
        assertTrue(length > 0);
        assertNull(rig.keepAlive(7));
        rig.pass(500);
        assertNull(rig.lateAnswer());
        rig.pass(600);
        assertEquals(1, rig.propose(), "a proposal that was lost is made again");
        assertEquals("lease 7 ttl 0 of 0 at 3", rig.lateAnswer());
    }

    /** However many end at once: what clients write meanwhile waits for one entry about leases, not for all. */
    @Test
    void shouldHaveOneEntryAboutLeasesUnderWayAtATime()
    {
        final int leaseCount = 2 * Limits.LEASES_PER_TICK_MAX + 1;
        for (int id = 1; id <= leaseCount; id++)
        {
            rig.grant(id, 2000);
        }
        rig.pass(2200);
        rig.requests.length = rig.mvcc.proposal(rig.requests.buffer);
        assertTrue(rig.requests.length > 0);
        rig.pass(100);
        assertEquals(0, rig.mvcc.proposal(new UnsafeBuffer(new byte[Mvcc.PROPOSAL_LENGTH_MAX])), "the first is not applied");
        rig.applyOwn();
        assertEquals(leaseCount - Limits.LEASES_PER_TICK_MAX, rig.mvcc.leaseCount());
        assertEquals(2, rig.propose());
        assertEquals(0, rig.mvcc.leaseCount());
    }

    @Test
    void shouldGiveUpARenewalThatNothingCanDecide()
    {
        rig.grant(7, 2000);
        rig.pass(2200);
        assertTrue(rig.mvcc.proposal(rig.requests.buffer) > 0);
        assertNull(rig.keepAlive(7));
        rig.pass(8000);
        assertEquals(error(ErrorCode.TIMEOUT), rig.lateAnswer());
    }

    @Test
    void shouldRenewManyByOneRequestEachAsIfItWereAskedForAlone()
    {
        rig.grant(7, 5000);
        rig.grant(8, 60_000);
        for (int i = 0; i < 5; i++)
        {
            rig.pass(4000);
            assertEquals("kept at 1 7=5000 9=0 8=60000 7=5000", rig.keepAlives(7, 9, 8, 7));
            assertEquals(0, rig.propose());
        }
        rig.pass(4900);
        assertEquals("lease 7 ttl 100 of 5000 at 1", rig.timeToLive(7, false));
        assertEquals("lease 8 ttl 55100 of 60000 at 1", rig.timeToLive(8, false));
        assertEquals("kept at 1", rig.keepAlives());
        final long[] most = LongStream.range(1000, 1000 + Protocol.LEASES_KEPT_ALIVE_MAX).toArray();
        assertTrue(rig.keepAlives(most).endsWith(" 1255=0"));
        assertEquals(error(ErrorCode.REQUEST_TOO_LARGE), rig.keepAlives(Arrays.copyOf(most, most.length + 1)));
    }

    /** One is proposed as expired, one must be in the log first: neither holds those that are decided. */
    @Test
    void shouldAnswerThoseThatAreDecidedAtOnceAndTheOthersOnceTheyAre()
    {
        rig.grant(8, 3_600_000);
        rig.grant(9, 60_000);
        rig.run(put("a", 9));
        rig.pass(300_000);
        rig.requests.length = rig.mvcc.proposal(rig.requests.buffer);
        final byte[] tick = new byte[rig.requests.length];
        rig.requests.buffer.getBytes(0, tick);
        rig.egress.partCount = 0;
        assertNull(rig.keepAlives(9, 1, 8, 8));
        assertEquals(1, rig.egress.partCount, "what is decided");
        rig.requests.buffer.putBytes(0, tick);
        rig.requests.length = tick.length;
        assertTrue(rig.applyOwn(), "9 is gone, and what 8 had left is noted");
        assertNull(rig.lateAnswer());
        assertEquals(2, rig.egress.partCount);
        assertEquals(1, rig.propose(), "8 has its whole time again");
        assertEquals("kept at 3 1=0 9=0 8=3600000 8=3600000", rig.lateAnswer());
        assertEquals(3, rig.egress.partCount);
    }

    @Test
    void shouldGiveUpEachRenewalOfManyThatNothingCanDecide()
    {
        rig.grant(7, 2000);
        rig.grant(8, 2000);
        rig.pass(2200);
        assertTrue(rig.mvcc.proposal(rig.requests.buffer) > 0);
        assertNull(rig.keepAlives(7, 9, 8));
        rig.pass(8000);
        final int timeout = ErrorCode.TIMEOUT.number();
        assertEquals("kept at 1 9=0 7=0!" + timeout + " 8=0!" + timeout, rig.lateAnswer());
        assertNull(rig.keepAlives(7, 8));
        rig.mvcc.onFollower();
        final int changed = ErrorCode.LEADER_CHANGED.number();
        assertEquals("kept at 1 7=0!" + changed + " 8=0!" + changed, rig.lateAnswer());
        assertEquals(error(ErrorCode.NOT_LEADER), rig.keepAlives(7, 8));
    }

    @Test
    void shouldBoundTheRenewalsThatWaitAlsoOfOneRequestAndForgetThoseOfAClosedSession()
    {
        try (Rig small = new Rig(new MvccSettings().waitingKeepAlives(2)))
        {
            for (int lease = 1; lease <= 4; lease++)
            {
                small.grant(lease, 2000);
            }
            small.pass(2200);
            assertTrue(small.mvcc.proposal(small.requests.buffer) > 0);
            final int tooMany = ErrorCode.TOO_MANY_REQUESTS.number();
            assertNull(small.keepAlives(1, 2, 3));
            assertEquals("kept at 1 4=0!" + tooMany, small.keepAlives(4));
            small.mvcc.onSessionClosed(Rig.SESSION);
            assertNull(small.keepAlives(4));
            small.pass(1100);
            assertEquals(1, small.propose());
            assertEquals("kept at 1 4=0", small.lateAnswer());
        }
    }

    /** Trap 8: what an old leader's clock said is void in another term. */
    @Test
    void shouldNotHeedTheClockOfALeaderOfAnotherTerm()
    {
        rig.grant(7, 2000);
        rig.pass(2200);
        rig.requests.length = rig.mvcc.proposal(rig.requests.buffer);
        rig.term = 2;
        rig.applyOwn();
        assertEquals(1, rig.mvcc.leaseCount());
        rig.mvcc.onLeader(2, rig.nowNs);
        assertEquals("lease 7 ttl 2000 of 2000 at 1", rig.timeToLive(7, false));
        rig.pass(3000);
        assertEquals(0, rig.propose(), "an election's time on top");
        rig.pass(200);
        assertEquals(1, rig.propose());
        assertEquals(0, rig.mvcc.leaseCount());
    }

    @Test
    void shouldNotExpireALeaseThatWasGrantedAnewUnderTheSameId()
    {
        rig.grant(7, 2000);
        rig.pass(2200);
        rig.requests.length = rig.mvcc.proposal(rig.requests.buffer);
        final byte[] tick = new byte[rig.requests.length];
        rig.requests.buffer.getBytes(0, tick);
        rig.revoke(7);
        rig.grant(7, 2000);
        rig.requests.buffer.putBytes(0, tick);
        rig.requests.length = tick.length;
        rig.applyOwn();
        assertEquals("lease 0 ttl 0 of 0 at 1 7", rig.leases());
        rig.pass(2200);
        assertEquals(1, rig.propose(), "it is known to the clock");
    }

    @Test
    void shouldRefuseWhatWaitsAndAnswerNothingOnceItDoesNotLead()
    {
        rig.grant(7, 2000);
        rig.pass(2200);
        assertTrue(rig.mvcc.proposal(rig.requests.buffer) > 0);
        assertNull(rig.keepAlive(7));
        rig.mvcc.onFollower();
        assertEquals(error(ErrorCode.LEADER_CHANGED), rig.lateAnswer());
        assertEquals(error(ErrorCode.NOT_LEADER), rig.keepAlive(7));
        assertEquals(error(ErrorCode.NOT_LEADER), rig.timeToLive(7, true));
        assertEquals("lease 0 ttl 0 of 0 at 1 7", rig.leases());
        assertEquals(0, rig.propose());
    }

    /** A change of leaders neither takes time from a lease nor gives it much. */
    @Test
    void shouldRememberTheTimeLeftOfALongLease()
    {
        final long hourMs = 3_600_000;
        rig.grant(7, hourMs);
        rig.pass(300_000);
        assertEquals(1, rig.propose());
        rig.pass(10_000);
        rig.crash();
        assertEquals("lease 7 ttl 3301000 of 3600000 at 1", rig.timeToLive(7, false));
        rig.checkFollower(new MvccSettings());
    }

    /** A renewal after that must be in the log before it is answered, or the next leader would end the lease early. */
    @Test
    void shouldAnswerARenewalOnlyOnceTheLogForgetsTheTimeLeft()
    {
        rig.grant(7, 3_600_000);
        rig.pass(300_000);
        assertEquals(1, rig.propose());
        assertNull(rig.keepAlive(7));
        assertEquals(1, rig.propose());
        assertEquals("lease 7 ttl 3600000 of 3600000 at 1", rig.lateAnswer());
        rig.crash();
        assertEquals("lease 7 ttl 3600000 of 3600000 at 1", rig.timeToLive(7, false));
        assertEquals("lease 7 ttl 3600000 of 3600000 at 1", rig.keepAlive(7), "nothing is noted, so nothing to forget");
    }

    @Test
    void shouldNotAgeWhileTheLeaderIsHeldUp()
    {
        rig.grant(7, 5000);
        rig.pass(1000);
        rig.nowNs += TimeUnit.SECONDS.toNanos(60);
        rig.doWork();
        assertEquals(0, rig.propose());
        assertEquals("lease 7 ttl 4000 of 5000 at 1", rig.timeToLive(7, false));
        rig.mvcc.onStall(TimeUnit.SECONDS.toNanos(60));
        rig.pass(60_000);
        assertEquals(0, rig.propose());
        rig.pass(4200);
        assertEquals(1, rig.propose());
    }

    @Test
    void shouldLoadAllLeasesWhenItBeginsToLead()
    {
        for (int i = 1; i <= 1000; i++)
        {
            rig.grant(i, 2000);
        }
        rig.checkpoint();
        rig.crash();
        assertEquals("lease 900 ttl 2000 of 2000 at 1", rig.timeToLive(900, false), "before the loading gets there");
        rig.pass(3200);
        assertEquals((1000 + Limits.LEASES_PER_TICK_MAX - 1) / Limits.LEASES_PER_TICK_MAX, rig.propose());
        assertEquals(0, rig.mvcc.leaseCount());
    }

    @Test
    void shouldListInParts()
    {
        final StringBuilder ids = new StringBuilder();
        final StringBuilder keys = new StringBuilder();
        for (int i = 1; i <= 100; i++)
        {
            rig.grant(i, 60_000);
            ids.append(' ').append(i);
        }
        for (int i = 1; i <= 100; i++)
        {
            rig.run(put("k" + (1000 + i), 5));
            keys.append(" k").append(1000 + i);
        }
        final int[] count = new int[1];
        rig.egress.isBlocked = () -> ++count[0] % 3 != 0;
        rig.egress.partCount = 0;
        assertEquals("lease 0 ttl 0 of 0 at 101" + ids, rig.leases());
        assertEquals(25, rig.egress.partCount);
        assertEquals("lease 5 ttl 60000 of 60000 at 101" + keys, rig.timeToLive(5, true));
        assertEquals(50, rig.egress.partCount);
    }

    /** Until the end of it, nobody sees any of it, and nobody renews the lease. */
    @Test
    void shouldShowNothingOfAHalfAppliedRevoke()
    {
        rig.grant(7, 60_000);
        for (int i = 0; i < 10; i++)
        {
            rig.run(put("k" + i, 7));
        }
        final Requests asked = new Requests();
        final int[] stepCount = new int[1];
        rig.betweenSteps = () ->
        {
            if (stepCount[0]++ == 0)
            {
                asked.lease(LeaseOperation.KEEP_ALIVE, 7, 0, false, Rig.SESSION, 1001);
                rig.mvcc.onRead(Rig.SESSION, 0, asked.buffer, 0, asked.length);
                asked.lease(LeaseOperation.TIME_TO_LIVE, 7, 0, true, Rig.SESSION, 1002);
                rig.mvcc.onRead(Rig.SESSION, 0, asked.buffer, 0, asked.length);
                asked.of(Op.range("k", "l").limit(1), Rig.SESSION, 1003);
                rig.mvcc.onRead(Rig.SESSION, 0, asked.buffer, 0, asked.length);
            }
            rig.doWork();
            assertNull(rig.egress.answers.get(1001L));
            assertNull(rig.egress.answers.get(1002L));
            return false;
        };
        rig.revoke(7);
        rig.settle();
        assertTrue(stepCount[0] >= 2, "it takes several calls");
        assertEquals("lease 7 ttl 0 of 0 at 12", rig.egress.answers.get(1001L));
        assertEquals("range at 11 count 10 more k0=v(2,2,1,7)", rig.egress.answers.get(1003L));
    }

    @Test
    void shouldGoOnWithAHalfAppliedExpiryAfterACrash()
    {
        for (int lease = 1; lease <= 3; lease++)
        {
            rig.grant(lease, 2000);
            for (int i = 0; i < 10; i++)
            {
                rig.run(put("k" + lease + i, lease));
            }
        }
        rig.pass(2200);
        final int[] stepCount = new int[1];
        rig.betweenSteps = () ->
        {
            rig.checkpoint();
            return ++stepCount[0] % 3 == 0 && stepCount[0] < 7;
        };
        assertEquals(1, rig.propose());
        assertEquals(1, rig.crashCount);
        assertEquals(32, rig.mvcc.revision());
        assertEquals(0, rig.mvcc.keyCount());
        assertEquals(0, rig.mvcc.leaseCount());
        rig.checkFollower(new MvccSettings());
        rig.store.verify();
    }

    /** What is noted of a lease is noted once, wherever the member stops. */
    @Test
    void shouldGoOnWithHalfTheTimesNotedAfterACrash()
    {
        for (int lease = 1; lease <= 10; lease++)
        {
            rig.grant(lease, 3_600_000);
        }
        rig.pass(300_000);
        rig.betweenSteps = () ->
        {
            rig.checkpoint();
            return rig.crashCount == 0;
        };
        assertEquals(1, rig.propose());
        assertEquals(1, rig.crashCount);
        assertEquals("lease 10 ttl 3301000 of 3600000 at 1", rig.timeToLive(10, false));
        rig.checkFollower(new MvccSettings());
    }

    @Test
    void shouldListNothingOfAHalfAppliedExpiry()
    {
        for (int lease = 1; lease <= 8; lease++)
        {
            rig.grant(lease, 2000);
        }
        rig.pass(2200);
        final Requests asked = new Requests().lease(LeaseOperation.LEASES, 0, 0, false, Rig.SESSION, 1001);
        final int[] stepCount = new int[1];
        rig.betweenSteps = () ->
        {
            if (stepCount[0]++ == 0)
            {
                rig.mvcc.onRead(Rig.SESSION, 0, asked.buffer, 0, asked.length);
            }
            rig.doWork();
            assertNull(rig.egress.answers.get(1001L));
            return false;
        };
        assertEquals(1, rig.propose());
        rig.settle();
        assertTrue(stepCount[0] > 0, "it takes several calls");
        assertEquals("lease 0 ttl 0 of 0 at 1", rig.egress.answers.get(1001L));
    }
}
