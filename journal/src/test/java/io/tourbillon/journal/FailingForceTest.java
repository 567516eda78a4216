package io.tourbillon.journal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

import static io.tourbillon.journal.JournalFixture.append;
import static io.tourbillon.journal.JournalFixture.appendRange;
import static io.tourbillon.journal.JournalFixture.context;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class FailingForceTest
{
    @TempDir
    private Path directory;

    private static final class FailingForcer implements Forcer
    {
        private boolean isFailing;
        private int count;

        @Override
        public void force(final FileChannel channel) throws IOException
        {
            count++;
            if (isFailing)
            {
                throw new IOException("Input/output error");
            }
            channel.force(false);
        }
    }

    @Test
    void shouldNeverForceOrTakeAnythingAfterAFailedForce()
    {
        final FailingForcer forcer = new FailingForcer();
        final int count;
        try (Journal journal = Journal.open(context(directory).forcer(forcer)))
        {
            appendRange(journal, 1, 5, 1);
            forcer.isFailing = true;
            final JournalException failed = assertThrows(JournalException.class, journal::force);
            assertTrue(failed.getMessage().contains("Input/output error"), failed.getMessage());
            forcer.isFailing = false;
            count = forcer.count;
            assertThrows(JournalException.class, journal::force);
            assertThrows(JournalException.class, journal::forceAll);
            assertThrows(JournalException.class, () -> append(journal, 6, 1));
            assertThrows(JournalException.class, () -> journal.appendHardState(2, 1, 0));
            assertThrows(JournalException.class, () -> journal.appendTruncateFrom(3));
        }
        assertEquals(count, forcer.count, "not even when it is closed");
    }

    @Test
    void shouldFailWhenTheForceAtARollFails()
    {
        final FailingForcer forcer = new FailingForcer();
        try (Journal journal = Journal.open(context(directory).forcer(forcer)))
        {
            forcer.isFailing = true;
            assertThrows(JournalException.class, () -> appendRange(journal, 1, 1000, 1));
            assertTrue(journal.lastIndex() > 100 && journal.lastIndex() < 1000);
            assertThrows(JournalException.class, () -> append(journal, journal.lastIndex() + 1, 1));
        }
    }

    @Test
    void shouldForceTheRecoveredTailBeforeBelievingIt()
    {
        final FailingForcer forcer = new FailingForcer();
        try (Journal journal = Journal.open(context(directory).forcer(forcer)))
        {
            append(journal, 1, 1);
        }
        forcer.isFailing = true;
        assertThrows(JournalException.class, () -> Journal.open(context(directory).forcer(forcer)));
    }
}
