package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.Sha256;
import io.tourbillon.consensus.StateImages.Image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** The file of an image that is sent: its length, its id, its bytes. Transfer thread; blocks in the disk. */
final class OutgoingImage implements AutoCloseable
{
    private static final int DIGEST_BYTES_A_STEP = 4 << 20;

    private final Image image;
    private final FileChannel channel;
    private final long length;
    private final MessageDigest digest = Sha256.newDigest();
    private final ByteBuffer block = ByteBuffer.allocate(256 << 10);
    private long digested;
    private long id;

    OutgoingImage(final Image image, final Path path) throws IOException
    {
        this.image = image;
        channel = FileChannel.open(path, StandardOpenOption.READ);
        length = channel.size();
    }

    /** What tells an image from every other. */
    static long idOf(final MessageDigest complete)
    {
        return ByteBuffer.wrap(complete.digest()).getLong();
    }

    /** Reads some more of it for its id; true once that is known. */
    boolean prepare() throws IOException
    {
        for (int done = 0; done < DIGEST_BYTES_A_STEP && digested < length; done += block.position())
        {
            block.clear();
            readFully(block, digested);
            digest.update(block.array(), 0, block.position());
            digested += block.position();
        }
        if (digested == length && id == 0)
        {
            id = idOf(digest);
        }
        return digested == length;
    }

    /** Reads up to the buffer's limit, or the image's end. */
    void readFully(final ByteBuffer target, final long offset) throws IOException
    {
        long at = offset;
        while (target.hasRemaining() && at < length)
        {
            final int count = channel.read(target, at);
            if (count < 0)
            {
                throw new EOFException("the image was cut at " + at);
            }
            at += count;
        }
    }

    Image image()
    {
        return image;
    }

    long length()
    {
        return length;
    }

    long id()
    {
        return id;
    }

    @Override
    public void close() throws IOException
    {
        channel.close();
    }
}
