package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.peer.HeartbeatDecoder;
import io.tourbillon.codecs.peer.HeartbeatEncoder;
import io.tourbillon.codecs.peer.MessageHeaderDecoder;
import io.tourbillon.codecs.peer.MessageHeaderEncoder;
import io.tourbillon.codecs.peer.ReadIndexReplyDecoder;
import io.tourbillon.codecs.peer.ReadIndexReplyEncoder;
import io.tourbillon.codecs.peer.ReadIndexRequestDecoder;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftSettings;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Path;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

/** A follower's questions for the read index, and which answers count. */
class ReadConfirmerTest
{
    private static final long MEMBER = 1;
    private static final long LEADER = 2;
    private static final long TERM = 1;

    @TempDir
    Path directory;
    private final SentAttempt sent = new SentAttempt();
    private final UnsafeBuffer message = new UnsafeBuffer(ByteBuffer.allocateDirect(256));

    @Test
    void shouldNotBelieveAnAnswerToAnEarlierRunOfTheMember()
    {
        final long earlier = attemptOf(7);
        final ReadConfirmer confirmer = follower(8);
        confirmer.onQueued(0, false);
        assertNotEquals(earlier, sent.attempt, "a number comes twice");
        assertEquals(RaftCore.OUT_OF_DATE, confirmer.onReply(0, answer(earlier)));
        assertEquals(RaftCore.TAKEN, confirmer.onReply(0, answer(sent.attempt)));
    }

    /** What a run asks first. */
    private long attemptOf(final long runId)
    {
        follower(runId).onQueued(0, false);
        return sent.attempt;
    }

    private ReadConfirmer follower(final long runId)
    {
        final PipelineCounters counters = new PipelineCounters();
        final TestStateMachine stateMachine = new TestStateMachine(0);
        try (Journal journal = Journal.open(new JournalContext().directory(directory.resolve("run" + runId)).segmentBytes(1 << 20)
            .maxEntryLength(64 << 10)))
        {
            final LogRing ring = new LogRing(8, 128, 8192, counters);
            final LogWriter log = new LogWriter(ring, journal, counters, 0);
            final PipelineContext ctx = new PipelineContext()
                .memberId(MEMBER).journal(journal).counters(counters).peerLinks(sent).stateMachine(stateMachine);
            final RaftCore core =
                new RaftCore(new RaftSettings(MEMBER, 10), Configuration.ofVoters(MEMBER, LEADER), 0, log, () -> 1, TERM, LEADER);
            final TimedOut timedOut = new TimedOut(stateMachine);
            final OwnRequests ownRequests = new OwnRequests(new TestIngress(), counters, timedOut, 64, 1);
            final RaftDriver raft = new RaftDriver(ctx, core, log, ring, new EntrySource(log, ring, journal), ownRequests);
            raft.installer(
                new StateInstaller(ctx, core, raft, log, ring, ownRequests, new TransferExchange(), new InstallExchange()));
            final ReadQueue reads = new ReadQueue(64 << 10, stateMachine, timedOut);
            final ReadConfirmer confirmer = new ReadConfirmer(core, raft, raft.sender(), reads, log, 1, runId);
            raft.reads(confirmer, reads, new OwnReads(reads, timedOut, counters));
            core.onStart(0, raft);
            core.onHeartbeat(0, heartbeat(), raft);
            return confirmer;
        }
    }

    private HeartbeatDecoder heartbeat()
    {
        new HeartbeatEncoder().wrapAndApplyHeader(message, 0, new MessageHeaderEncoder())
            .leaderCommit(0).round(1).peer().clusterId(0).fromId(LEADER).toId(MEMBER).term(TERM);
        return new HeartbeatDecoder().wrapAndApplyHeader(message, 0, new MessageHeaderDecoder());
    }

    private ReadIndexReplyDecoder answer(final long attempt)
    {
        new ReadIndexReplyEncoder().wrapAndApplyHeader(message, 0, new MessageHeaderEncoder())
            .attempt(attempt).readIndex(0).peer().clusterId(0).fromId(LEADER).toId(MEMBER).term(TERM);
        return new ReadIndexReplyDecoder().wrapAndApplyHeader(message, 0, new MessageHeaderDecoder());
    }

    /** Remembers the last question. */
    private static final class SentAttempt extends SilentLinks
    {
        private long attempt;

        @Override
        public boolean send(final long toId, final DirectBuffer buffer, final int offset, final int length)
        {
            attempt = new ReadIndexRequestDecoder().wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder()).attempt();
            return true;
        }
    }
}
