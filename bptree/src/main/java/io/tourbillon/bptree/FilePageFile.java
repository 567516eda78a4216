package io.tourbillon.bptree;

import org.agrona.BufferUtil;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A real file: mapped read-only, written with positional writes. A new one is made under another name (`.new`) and renamed when its
 * first meta page is durable, so that a file of the right name always has a root.
 */
final class FilePageFile implements PageFile
{
    private static final int ZEROS_LENGTH = 1 << 20;

    private final Path path;
    private final Path unpublished;
    private final FileChannel channel;
    private final Map<Long, MappedByteBuffer> maps = new ConcurrentHashMap<>();
    private final boolean isReadOnly;
    private boolean isPublished;

    /**
     * @param isReadOnly true: what is written goes nowhere, and a file that is not there is not made.
     */
    FilePageFile(final Path path, final boolean isReadOnly) throws IOException
    {
        this.path = path;
        this.isReadOnly = isReadOnly;
        unpublished = path.resolveSibling(path.getFileName() + ".new");
        isPublished = isReadOnly || Files.exists(path);
        channel = isReadOnly ? FileChannel.open(path, StandardOpenOption.READ) : isPublished ?
            FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE) :
            FileChannel.open(
                unpublished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
    }

    @Override
    public long length() throws IOException
    {
        return channel.size();
    }

    @Override
    public long allocate(final long position, final long length) throws IOException
    {
        // The first extent is small change, and a start is not the time to load a library.
        if (position > 0 && Preallocation.allocate(isPublished ? path : unpublished, position, length) &&
            channel.size() >= position + length)
        {
            return 0;
        }
        writeZeros(position, length);
        return length;
    }

    @Override
    public void truncate(final long length) throws IOException
    {
        channel.truncate(length);
    }

    /**
     * The room is taken by the write. Forced chunk by chunk, not for durability, which the checkpoint's force gives: zeros left to that
     * one force are some hundred MiB at once, and the journal's forces stand behind them for tens of milliseconds. What a full disk took
     * of it is given back: others live on that disk, the journal first of all.
     */
    private void writeZeros(final long position, final long length) throws IOException
    {
        final ByteBuffer zeros = ByteBuffer.allocateDirect((int)Math.min(length, ZEROS_LENGTH));
        try
        {
            for (long done = 0; done < length; done += zeros.capacity())
            {
                zeros.clear().limit((int)Math.min(zeros.capacity(), length - done));
                write(zeros, position + done);
                channel.force(false);
            }
        }
        catch (final IOException ex)
        {
            channel.truncate(position);
            throw ex;
        }
        finally
        {
            BufferUtil.free(zeros);
        }
    }

    @Override
    public ByteBuffer map(final long position, final int length) throws IOException
    {
        final MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_ONLY, position, length);
        maps.put(BufferUtil.address(map), map);
        return map;
    }

    @Override
    public void unmap(final ByteBuffer map)
    {
        if (maps.remove(BufferUtil.address(map)) != null)
        {
            BufferUtil.free(map);
        }
    }

    @Override
    public void read(final ByteBuffer target, final long position) throws IOException
    {
        long at = position;
        while (target.hasRemaining())
        {
            final int count = channel.read(target, at);
            if (count < 0)
            {
                throw new EOFException(path + " ends at " + channel.size() + ", wanted " + at);
            }
            at += count;
        }
    }

    @Override
    public void write(final ByteBuffer source, final long position) throws IOException
    {
        if (isReadOnly)
        {
            source.position(source.limit());
            return;
        }
        long at = position;
        while (source.hasRemaining())
        {
            at += channel.write(source, at);
        }
    }

    @Override
    public void force() throws IOException
    {
        if (!isReadOnly)
        {
            channel.force(false);
        }
    }

    @Override
    public void publish() throws IOException
    {
        if (!isPublished)
        {
            Files.move(unpublished, path, StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel folder = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ))
            {
                folder.force(true);
            }
            isPublished = true;
        }
    }

    @Override
    public void close()
    {
        maps.values().forEach(BufferUtil::free);
        maps.clear();
        try
        {
            channel.close();
        }
        catch (final IOException ex)
        {
            throw new StoreException(path + " could not be closed", ex);
        }
    }

    @Override
    public String toString()
    {
        return path.toString();
    }
}
