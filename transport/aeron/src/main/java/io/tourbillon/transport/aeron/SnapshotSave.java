package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Sha256;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One snapshot on its way to a client, on a thread of its own, for it blocks in files: writes an image, then reads it into a queue from
 * which apply sends, and the SHA-256 of all of it last. While the image is made an empty part now and then says that somebody is at it.
 */
final class SnapshotSave implements Runnable
{
    private static final int MESSAGE_TYPE_ID = 1;
    private static final long IDLE_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long SIGN_OF_LIFE_NS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Apply gives a root between any two entries; in vain waits who asked a store that was replaced since. */
    private static final long PIN_WAIT_MAX_NS = TimeUnit.MINUTES.toNanos(1);

    private final ImageWriter writer;
    private final Path path;
    private final SnapshotParts parts;
    private final OneToOneRingBuffer queue;
    private volatile boolean isCanceled;
    private volatile boolean hasEnded;

    SnapshotSave(final ImageWriter writer, final Path path, final SnapshotParts parts, final OneToOneRingBuffer queue)
    {
        this.writer = writer;
        this.path = path;
        this.parts = parts;
        this.queue = queue;
    }

    long sessionId()
    {
        return parts.sessionId();
    }

    /** Nobody waits for it any more. Any thread. */
    void cancel()
    {
        isCanceled = true;
    }

    boolean isCanceled()
    {
        return isCanceled;
    }

    /** Whether all that it will ever say is in the queue, and its file gone. Any thread. */
    boolean hasEnded()
    {
        return hasEnded;
    }

    @Override
    public void run()
    {
        try
        {
            if (writeImage())
            {
                readImage();
            }
        }
        catch (final IOException | RuntimeException ex)
        {
            say(parts.error(ErrorCode.SNAPSHOT_FAILED, ex.toString()));
        }
        finally
        {
            StoreImages.deleteImage(path);
            hasEnded = true;
        }
    }

    /** False if it was given up. The root is let go at the end: the rest needs the file alone. */
    private boolean writeImage() throws IOException
    {
        final long startNs = System.nanoTime();
        long saidNs = startNs;
        try (writer)
        {
            while (!writer.step())
            {
                final long nowNs = System.nanoTime();
                if (!writer.isBegun())
                {
                    if (nowNs - startNs > PIN_WAIT_MAX_NS)
                    {
                        throw new IOException("no root of the store within a minute");
                    }
                    LockSupport.parkNanos(IDLE_NS);
                }
                if (isCanceled)
                {
                    return false;
                }
                if (nowNs - saidNs > SIGN_OF_LIFE_NS)
                {
                    saidNs = nowNs;
                    say(parts.part(SnapshotParts.NOTHING, 0, 0, false));
                }
            }
            return true;
        }
    }

    private void readImage() throws IOException
    {
        try (FileChannel image = FileChannel.open(path, StandardOpenOption.READ))
        {
            Files.delete(path); // its room is given back when it is closed, however this process ends
            final MessageDigest digest = Sha256.newDigest();
            final ByteBuffer blob = ByteBuffer.allocate(SnapshotParts.BLOB_LENGTH_MAX);
            long remaining = image.size() + digest.getDigestLength();
            while (image.read(blob.clear()) > 0 && !isCanceled)
            {
                final int length = blob.position();
                remaining -= length;
                digest.update(blob.array(), 0, length);
                say(parts.part(blob.array(), length, remaining, false));
            }
            final byte[] sum = digest.digest();
            say(parts.part(sum, sum.length, 0, true));
        }
    }

    /** Waits for room, which comes as fast as the client takes what is sent. */
    private void say(final int length)
    {
        while (!isCanceled && !queue.write(MESSAGE_TYPE_ID, parts.buffer(), 0, length))
        {
            LockSupport.parkNanos(IDLE_NS);
        }
    }
}
