package io.tourbillon.bptree;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file in memory whose n-th write or force fails, and which may refuse to grow. */
final class FaultyPageFile implements PageFile
{
    final MemoryPageFile memory = new MemoryPageFile();
    int mapCount;
    private long mostLength = Long.MAX_VALUE;
    private int operationsUntilFailure = Integer.MAX_VALUE;
    private int operationCount;

    /** The n-th write or force from now fails, and every one after it. */
    void failAfter(final int operations)
    {
        operationsUntilFailure = operations;
        operationCount = 0;
    }

    /** From now on the file cannot get longer than it is, or it can again. */
    void isFull(final boolean isFull)
    {
        mostLength = isFull ? memory.length() : Long.MAX_VALUE;
    }

    int operationCount()
    {
        return operationCount;
    }

    @Override
    public long length()
    {
        return memory.length();
    }

    @Override
    public long allocate(final long position, final long length) throws IOException
    {
        if (position + length > mostLength)
        {
            throw new IOException("No space left on device");
        }
        return memory.allocate(position, length);
    }

    @Override
    public void truncate(final long length) throws IOException
    {
        operate();
        memory.truncate(length);
    }

    @Override
    public void unmap(final ByteBuffer map)
    {
        memory.unmap(map);
    }

    @Override
    public ByteBuffer map(final long position, final int length)
    {
        mapCount++;
        return memory.map(position, length);
    }

    @Override
    public void read(final ByteBuffer target, final long position) throws IOException
    {
        memory.read(target, position);
    }

    @Override
    public void write(final ByteBuffer source, final long position) throws IOException
    {
        operate();
        memory.write(source, position);
    }

    @Override
    public void force() throws IOException
    {
        operate();
        memory.force();
    }

    @Override
    public void publish()
    {
        memory.publish();
    }

    @Override
    public void close()
    {
        memory.close();
    }

    private void operate() throws IOException
    {
        operationCount++;
        if (operationCount > operationsUntilFailure)
        {
            throw new IOException("Input/output error");
        }
    }
}
