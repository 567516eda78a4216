package io.tourbillon.tools.server;

import io.tourbillon.consensus.pipeline.MemberProgress;
import io.tourbillon.consensus.pipeline.PipelineCounters;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.Member;
import io.tourbillon.journal.DurationHistogram;
import io.tourbillon.transport.aeron.StateCounters;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

/** Which events a node's counters amount to. */
class EventWatchTest
{
    private static final long SELF = 0x10;
    private static final long OTHER = 0x20;

    private final PipelineCounters counters = new PipelineCounters();
    private final DurationHistogram forces = new DurationHistogram();
    private final StateCounters state = new StateCounters();
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(told, false, UTF_8);
    private final EventWatch watch =
        new EventWatch(counters, forces, state, SELF, new EventLog(false, stream, stream, Clock.systemUTC()));

    /** The lines of one look, without their time. */
    private void assertTold(final String... lines)
    {
        told.reset();
        watch.poll();
        assertEquals(List.of(lines), told.toString(UTF_8).lines().map((line) -> line.substring(line.indexOf(' ') + 1)).toList());
    }

    private void lead(final long leaderId, final long term, final long changes)
    {
        counters.term.setRelease(term);
        counters.leaderId.setRelease(leaderId);
        counters.leaderChanges.setRelease(changes);
    }

    @Test
    void shouldTellWhoLeadsOnceAndSayWhenNobodyDoes()
    {
        assertTold();
        counters.members.setRelease(new MemberProgress(Configuration.of(List.of(
            new Member(SELF, true, false, "a", "", ""), new Member(OTHER, true, false, "b", "", "")))));
        lead(OTHER, 3, 1);
        assertTold("info configuration-changed members=\"a, b\" changing_voters=false",
            "info follows leader=b leader_id=20 term=3 changes=1");
        assertTold();
        lead(0, 4, 1);
        assertTold("warn no-leader term=4 changes=0");
        lead(SELF, 5, 2);
        assertTold("info became-leader term=5 changes=1");
        assertTold();
    }

    /** Between two looks it lost the lead and got it again. */
    @Test
    void shouldTellOfALeaderThatCameAndWentMeanwhile()
    {
        lead(SELF, 5, 1);
        assertTold("info became-leader term=5 changes=1");
        lead(SELF, 9, 3);
        assertTold("info became-leader term=9 changes=2");
    }

    @Test
    void shouldTellEachConfigurationOnce()
    {
        final Member self = new Member(SELF, true, false, "a", "", "");
        counters.members.setRelease(new MemberProgress(Configuration.of(List.of(self, new Member(OTHER, false, false, "", "", "")))));
        assertTold("info configuration-changed members=\"a, 20 (learner)\" changing_voters=false");
        counters.members.setRelease(new MemberProgress(Configuration.of(List.of(self, new Member(OTHER, false, false, "", "", "")))));
        assertTold();
        counters.members.setRelease(new MemberProgress(Configuration.of(List.of(
            new Member(SELF, true, true, "a", "", ""), new Member(OTHER, false, true, "b", "", "")))));
        assertTold("info configuration-changed members=\"a, b (leaving)\" changing_voters=true");
    }

    @Test
    void shouldTellThatTheDiskIsFullAndThatItHasRoomAgain()
    {
        counters.diskFull.setRelease(1);
        counters.noSpace.setRelease(1);
        assertTold("warn disk-full", "warn writes-refused-for-want-of-room");
        assertTold();
        counters.diskFull.setRelease(0);
        assertTold("info disk-has-room");
        counters.noSpace.setRelease(0);
        assertTold("info writes-taken-again");
    }

    @Test
    void shouldTellOfAClusterVersionThatWasRaised()
    {
        state.clusterVersion.setRelease(1);
        assertTold();
        state.clusterVersion.setRelease(2);
        assertTold("info cluster-version-raised version=2");
        assertTold();
    }

    @Test
    void shouldTellOfStatesThatMembersSendEachOther()
    {
        counters.snapshotsSent.setRelease(2);
        counters.snapshotBytesSent.setRelease(1000);
        counters.snapshotsReceived.setRelease(1);
        counters.snapshotBytesReceived.setRelease(500);
        counters.appliedIndex.setRelease(77);
        counters.snapshotsFailed.setRelease(3);
        assertTold("info state-sent count=2 bytes_since_start=1000",
            "info state-installed count=1 bytes_since_start=500 applied_index=77", "warn state-transfer-failed count=3");
        counters.snapshotsSent.setRelease(3);
        assertTold("info state-sent count=1 bytes_since_start=1000");
    }

    @Test
    void shouldTellOfSlowForcesRepairsAndThatItWasHeldUp()
    {
        forces.record(TimeUnit.MILLISECONDS.toNanos(1_000));
        counters.stalledNs.setRelease(TimeUnit.MILLISECONDS.toNanos(999));
        assertTold();
        forces.record(TimeUnit.MILLISECONDS.toNanos(1_025));
        forces.record(TimeUnit.SECONDS.toNanos(60));
        counters.entriesRepaired.setRelease(4);
        counters.stalledNs.setRelease(TimeUnit.MILLISECONDS.toNanos(2_500));
        assertTold("warn entries-repaired count=4", "warn slow-force count=2 longer_than_ms=1024", "warn held-up ms=1501");
        assertTold();
    }
}
