package io.tourbillon.journal;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

/**
 * What the journal's tests have in common: entries whose bytes follow from index and term, small segments, copies of a directory as a crash
 * would leave it.
 */
final class JournalFixture
{
    static final int PAYLOAD_LENGTH = 136;
    static final long SEGMENT_BYTES = 72 * 1024;
    static final int MAX_ENTRY_LENGTH = 4096;

    private static final EntryFrame FRAME = new EntryFrame();
    private static final UnsafeBuffer PAYLOAD = new UnsafeBuffer(ByteBuffer.allocateDirect(3 << 20));
    private static final UnsafeBuffer ENTRY = new UnsafeBuffer(ByteBuffer.allocateDirect(4 << 20));

    private JournalFixture()
    {
    }

    static JournalContext context(final Path directory)
    {
        return new JournalContext().directory(directory).segmentBytes(SEGMENT_BYTES).maxEntryLength(MAX_ENTRY_LENGTH);
    }

    static void append(final Journal journal, final long index, final long term)
    {
        append(journal, index, term, PAYLOAD_LENGTH);
    }

    static void append(final Journal journal, final long index, final long term, final int payloadLength)
    {
        journal.append(ENTRY, 0, encode(index, term, payloadLength));
    }

    static void repair(final Journal journal, final long index, final long term)
    {
        journal.appendRepair(ENTRY, 0, encode(index, term, PAYLOAD_LENGTH));
    }

    static void appendRange(final Journal journal, final long from, final long to, final long term)
    {
        for (long index = from; index <= to; index++)
        {
            append(journal, index, term);
        }
    }

    static void assertReads(final Journal journal, final long from, final long to, final long term)
    {
        try (JournalReader reader = journal.newReader())
        {
            for (long index = from; index <= to; index++)
            {
                assertReads(journal, reader, index, term, PAYLOAD_LENGTH);
            }
        }
    }

    static void assertReads(
        final Journal journal, final JournalReader reader, final long index, final long term, final int payloadLength)
    {
        final int length = reader.read(index);
        assertEquals(encode(index, term, payloadLength), length, "length of " + index);
        for (int i = 0; i < length; i++)
        {
            assertEquals(ENTRY.getByte(i), reader.buffer().getByte(reader.offset() + i), "byte " + i + " of entry " + index);
        }
        assertEquals(term, journal.termOf(index), "term of " + index);
    }

    static Path crashCopy(final Path directory, final Path target)
    {
        try (Stream<Path> paths = Files.list(directory))
        {
            Files.createDirectories(target);
            for (final Path path : paths.toList())
            {
                copySparse(path, target.resolve(path.getFileName()));
            }
            return target;
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * @return the newest segment with this suffix.
     */
    static Path newest(final Path directory, final String suffix)
    {
        final List<Path> found = named(directory, suffix);
        return found.get(found.size() - 1);
    }

    static List<Path> named(final Path directory, final String suffix)
    {
        try (Stream<Path> paths = Files.list(directory))
        {
            return paths.filter((path) -> path.toString().endsWith(suffix)).sorted().toList();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    static void flipBit(final Path path, final long position)
    {
        final ByteBuffer one = ByteBuffer.allocate(1);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE))
        {
            channel.read(one, position);
            one.put(0, (byte)(one.get(0) ^ 4)).flip();
            channel.write(one, position);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    static void zero(final Path path, final long position, final int length)
    {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE))
        {
            channel.write(ByteBuffer.allocate(length), position);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * @return position in the file of the record that carries the entry, found by its frame's bytes.
     */
    static long recordPosition(final Path path, final long index, final long term) throws IOException
    {
        final int length = encode(index, term, PAYLOAD_LENGTH);
        final UnsafeBuffer file = new UnsafeBuffer(Files.readAllBytes(path));
        for (int position = 0; position + length <= file.capacity(); position += 4)
        {
            if (file.getLong(position) == ENTRY.getLong(0) && file.getLong(position + Long.BYTES) == ENTRY.getLong(Long.BYTES))
            {
                return position - RecordDescriptor.BODY_OFFSET;
            }
        }
        throw new AssertionError("entry " + index + " is not in " + path);
    }

    static int recordLength()
    {
        return RecordDescriptor.BODY_OFFSET + encode(1, 1, PAYLOAD_LENGTH);
    }

    private static int encode(final long index, final long term, final int payloadLength)
    {
        for (int i = 0; i < payloadLength; i++)
        {
            PAYLOAD.putByte(i, (byte)(1 + (index * 31 + term * 7 + i) % 255));
        }
        return FRAME.encode(ENTRY, 0, term, index, 1, 2, index, index, PAYLOAD, 0, payloadLength);
    }

    private static void copySparse(final Path source, final Path target) throws IOException
    {
        final byte[] bytes = Files.readAllBytes(source);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0)
        {
            end--;
        }
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.WRITE))
        {
            channel.write(ByteBuffer.wrap(bytes, 0, end));
            if (end < bytes.length)
            {
                channel.write(ByteBuffer.allocate(1), bytes.length - 1L);
            }
        }
    }
}
