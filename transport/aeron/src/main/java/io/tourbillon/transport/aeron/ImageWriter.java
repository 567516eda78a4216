package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.Snapshot;
import io.tourbillon.bptree.StoreImage;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.mvcc.MvccHeader;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.file.Path;

/** Pins the state as it is now and writes it as a store of its own, step by step. One thread, not apply's; blocks in the disk. */
final class ImageWriter implements AutoCloseable
{
    /** A step: a few milliseconds of a disk, between which the writer gets its frames back. */
    private static final int PAGES_A_STEP = 256;

    private final Snapshot snapshot;
    private final Path path;
    private final boolean isForMember;
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[TreeStore.USER_HEADER_LENGTH]);
    private StoreImage image;

    /** The snapshot is closed with this. An image for another member says that it comes from elsewhere. */
    ImageWriter(final Snapshot snapshot, final Path path, final boolean isForMember)
    {
        this.snapshot = snapshot;
        this.path = path;
        this.isForMember = isForMember;
    }

    /**
     * Begins the image once a root is pinned, or goes on with it.
     *
     * @return true once it is whole and durable under its name.
     * @throws IOException if the disk refuses, or it took so long that it is given up.
     */
    boolean step() throws IOException
    {
        if (image == null && !begin())
        {
            return false;
        }
        if (snapshot.isToEnd())
        {
            throw new IOException("the image holds too much of the store, for too long");
        }
        return image.step(PAGES_A_STEP);
    }

    /** False while no root is pinned yet. */
    private boolean begin() throws IOException
    {
        if (!snapshot.tryPin())
        {
            return false;
        }
        header.putBytes(0, snapshot.userHeader(), 0, TreeStore.USER_HEADER_LENGTH);
        if (isForMember)
        {
            MvccHeader.markInstalled(header);
        }
        image = new StoreImage(snapshot, path, header);
        return true;
    }

    /** Whether a root is pinned. */
    boolean isBegun()
    {
        return image != null;
    }

    /** The user header of the image, once it is begun. */
    DirectBuffer header()
    {
        return header;
    }

    @Override
    public void close()
    {
        CloseHelper.quietCloseAll(image, snapshot);
    }
}
