package io.tourbillon.bptree;

import org.agrona.BufferUtil;
import org.agrona.UnsafeApi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A frozen state of all trees on its way to the file. Made by {@link TreeStore#freeze()} on the writer thread, run by one other thread
 * (or the same); the writer goes on meanwhile. The order is the safety argument: all pages, a force, then one meta page, a force, and the
 * other, a force. A crash before the first is whole leaves the second, of the state before, none of whose pages was written over; a crash
 * after that leaves this one. When both are durable nothing refers to the state before any more.
 */
public final class Checkpoint
{
    /** Written between two forces: bounds what a force has to flush, and so how long it keeps the disk. */
    private static final int PACE_PAGES = 1024;
    /** Written with one call. */
    private static final int RUN_PAGES = 64;

    private final PageFile file;
    private final PageSet frozen;
    private final long[] chunks;
    private final int extentShift;
    private final long number;
    private final int pageCount;
    private final MetaPage meta;
    private final CRC32C crc = new CRC32C();

    private ByteBuffer staging;
    private long stagingAddress;
    private int next;
    private long bytesWritten;
    private volatile boolean isDurable;
    private volatile boolean hasFailed;

    Checkpoint(final PageFile file, final Pages pages, final MetaPage meta)
    {
        this.file = file;
        this.frozen = pages.frozen().view();
        this.chunks = pages.table().chunks();
        this.extentShift = pages.table().extentShift();
        this.number = meta.checkpoint();
        this.pageCount = pages.frozenCount();
        this.meta = meta;
    }

    /**
     * Writes a bounded amount (4 MiB), forced; the last step writes the meta pages and forces each. Blocks in the disk.
     *
     * @return true once the frozen state is durable.
     * @throws IOException on any failure: fatal to the node, never to be retried.
     */
    public boolean step() throws IOException
    {
        if (hasFailed)
        {
            throw new IOException("checkpoint " + number + " has failed before: the node must stop");
        }
        if (!isDurable)
        {
            hasFailed = true;
            final boolean isDone = next != PageSet.NONE && writePages() ? false : writeMeta();
            hasFailed = false;
            if (isDone)
            {
                isDurable = true;
            }
        }
        return isDurable;
    }

    /**
     * Tells whether both meta pages are durable. Any thread.
     *
     * @return true once {@link #step()} has returned true.
     */
    public boolean isDurable()
    {
        return isDurable;
    }

    /**
     * The number of this checkpoint, rising by one each time.
     *
     * @return its number.
     */
    public long number()
    {
        return number;
    }

    /**
     * How many pages it has to write.
     *
     * @return count of pages.
     */
    public int pageCount()
    {
        return pageCount;
    }

    /**
     * What has been written so far, the meta pages included. The thread that runs {@link #step()}; any other once it is durable.
     *
     * @return bytes.
     */
    public long bytesWritten()
    {
        return bytesWritten;
    }

    private boolean writePages() throws IOException
    {
        openStaging();
        int written = 0;
        while (written < PACE_PAGES)
        {
            final int first = frozen.next(next);
            if (first == PageSet.NONE)
            {
                next = PageSet.NONE;
                break;
            }
            final int count = stage(first);
            file.write(staging.clear().limit(count * PageLayout.PAGE_LENGTH), (long)first * PageLayout.PAGE_LENGTH);
            bytesWritten += (long)count * PageLayout.PAGE_LENGTH;
            written += count;
            next = first + count;
        }
        if (written > 0)
        {
            file.force();
        }
        return written > 0;
    }

    private boolean writeMeta() throws IOException
    {
        closeStaging();
        meta.write(file, 0);
        meta.write(file, 1);
        bytesWritten += 2 * PageLayout.PAGE_LENGTH;
        return true;
    }

    /** Copies neighbouring pages together and gives each its checksum; the frames stay untouched, the writer reads them. */
    private int stage(final int first)
    {
        final int most = staging.capacity() / PageLayout.PAGE_LENGTH;
        int count = 0;
        while (count < most && frozen.has(first + count))
        {
            final long frame = UnsafeApi.getLong(PageTable.entryAddress(chunks, extentShift, first + count));
            final int offset = count * PageLayout.PAGE_LENGTH;
            Bytes.copy(frame, stagingAddress + offset, PageLayout.PAGE_LENGTH);
            crc.reset();
            crc.update(staging.clear().limit(offset + PageLayout.PAGE_LENGTH).position(offset + PageLayout.NUMBER_OFFSET));
            UnsafeApi.putInt(stagingAddress + offset + PageLayout.CRC_OFFSET, (int)crc.getValue());
            count++;
        }
        return count;
    }

    private void openStaging()
    {
        if (staging == null)
        {
            staging = ByteBuffer.allocateDirect(Math.max(1, Math.min(RUN_PAGES, pageCount)) * PageLayout.PAGE_LENGTH);
            stagingAddress = BufferUtil.address(staging);
        }
    }

    private void closeStaging()
    {
        if (staging != null)
        {
            BufferUtil.free(staging);
            staging = null;
        }
    }
}
