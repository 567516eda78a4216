package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.RaftCore;
import io.tourbillon.consensus.raft.RaftSettings;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The rules of the ring, with the agents driven by hand on one thread: who runs when is the test's choice. */
class LogOrderTest
{
    private static final int CAPACITY = 16;

    @TempDir
    Path directory;

    private final PipelineCounters counters = new PipelineCounters();
    private final TestStateMachine stateMachine = new TestStateMachine(0);
    private final UnsafeBuffer payload = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));
    private Journal journal;
    private LogRing ring;
    private LogWriter log;
    private JournalAgent journalAgent;
    private ApplyFeed feed;
    private RaftDriver raft;

    @BeforeEach
    void open()
    {
        journal = Journal.open(new JournalContext().directory(directory).segmentBytes(1 << 20).maxEntryLength(64 << 10));
        ring = new LogRing(CAPACITY, 128, 8192, counters);
        log = new LogWriter(ring, journal, counters, 0);
        final PipelineContext ctx = new PipelineContext().memberId(1).journal(journal).counters(counters).stateMachine(stateMachine);
        journalAgent = new JournalAgent(ctx, ring, new BackoffIdle(1, 1));
        final TimedOut timedOut = new TimedOut(stateMachine);
        final ReadQueue reads = new ReadQueue(64 << 10, stateMachine, timedOut);
        feed = new ApplyFeed(stateMachine, journal, ring, new InstallExchange(), timedOut, reads, counters);
        feed.onStart();
        final RaftCore core = new RaftCore(new RaftSettings(1, 10), Configuration.ofVoters(1), 0, log, () -> 1, 0, RaftCore.NO_VOTE);
        final OwnRequests ownRequests = new OwnRequests(new TestIngress(), counters, timedOut, 64, 1);
        raft = new RaftDriver(ctx, core, log, ring, new EntrySource(log, ring, journal), ownRequests);
        raft.installer(
            new StateInstaller(ctx, core, raft, log, ring, ownRequests, new TransferExchange(), new InstallExchange()));
        raft.reads(new ReadConfirmer(core, raft, raft.sender(), reads, log, 1, 1), reads, new OwnReads(reads, timedOut, counters));
    }

    @AfterEach
    void close()
    {
        feed.close();
        journal.close();
    }

    /** Elects the member: sequence 0 is its vote, sequence 1 the no-op of term 1. */
    private void lead() throws Exception
    {
        raft.onStart(0);
        raft.poll(0);
        journalAgent.doWork();
        raft.poll(0);
        journalAgent.doWork();
        raft.poll(0);
        feed.poll();
        assertEquals(1, stateMachine.appliedIndex());
    }

    /** Batches are bounded: until nothing is left. */
    private void drainJournal() throws Exception
    {
        int workCount;
        do
        {
            workCount = journalAgent.doWork();
        }
        while (workCount > 0);
    }

    private long append(final long term, final long correlationId, final int length)
    {
        return log.append(term, 1, 7, 0, correlationId, 0, payload, 0, length);
    }

    private List<Long> appliedCorrelationIds()
    {
        return stateMachine.applied.stream().filter((entry) -> entry.sessionId() != 0)
            .map(TestStateMachine.Applied::correlationId).toList();
    }

    @Test
    void shouldCommitNothingBeforeTheForce() throws Exception
    {
        lead();
        append(1, 1, 32);
        raft.poll(0);
        assertEquals(0, feed.poll(), "not forced yet");
        journalAgent.doWork();
        raft.poll(0);
        feed.poll();
        assertEquals(List.of(1L), appliedCorrelationIds());
    }

    @Test
    void shouldNotTakeTheForceOfATruncatedEntryForItsSuccessors() throws Exception
    {
        lead();
        for (int i = 2; i <= 10; i++)
        {
            append(1, i, 32);
        }
        final long sequenceOfOldTen = ring.cursor();
        assertTrue(log.truncateFrom(5));
        assertEquals(4, log.lastIndex());
        for (int i = 5; i <= 10; i++)
        {
            append(1, 100 + i, 32);
        }
        // The old 10 is on the disk, the new one is not: 2..4 are acknowledged and no more.
        ring.forced().set(sequenceOfOldTen);
        raft.poll(0);
        assertEquals(4, counters.committedIndex.getAcquire());
        feed.poll();
        assertEquals(List.of(2L, 3L, 4L), appliedCorrelationIds());
        drainJournal();
        raft.poll(0);
        feed.poll();
        assertEquals(List.of(2L, 3L, 4L, 105L, 106L, 107L, 108L, 109L, 110L), appliedCorrelationIds());
        assertEquals(10, journal.lastIndex());
    }

    @Test
    void shouldKeepTheTermOfEachIndexAcrossTruncation() throws Exception
    {
        lead();
        append(1, 2, 32);
        append(2, 3, 32);
        append(2, 4, 32);
        assertEquals(2, log.termOf(3));
        assertTrue(log.truncateFrom(3));
        assertEquals(1, log.lastTerm());
        assertEquals(LogWriter.UNKNOWN_TERM, log.termOf(3));
        append(3, 5, 32);
        assertEquals(3, log.termOf(3));
        assertEquals(LogWriter.UNKNOWN_TERM, log.termOf(4));
        assertEquals(0, log.termOf(0));
        assertEquals(LogWriter.UNKNOWN_TERM, log.termOf(-1));
        assertEquals(1, log.termOf(1));
    }

    @Test
    void shouldReadBackFromTheJournalWhatWasOverwrittenBeforeApplyUsedIt() throws Exception
    {
        lead();
        stateMachine.isPaused = true;
        final int count = 5 * CAPACITY;
        for (int i = 2; i <= count; i++)
        {
            final int length = i % 4 == 0 ? 1_000 : 32;
            while (append(1, i, length) < 0)
            {
                journalAgent.doWork();
            }
            if (i % 3 == 0)
            {
                raft.poll(0);
                feed.poll();
            }
        }
        drainJournal();
        raft.poll(0);
        assertEquals(count, counters.committedIndex.getAcquire());
        stateMachine.isPaused = false;
        while (stateMachine.appliedIndex() < count)
        {
            feed.poll();
        }
        assertEquals(LongStream.rangeClosed(2, count).boxed().toList(), appliedCorrelationIds());
        assertTrue(counters.entriesReadBack.getAcquire() >= count - 2 * CAPACITY, "" + counters.entriesReadBack.getAcquire());
        assertEquals(log.logBytes(), counters.appliedBytes.getAcquire());
    }

    @Test
    void shouldNotBeBlockedByAnApplyThatStandsStill() throws Exception
    {
        lead();
        stateMachine.isPaused = true;
        append(1, 2, 32);
        journalAgent.doWork();
        raft.poll(0);
        feed.poll();
        for (int i = 3; i <= 10 * CAPACITY; i++)
        {
            journalAgent.doWork();
            assertTrue(append(1, i, 32) > 0, "entry " + i + " was held up by apply");
        }
    }

    @Test
    void shouldTryAgainWhileApplyClaimsTheSlot() throws Exception
    {
        lead();
        for (int i = 0; i < CAPACITY; i++)
        {
            append(1, i, 32);
            journalAgent.doWork();
        }
        ring.claim(2);
        // The slots of the vote and the no-op are free; the next one is apply's.
        final long blocked = ring.cursor() + 1 - CAPACITY;
        assertEquals(2, blocked);
        assertEquals(-1, append(1, 99, 32));
        assertEquals(1, counters.slotRetries.getAcquire());
        ring.releaseClaim();
        assertTrue(append(1, 99, 32) > 0);
    }
}
