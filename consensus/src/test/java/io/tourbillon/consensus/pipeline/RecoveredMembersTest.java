package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import io.tourbillon.journal.Durability;
import io.tourbillon.journal.HardState;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalContext;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Which configuration a start begins with. */
@Timeout(60)
class RecoveredMembersTest
{
    private static final Configuration INITIAL = Configuration.ofVoters(1, 2, 3);
    private static final Configuration SECOND = Configuration.ofVoters(1, 2);
    private static final Configuration THIRD = Configuration.ofVoters(1, 2, 4);

    @TempDir
    private Path directory;
    private final UnsafeBuffer frame = new UnsafeBuffer(ByteBuffer.allocateDirect(4096));

    private void append(final Journal journal, final long index, final DirectBuffer payload, final long sessionId)
    {
        final int length = new EntryFrame().encode(frame, 0, 1, index, 1, sessionId, 0, 0, payload, 0, payload.capacity());
        journal.append(frame, 0, length);
    }

    private void append(final Journal journal, final long index, final Configuration configuration)
    {
        append(journal, index, ConfigurationRecord.encode(configuration, 7), 0);
    }

    private void write(final Consumer<Journal> entries)
    {
        try (Journal journal = Journal.open(new JournalContext().directory(directory).segmentBytes(8 << 20)))
        {
            journal.appendHardState(1, HardState.NO_VOTE, 0);
            entries.accept(journal);
            journal.force();
        }
    }

    /** Starts a member and gives the configuration that its links were told first. */
    private Configuration start(final long appliedIndex, final Configuration applied)
    {
        final ListeningLinks links = new ListeningLinks();
        try (TestNode node = new TestNode(directory, appliedIndex, Durability.FSYNC, (journal) -> {},
            (context) -> context.stateMachine(new TestStateMachine(appliedIndex, applied)).configuration(INITIAL).peerLinks(links)))
        {
            Waiting.until("the links are told", () -> !links.told.isEmpty());
            assertEquals(List.of(), node.failures);
        }
        return links.told.get(0);
    }

    @Test
    void shouldBeginWithTheNewestConfigurationInTheJournal()
    {
        write((journal) ->
        {
            append(journal, 1, SECOND);
            append(journal, 2, new UnsafeBuffer(new byte[100]), 5);
            append(journal, 3, THIRD);
        });
        assertEquals(THIRD, start(0, null));
    }

    @Test
    void shouldBeginWithTheOneOfTheCheckpointIfNothingFollows()
    {
        write((journal) ->
        {
            append(journal, 1, SECOND);
            append(journal, 2, THIRD);
            append(journal, 3, new UnsafeBuffer(new byte[100]), 5);
        });
        assertEquals(THIRD, start(3, THIRD));
    }

    @Test
    void shouldPutTheJournalBehindTheCheckpointAboveIt()
    {
        write((journal) ->
        {
            append(journal, 1, SECOND);
            append(journal, 2, THIRD);
        });
        assertEquals(THIRD, start(1, SECOND));
    }

    @Test
    void shouldForgetATruncatedConfiguration()
    {
        write((journal) ->
        {
            append(journal, 1, SECOND);
            append(journal, 2, THIRD);
            journal.appendTruncateFrom(2);
        });
        assertEquals(SECOND, start(0, null));
    }

    @Test
    void shouldNotTakeAClientsBytesForAConfiguration()
    {
        write((journal) -> append(journal, 1, ConfigurationRecord.encode(THIRD, 7), 5));
        assertEquals(INITIAL, start(0, null));
    }

    /** Writes down what it is told and carries nothing. */
    private static final class ListeningLinks extends SilentLinks
    {
        private final List<Configuration> told = new CopyOnWriteArrayList<>();

        @Override
        public void onConfiguration(final Configuration configuration)
        {
            told.add(configuration);
        }
    }
}
