package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.AuthOperation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;

import static io.tourbillon.mvcc.Users.DENIED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Watches and the right to read: asked at the start, on the very range that is watched, and again whenever users or roles change. */
class AuthWatchTest
{
    private static final String ETCDS_REASON = "'rpc error: code = PermissionDenied desc = etcdserver: permission denied'";
    private static final String NO_WATCH = "canceled -1 code 1033 compacted 0";

    private final Rig rig = new Rig();
    private final Users users = new Users(rig);

    @BeforeEach
    void makeUsers()
    {
        users.addWith("u", Permission.READ, "a", "c");
        users.permit("u", Permission.WRITE, "a", "z");
        users.addWith("v", Permission.READ, "a", "c");
        users.enable();
        users.as("u");
    }

    @AfterEach
    void close()
    {
        rig.close();
    }

    private void as(final String name)
    {
        users.as(name);
        rig.session = name.charAt(0);
    }

    private void put(final String key)
    {
        final long session = rig.session;
        as("root");
        rig.run(Op.put(key, "1"));
        users.as("u");
        rig.session = session;
    }

    private String last()
    {
        return rig.egress.log.get(rig.egress.log.size() - 1);
    }

    private String watchRanges(final long id, final String... ranges)
    {
        final Requests requests = new Requests();
        requests.watchRanges(id, ranges, 0, 0, false, "", 0, 0, rig.session, 5);
        assertTrue(rig.mvcc.onRead(rig.session, rig.credential, requests.buffer, 0, requests.length));
        return rig.egress.answers.remove(5L);
    }

    @Test
    void shouldAskForEachOfSeveralRangesAndNotForWhatLiesBetweenThem()
    {
        final long session = rig.session;
        as("root");
        users.permit("u", Permission.READ, "x", "");
        users.as("u");
        rig.session = session;
        assertEquals("created 9 at 1", watchRanges(9, "a", "c", "x", ""));
        assertEquals(NO_WATCH, watchRanges(9, "a", "c", "m", ""), "a range that is not permitted");
        put("a");
        put("m");
        put("x");
        rig.settle();
        final List<String> heard = List.of("PUT a=1(2,2,1,0)", "PUT x=1(4,4,1,0)");
        assertEquals(heard, rig.egress.eventsOf(session, 9));
        as("root");
        users.permit("u", Permission.READ, "y", "");
        rig.settle();
        assertEquals(1, rig.mvcc.watcherCount(), "all of its ranges may still be read");
        users.forbid("u", "x", "");
        put("a");
        rig.settle();
        assertEquals(heard, rig.egress.eventsOf(session, 9));
        assertEquals(0, rig.mvcc.watcherCount());
    }

    @Test
    void shouldWatchOnlyWhatMayBeRead()
    {
        assertEquals("created 0 at 1", rig.watch(0, "a", "c", 0, 0));
        assertEquals("created 1 at 1", rig.watch(0, "b", "", 0, 0));
        assertEquals(NO_WATCH, rig.watch(0, "c", "", 0, 0));
        assertTrue(last().endsWith(ETCDS_REASON), last());
        assertEquals(NO_WATCH, rig.watch(0, "a", "d", 0, 0));
    }

    @Test
    void shouldLookAtTheRangeThatIsWatchedHoweverItIsWritten()
    {
        assertEquals(NO_WATCH, rig.watch(0, "a", "\0", 0, 0), "no end");
        assertEquals(NO_WATCH, rig.watch(0, "", "", 0, 0), "the lowest key");
        assertEquals(NO_WATCH, rig.watch(0, "", "c", 0, 0), "from the lowest key on");
        assertEquals(NO_WATCH, rig.watch(0, "\0", "\0", 0, 0), "all keys");
        assertEquals(NO_WATCH, rig.watch(0, "a", "c\0", 0, 0), "one key more");
        assertEquals("canceled -1 code 1012 compacted 0", rig.watch(0, "b", "a", 0, 0), "nothing is in it");
        put("d");
        rig.settle();
        assertTrue(rig.egress.events.isEmpty());
    }

    @Test
    void shouldTellWhatHappensAsItHappens()
    {
        rig.watch(1, "a", "c", 0, 0);
        rig.watch(2, "b", "", 0, 0);
        put("b");
        rig.doWork();
        assertEquals(List.of("created 1", "created 2", "live at 2"), rig.egress.log);
    }

    @Test
    void shouldEndAWatchWhenItsRoleMayReadLessAndTellItNothingBehindThat()
    {
        rig.watch(1, "a", "c", 0, 0);
        rig.watch(2, "b", "", 0, 0);
        put("b");
        rig.settle();
        final long session = rig.session;
        as("root");
        users.permit("u", Permission.READ, "b", "");
        users.forbid("u", "a", "c");
        rig.session = session;
        put("b");
        put("a");
        rig.settle();

        assertEquals(List.of("PUT b=1(2,2,1,0)"), rig.egress.eventsOf(session, 1));
        assertEquals(List.of("PUT b=1(2,2,1,0)", "PUT b=1(2,3,2,0)"), rig.egress.eventsOf(session, 2), "which may still be read");
        assertTrue(rig.egress.log.contains("canceled 1 code 1033 compacted 0 " + ETCDS_REASON), rig.egress.log.toString());
    }

    @Test
    void shouldEndAWatchThatHasNothingToBeTold()
    {
        rig.watch(1, "a", "", 0, 0);
        final long session = rig.session;
        as("root");
        users.revoke("u", "u");
        rig.settle();
        assertEquals("canceled 1 code 1033 compacted 0 " + ETCDS_REASON, last());
        rig.session = session;
        assertEquals(0, rig.mvcc.watcherCount());
    }

    @Test
    void shouldEndAWatchThatIsBehindOrReadsHistory()
    {
        put("a");
        put("a");
        rig.egress.isBlocked = () -> true;
        rig.watch(1, "a", "", 0, 0);
        rig.watch(2, "a", "", 2, 0);
        put("a");
        rig.settle();
        final long session = rig.session;
        as("root");
        users.forbid("u", "a", "c");
        rig.egress.isBlocked = () -> false;
        rig.settle();
        assertEquals(List.of(), rig.egress.eventsOf(session, 1));
        assertEquals(List.of(), rig.egress.eventsOf(session, 2));
        assertEquals(0, rig.mvcc.watcherCount());
        as("root");
        users.permit("u", Permission.READ, "a", "");
        as("u");
        rig.session = session;
        assertEquals("created 1 at 4", rig.watch(1, "a", "", 0, 0), "the session lives");
        put("a");
        rig.settle();
        assertEquals(1, rig.egress.eventsOf(session, 1).size());
    }

    @Test
    void shouldEndTheWatchesOfWhoHasNotLoggedInWhenItIsEnabled()
    {
        as("root");
        users.ask(AuthOperation.DISABLE, "", "");
        users.asNobody();
        rig.session = 99;
        rig.watch(1, "a", "", 0, 0);
        as("root");
        users.ask(AuthOperation.ENABLE, "", "");
        rig.run(Op.put("a", "1"));
        rig.settle();
        assertEquals(List.of(), rig.egress.eventsOf(99, 1));
        assertTrue(last().startsWith("canceled 1 code 1026"), last());
    }

    @Test
    void shouldEndTheWatchesOfACredentialThatDies()
    {
        rig.watch(1, "a", "", 0, 0);
        final long session = rig.session;
        as("root");
        users.changeVerifier("u", 2);
        put("a");
        rig.settle();
        assertEquals(List.of(), rig.egress.eventsOf(session, 1));
        assertTrue(rig.egress.log.stream().anyMatch(each -> each.startsWith("canceled 1 code 1037")), rig.egress.log.toString());
        rig.session = session;
        users.as("u");
        assertEquals("created 1 at 2", rig.watch(1, "a", "", 0, 0), "logged in again");
        put("a");
        rig.settle();
        assertEquals(1, rig.egress.eventsOf(session, 1).size());
    }

    @Test
    void shouldLetOthersWatchOnWithoutGapOrDuplicate()
    {
        as("v");
        final long other = rig.session;
        rig.watch(1, "a", "c", 0, 0);
        as("u");
        rig.watch(1, "a", "c", 0, 0);
        put("a");
        as("root");
        users.forbid("u", "a", "c");
        put("b");
        as("root");
        users.permit("v", Permission.READ, "d", "e");
        put("a");
        rig.settle();
        assertEquals(List.of("PUT a=1(2,2,1,0)", "PUT b=1(3,3,1,0)", "PUT a=1(2,4,2,0)"), rig.egress.eventsOf(other, 1));
    }

    @Test
    void shouldJudgeTenThousandWatchersInSlicesAndTellThoseThatRemainAll()
    {
        for (int i = 1; i <= 10_000; i++)
        {
            rig.watch(i, i % 2 == 0 ? "a" : "b", "", 0, 0);
        }
        final long session = rig.session;
        as("root");
        users.permit("u", Permission.READ, "a", "");
        users.forbid("u", "a", "c");
        final int before = rig.mvcc.watcherCount();
        rig.doWork();
        assertEquals(10_000, before, "an entry judges nobody by itself");
        assertTrue(rig.mvcc.watcherCount() >= 10_000 - 1024, rig.mvcc.watcherCount() + " after one cycle");
        put("a");
        put("b");
        rig.settle();
        assertEquals(5_000, rig.mvcc.watcherCount());
        for (int i = 1; i <= 10_000; i++)
        {
            assertEquals(i % 2 == 0 ? 1 : 0, rig.egress.eventsOf(session, i).size());
        }
    }

    @Test
    void shouldJudgeFewWatchersOfManyRangesInASlice()
    {
        final String[] ranges = new String[2 * Limits.WATCH_RANGES_MAX];
        for (int i = 0; i < Limits.WATCH_RANGES_MAX; i++)
        {
            ranges[2 * i] = "a" + i;
            ranges[2 * i + 1] = "";
        }
        for (int i = 1; i <= 256; i++)
        {
            assertEquals("created " + i + " at 1", watchRanges(i, ranges));
        }
        as("root");
        users.forbid("u", "a", "c");
        rig.doWork();
        assertTrue(rig.mvcc.watcherCount() >= 240, rig.mvcc.watcherCount() + " after one cycle");
        rig.settle();
        assertEquals(0, rig.mvcc.watcherCount());
    }

    @Test
    void shouldTellNoProgressToWhoIsNotJudgedYet()
    {
        for (int i = 1; i <= 1_000; i++)
        {
            rig.watch(i, "a", "", 0, Watcher.PROGRESS_NOTIFY);
        }
        rig.doWork();
        as("root");
        users.forbid("u", "a", "c");
        rig.nowNs += 2 * MvccSettings.PROGRESS_NOTIFY_INTERVAL_NS_DEFAULT;
        rig.doWork();
        assertTrue(rig.mvcc.watcherCount() > 0, "some are to be judged yet");
        assertEquals(List.of(), rig.egress.log.stream().filter((line) -> line.startsWith("progress ")).toList());
    }

    @Test
    void shouldKnowTheUsersOfAStateThatTookThePlaceOfItsOwn()
    {
        rig.watch(1, "a", "", 0, 0);
        final long session = rig.session;
        final Mvcc late = rig.mvcc;
        rig.mvcc = new Mvcc(rig.store, new MvccSettings(), rig.egress);
        as("root");
        users.forbid("u", "a", "c");
        put("a");
        rig.mvcc = late;
        late.onStateReplaced();
        rig.settle();

        assertEquals(List.of(), rig.egress.eventsOf(session, 1));
        assertEquals(0, late.watcherCount());
        users.as("u");
        assertEquals(DENIED, rig.run(Op.range("a", "")));
    }

    @Test
    void shouldJudgeByTheUserWhoWatchesNow()
    {
        rig.watch(1, "a", "", 0, 0);
        as("root");
        users.addWith("w", Permission.READ, "x", "");
        final long session = 'u';
        users.as("w");
        rig.session = session;
        assertEquals("created 2 at 1", rig.watch(2, "x", "", 0, 0));
        put("a");
        put("x");
        rig.settle();
        assertEquals(List.of(), rig.egress.eventsOf(session, 1), "the session is w's by now");
        assertEquals(1, rig.egress.eventsOf(session, 2).size());
        users.as("w");
        assertEquals(DENIED, rig.run(Op.range("a", "")));
    }
}
