package io.tourbillon.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

/**
 * Names, makes, renames, lists and deletes the files of a journal's directory.
 * <pre>
 *  00000007.sealed        a segment of an earlier run: read only; Chronicle does not list it
 *  00000008.cq4           a segment of this run: the newest is being appended to
 *  67108864.spare         the next segment, of so many bytes: zeros, forced (not so with durability NONE), or a recycled segment
 *  00000003.retired       a segment that the log has let go: to become a spare, never read again
 *  *.zeroing              a spare in the making: of no use after a crash
 *  metadata.cq4t          Chronicle's own: lock and listing; deleted at open, so that no lock of a dead process is ever met
 * </pre>
 */
final class SegmentFiles
{
    static final String LIVE_SUFFIX = ".cq4";
    static final String SEALED_SUFFIX = ".sealed";
    private static final String RETIRED_SUFFIX = ".retired";
    private static final String SPARE_SUFFIX = ".spare";
    private static final String ZEROING_SUFFIX = ".zeroing";
    private static final String METADATA_NAME = "metadata.cq4t";
    private static final int NUMBER_DIGITS = 8;
    /** Zeros of one write, a page, and so the longest folio: see {@link #zero}. */
    static final int ZEROS_LENGTH = 4096;
    /** Of a recycled segment this is zeroed: more than Chronicle's header and first index pages, which take less than a page. */
    private static final int START_LENGTH = 2 * ZEROS_LENGTH;

    private final Path directory;
    private final long segmentBytes;
    private final boolean isRecycling;
    private final Forcer zeroForcer;

    SegmentFiles(final JournalContext ctx)
    {
        directory = ctx.directory();
        segmentBytes = ctx.segmentBytes();
        // Unforced zeros have their room on the disk, but may delay the next vote's force: with durability NONE that is the better deal.
        // They might not outlast a power cut, though, and an old head would stand where the new segment's should be.
        isRecycling = ctx.durability() == Durability.FSYNC;
        zeroForcer = isRecycling ? ctx.forcer() : (channel) -> { };
    }

    Path directory()
    {
        return directory;
    }

    long segmentBytes()
    {
        return segmentBytes;
    }

    Path livePath(final int number)
    {
        return directory.resolve(stem(number) + LIVE_SUFFIX);
    }

    Path sparePath()
    {
        return directory.resolve(segmentBytes + SPARE_SUFFIX);
    }

    Path zeroingPath(final String name)
    {
        return directory.resolve(name + ZEROING_SUFFIX);
    }

    static String stem(final int number)
    {
        final String digits = Integer.toString(number);
        return "0".repeat(Math.max(0, NUMBER_DIGITS - digits.length())) + digits;
    }

    /**
     * @return the segments in the directory by rising number.
     */
    List<Segment> list() throws IOException
    {
        final List<Segment> segments = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory, "*{" + LIVE_SUFFIX + "," + SEALED_SUFFIX + "}"))
        {
            for (final Path path : paths)
            {
                final String name = path.getFileName().toString();
                segments.add(new Segment(parseNumber(path, name.substring(0, name.indexOf('.'))), path));
            }
        }
        segments.sort(Comparator.comparingInt(Segment::number));
        return segments;
    }

    private static int parseNumber(final Path path, final String digits)
    {
        try
        {
            return Integer.parseInt(digits);
        }
        catch (final NumberFormatException ex)
        {
            throw new JournalException("not a segment of a journal: " + path, ex);
        }
    }

    /**
     * @return the retired segments in the directory by rising number.
     */
    List<Path> listRetired() throws IOException
    {
        final List<Path> retired = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory, "*" + RETIRED_SUFFIX))
        {
            paths.forEach(retired::add);
        }
        retired.sort(Comparator.naturalOrder());
        return retired;
    }

    /**
     * Deletes what an earlier run left behind that is of no use: Chronicle's metadata, half-made spares, spares of another size. Of a log
     * that begins anew also recycled spares and what was retired: their old records might be taken for its own.
     */
    void sweep(final boolean isNewLog) throws IOException
    {
        Files.deleteIfExists(directory.resolve(METADATA_NAME));
        final String pattern = "*{" + ZEROING_SUFFIX + "," + SPARE_SUFFIX + (isNewLog ? "," + RETIRED_SUFFIX : "") + "}";
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory, pattern))
        {
            for (final Path path : paths)
            {
                if (isNewLog || !path.equals(sparePath()))
                {
                    Files.delete(path);
                }
            }
        }
    }

    /**
     * Makes a segment of an earlier run read-only in name, so that Chronicle neither lists nor opens it.
     */
    Segment seal(final Segment segment) throws IOException
    {
        final Path sealed = directory.resolve(stem(segment.number()) + SEALED_SUFFIX);
        if (sealed.equals(segment.path()))
        {
            return segment;
        }
        Files.move(segment.path(), sealed, StandardCopyOption.ATOMIC_MOVE);
        return segment.withPath(sealed);
    }

    /**
     * Renames a zeroed file into a segment's place and makes the name durable.
     */
    Path putInPlace(final Path zeroed, final int number) throws IOException
    {
        final Path path = livePath(number);
        Files.move(zeroed, path, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory();
        return path;
    }

    /**
     * @return a new, empty file that {@link #zero} fills. As long as Chronicle will ever map it, so that it never grows on the hot path.
     */
    FileChannel create(final Path path) throws IOException
    {
        final FileChannel channel = FileChannel.open(path, CREATE, TRUNCATE_EXISTING, WRITE);
        extend(channel);
        return channel;
    }

    private void extend(final FileChannel channel) throws IOException
    {
        channel.write(ByteBuffer.allocate(1), ChronicleAppender.mappedLength(segmentBytes) - 1);
    }

    /**
     * Whether the segment may become a spare: it was not cut, and is of this run's size.
     */
    boolean isReusable(final Path path) throws IOException
    {
        return isRecycling && Files.size(path) == ChronicleAppender.mappedLength(segmentBytes);
    }

    /**
     * Takes a segment out of the log by its name, durably.
     */
    Path retire(final Segment segment) throws IOException
    {
        final Path path = directory.resolve(stem(segment.number()) + RETIRED_SUFFIX);
        Files.move(segment.path(), path, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory();
        return path;
    }

    /**
     * Makes a retired segment a spare in the making. Whichever of the two names a crash leaves, nobody reads the file under it.
     *
     * <p>It stays full of old records: their chain words are salted with another segment's number, so recovery passes over them as over
     * zeros. Only its start is zeroed, where Chronicle's header and the segment's head were, and what is behind the segment's end.
     *
     * @return bytes of zeros written.
     */
    int reuse(final Path retired, final Path path, final ByteBuffer zeros) throws IOException
    {
        Files.move(retired, path, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(path, WRITE))
        {
            channel.truncate(segmentBytes); // zeroes what is behind the segment's end, whatever it was
            extend(channel);
            return zero(channel, 0, START_LENGTH, zeros);
        }
    }

    /**
     * Writes and forces zeros, a step of them, from the position on. By the page, for the kernel caches one write as one folio, marks a
     * mapped folio dirty as a whole, and a force writes all of it: with longer writes each force of a few entries sent many pages more.
     *
     * @return bytes written; 0 at the segment's end.
     */
    int zero(final FileChannel channel, final long position, final int stepBytes, final ByteBuffer zeros) throws IOException
    {
        final int length = (int)Math.min(stepBytes, segmentBytes - position);
        int done = 0;
        while (done < length)
        {
            zeros.clear().limit(Math.min(ZEROS_LENGTH, length - done));
            done += channel.write(zeros, position + done);
        }
        zeroForcer.force(channel);
        return length;
    }

    /**
     * Whether the disk seems to have room for a segment more, and a little.
     */
    boolean hasRoomForSegment() throws IOException
    {
        return Files.getFileStore(directory).getUsableSpace() >= segmentBytes + segmentBytes / 8;
    }

    /**
     * Whether it failed for want of room on the disk, which may come back.
     */
    static boolean isDiskFull(final IOException ex)
    {
        final String message = String.valueOf(ex.getMessage());
        return message.contains("No space left on device") || message.contains("Disk quota exceeded");
    }

    /**
     * For who must have a segment at once: at the start, or when a roll finds no spare.
     */
    IOException noRoomForSegment(final IOException cause)
    {
        return new IOException("No space left on device: the disk of " + directory + " must have " + segmentBytes +
            " bytes for the next segment; free them and start again", cause);
    }

    void delete(final Path path) throws IOException
    {
        Files.deleteIfExists(path);
        forceDirectory();
    }

    /**
     * Makes names durable: files made, renamed and deleted.
     */
    void forceDirectory() throws IOException
    {
        try (FileChannel channel = FileChannel.open(directory, READ))
        {
            channel.force(true);
        }
    }
}
