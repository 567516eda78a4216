package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A state for an entry that the disk has lost takes the place of the log's prefix alone. Agents driven by hand: the log has entries 1 to 8
 * on the disk and has lost 4, the last one of its term, and 9 to 12 in the ring.
 */
class KeptLogTest
{
    private static final int CAPACITY = 16;
    private static final int RECOVERED = 8;
    private static final int LOST = 4;
    private static final int LAST = 12;
    private static final Configuration CONFIGURATION = Configuration.ofVoters(1, 2, 3);

    @TempDir
    private Path directory;

    private final PipelineCounters counters = new PipelineCounters();
    private final TestStateMachine stateMachine = new TestStateMachine(0, CONFIGURATION);
    private final InstallExchange installs = new InstallExchange();
    private final UnsafeBuffer payload = new UnsafeBuffer(ByteBuffer.allocateDirect(64));
    private TestImages images;
    private Journal journal;
    private LogWriter log;
    private JournalAgent journalAgent;
    private ApplyFeed feed;
    private RaftCore core;
    private RaftDriver raft;

    @BeforeEach
    void open() throws IOException
    {
        loseOne();
        images = new TestImages(directory, stateMachine);
        journal = openJournal(0);
        assertEquals(LOST, journal.firstDamaged(1));
        final PipelineContext ctx = new PipelineContext().memberId(3).journal(journal).counters(counters).stateMachine(stateMachine)
            .configuration(CONFIGURATION).peerLinks(new SilentLinks())
            .transfer(new TransferSettings(images, null, 1 << 20));
        final LogRing ring = new LogRing(CAPACITY, 128, 8192, counters);
        log = new LogWriter(ring, journal, counters, 0);
        journalAgent = new JournalAgent(ctx, ring, new BackoffIdle(1, 1));
        final TimedOut timedOut = new TimedOut(stateMachine);
        final ReadQueue reads = new ReadQueue(64 << 10, stateMachine, timedOut);
        feed = new ApplyFeed(stateMachine, journal, ring, installs, timedOut, reads, counters);
        feed.onStart();
        core = new RaftCore(new RaftSettings(3, 1_000_000), CONFIGURATION, 0, log, () -> 1_000_000, 2, RaftCore.NO_VOTE);
        final OwnRequests ownRequests = new OwnRequests(new TestIngress(), counters, timedOut, 64, 1);
        raft = new RaftDriver(ctx, core, log, ring, new EntrySource(log, ring, journal), ownRequests);
        raft.installer(new StateInstaller(ctx, core, raft, log, ring, ownRequests, new TransferExchange(), installs));
        raft.reads(new ReadConfirmer(core, raft, raft.sender(), reads, log, 1, 1), reads, new OwnReads(reads, timedOut, counters));
        raft.onStart(0);
    }

    private void loseOne() throws IOException
    {
        try (Journal before = openJournal(0))
        {
            before.appendHardState(2, RaftCore.NO_VOTE, 0);
            final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(256));
            for (int index = 1; index <= RECOVERED; index++)
            {
                before.append(buffer, 0, new EntryFrame().encode(buffer, 0, termOf(index), index, 1, 7, 0, index, 0, payload, 0, 32));
                before.force();
            }
            before.appendHardState(2, RaftCore.NO_VOTE, 1);
            before.force();
        }
        DamagedDisk.flipBitOf(directory.resolve("journal"), LOST);
    }

    private static long termOf(final long index)
    {
        return index <= LOST ? 1 : 2;
    }

    private Journal openJournal(final long installedTerm)
    {
        return Journal.open(new JournalContext().directory(directory.resolve("journal")).segmentBytes(1 << 20)
            .maxEntryLength(64 << 10).isRepairable(true).checkpointIndex(stateMachine.appliedIndex()).installedTerm(installedTerm));
    }

    @AfterEach
    void close()
    {
        feed.close();
        journal.close();
    }

    /** What the leader sends: entries 1 to {@link #LOST}. */
    private void offerState() throws IOException
    {
        final TestStateMachine leaders = new TestStateMachine(0, CONFIGURATION);
        final Path elsewhere = Files.createDirectory(directory.resolve("leader"));
        final TestImages sent = new TestImages(elsewhere, leaders);
        for (int index = 1; index <= LOST; index++)
        {
            leaders.applied.add(new TestStateMachine.Applied(index, 1, 7, index, 32, 0, false));
        }
        sent.make();
        Files.move(sent.outgoing(), images.incoming());
        installs.offer(images.accept());
    }

    private void appendMore()
    {
        for (int index = RECOVERED + 1; index <= LAST; index++)
        {
            assertEquals(index, log.append(2, 1, 7, 0, index, 0, payload, 0, 32));
        }
    }

    private List<Long> applied()
    {
        return stateMachine.applied.stream().map(TestStateMachine.Applied::correlationId).toList();
    }

    private static List<Long> upTo(final long last)
    {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    @Test
    void shouldKeepWhatIsBehindTheLostEntry() throws Exception
    {
        appendMore();
        offerState();
        raft.poll(0);
        assertTrue(raft.isInstalling());
        assertEquals(0, feed.poll(), "apply waits");
        // What was in the ring without being on the disk goes before it.
        journalAgent.doWork();
        raft.poll(0);
        assertFalse(raft.isInstalling());
        images.open();
        installs.onOpened();
        feed.poll();
        installs.end();
        assertEquals(upTo(LOST), applied());
        assertEquals(LOST, core.commitIndex());
        assertEquals(LAST, log.lastIndex());
        assertEquals(LAST, log.wholeIndex());
        assertEquals(1, log.termOf(LOST));
        assertEquals(2, log.termOf(LAST));
        assertEquals(LOST + 1, journal.firstIndex());
        feed.poll();
        assertEquals(upTo(LOST), applied(), "nothing behind it was known to be committed");
        // It comes from the journal, and what is appended then from the ring.
        assertEquals(LAST + 1, log.append(2, 1, 7, 0, LAST + 1, 0, payload, 0, 32));
        journalAgent.doWork();
        log.commit(LAST + 1);
        while (feed.poll() > 0 || stateMachine.appliedIndex() <= LAST)
        {
            assertTrue(applied().size() <= LAST + 1);
        }
        assertEquals(upTo(LAST + 1), applied());
        assertEquals(LAST - LOST, counters.entriesReplayed.getAcquire());
        assertEquals(log.logBytes(), counters.appliedBytes.getAcquire());
    }

    @Test
    void shouldFindItThereAfterAStart() throws Exception
    {
        appendMore();
        offerState();
        raft.poll(0);
        journalAgent.doWork();
        restart();
    }

    /** The state is in place, and the journal was not told. */
    @Test
    void shouldFindItThereWhereTheSwitchIsCutOff() throws Exception
    {
        appendMore();
        journalAgent.doWork();
        offerState();
        images.failsAt = TestImages.Step.AFTER_RENAME;
        raft.poll(0);
        boolean isCutOff = false;
        try
        {
            journalAgent.doWork();
        }
        catch (final IOException ex)
        {
            isCutOff = true;
        }
        assertTrue(isCutOff);
        restart();
    }

    private void restart() throws IOException
    {
        feed.close();
        journal.close();
        final long installedTerm = images.loadAtStart();
        assertEquals(LOST, stateMachine.appliedIndex());
        for (int run = 0; run < 2; run++)
        {
            journal = openJournal(installedTerm);
            assertEquals(LOST + 1, journal.firstIndex());
            assertEquals(LAST, journal.lastIndex());
            assertEquals(0, journal.damagedCount());
            assertEquals(1, journal.termOf(LOST));
            journal.close();
        }
    }
}
