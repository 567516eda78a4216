package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** Finds entries in a journal's files, byte by byte, and damages them. While nobody has the journal open. */
final class DamagedDisk
{
    private static final int FRAME_LENGTH_MAX = 4096;

    private DamagedDisk()
    {
    }

    /** Another bit in the payload of an entry, in the newest segment that has it. */
    static void flipBitOf(final Path journal, final long index) throws IOException
    {
        final List<Path> newestFirst = new ArrayList<>(segments(journal));
        Collections.reverse(newestFirst);
        for (final Path file : newestFirst)
        {
            final long position = positionOf(file, index);
            if (position >= 0)
            {
                flip(file, position + EntryFrame.LENGTH_MIN - 2);
                return;
            }
        }
        throw new AssertionError("entry " + index + " is not in " + journal);
    }

    private static void flip(final Path file, final long position) throws IOException
    {
        final ByteBuffer one = ByteBuffer.allocate(1);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE))
        {
            channel.read(one, position);
            one.put(0, (byte)(one.get(0) ^ 16)).flip();
            channel.write(one, position);
        }
    }

    private static List<Path> segments(final Path journal) throws IOException
    {
        try (Stream<Path> paths = Files.list(journal))
        {
            return paths.filter((path) -> path.toString().endsWith(".cq4") || path.toString().endsWith(".sealed")).sorted().toList();
        }
    }

    static Path newestSegment(final Path journal) throws IOException
    {
        final List<Path> found = segments(journal);
        return found.get(found.size() - 1);
    }

    /** Of an entry's frame; -1 if it is not in the file. */
    static long positionOf(final Path file, final long index) throws IOException
    {
        final UnsafeBuffer bytes = new UnsafeBuffer(Files.readAllBytes(file));
        final EntryFrame frame = new EntryFrame();
        for (int position = 0; position + EntryFrame.LENGTH_MIN <= bytes.capacity(); position += 4)
        {
            if (isFrame(bytes, position, frame) && frame.index() == index)
            {
                return position;
            }
        }
        return -1;
    }

    static long lastIndexIn(final Path file) throws IOException
    {
        final UnsafeBuffer bytes = new UnsafeBuffer(Files.readAllBytes(file));
        final EntryFrame frame = new EntryFrame();
        long last = 0;
        for (int position = 0; position + EntryFrame.LENGTH_MIN <= bytes.capacity(); position += 4)
        {
            last = isFrame(bytes, position, frame) ? Math.max(last, frame.index()) : last;
        }
        return last;
    }

    private static boolean isFrame(final UnsafeBuffer file, final int position, final EntryFrame frame)
    {
        final int length = EntryFrame.lengthAt(file, position);
        return length >= EntryFrame.LENGTH_MIN && length <= Math.min(FRAME_LENGTH_MAX, file.capacity() - position) &&
            frame.wrap(file, position, length).isWhole();
    }
}
