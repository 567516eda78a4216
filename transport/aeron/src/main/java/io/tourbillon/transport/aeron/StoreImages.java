package io.tourbillon.transport.aeron;

import io.tourbillon.bptree.RetiredStore;
import io.tourbillon.bptree.StoreException;
import io.tourbillon.bptree.StoreImage;
import io.tourbillon.bptree.TreeStore;
import io.tourbillon.bptree.TreeStoreContext;
import io.tourbillon.consensus.StateImages;
import io.tourbillon.consensus.raft.Configuration;
import io.tourbillon.consensus.raft.ConfigurationRecord;
import io.tourbillon.mvcc.Members;
import io.tourbillon.mvcc.MvccHeader;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * Images of the store: pinned roots written as stores of their own, which carry the mark that they come from another member; and the
 * switch to one that came. Transfer thread, unless said otherwise.
 */
final class StoreImages implements StateImages, AutoCloseable
{
    /** To look at what came there need be no more. */
    private static final long LOOK_POOL_BYTES = 4L << 20;
    /** A pin holds pages: an image that takes longer, or holds more than so much, is given up. */
    private static final long PIN_AGE_MAX_NS = TimeUnit.MINUTES.toNanos(10);
    private static final long PINNED_BYTES_MAX = 4L << 30;

    private final DataDirectory directory;
    private final TreeStore store;
    private final long clusterId;
    private final int applyVersion;
    private final long poolBytes;
    private final Object housekeepingLock = new Object();
    private ImageWriter writer;
    /** Under the lock: from when on the store's file is nobody's until the new one is open. */
    private boolean isReplacing;
    /** Apply takes it once it is told to: the exchange orders both. */
    private TreeStore opened;
    private RetiredStore retired;

    StoreImages(final DataDirectory directory, final TreeStore store, final long clusterId, final int applyVersion, final long poolBytes)
    {
        this.directory = directory;
        this.store = store;
        this.clusterId = clusterId;
        this.applyVersion = applyVersion;
        this.poolBytes = poolBytes;
    }

    @Override
    public Image make() throws IOException
    {
        try
        {
            if (writer == null)
            {
                writer = new ImageWriter(store.snapshot(), outgoing(), true);
            }
            if (!writer.step())
            {
                return null;
            }
            final Image made = new Image(MvccHeader.appliedIndexOf(writer.header()), MvccHeader.appliedTermOf(writer.header()), null);
            letGo();
            return made;
        }
        catch (final IOException ex)
        {
            letGo();
            throw ex;
        }
    }

    private void letGo()
    {
        CloseHelper.quietClose(writer);
        writer = null;
    }

    /** Apply, between entries: pins are bounded in age and in what they hold. */
    void boundPins()
    {
        if (store.pinCount() > 0)
        {
            store.askPinsToEnd((long)store.pagesHeldByPins() * TreeStore.PAGE_LENGTH > PINNED_BYTES_MAX ? 0 : PIN_AGE_MAX_NS);
        }
    }

    @Override
    public void drop()
    {
        letGo();
        deleteImage(outgoing());
    }

    /** Whole or not. What cannot be deleted is written over by the next. */
    static void deleteImage(final Path path)
    {
        delete(path);
        delete(path.resolveSibling(path.getFileName() + ".new"));
    }

    private static void delete(final Path path)
    {
        try
        {
            Files.deleteIfExists(path);
        }
        catch (final IOException ignore)
        {
            return;
        }
    }

    @Override
    public Path outgoing()
    {
        return directory.path().resolve("store.outgoing");
    }

    @Override
    public Path incoming()
    {
        return directory.path().resolve("store.incoming");
    }

    /** A state that asks for a newer build ends the member: the leader has no other to send. */
    @Override
    public Image accept() throws IOException
    {
        final StoreImage.Summary summary = StoreImage.summaryOf(incoming());
        if (summary == null || !MvccHeader.isUsable(summary.userHeader(), clusterId, applyVersion))
        {
            return null;
        }
        final DirectBuffer header = summary.userHeader();
        StoreImage.pad(incoming());
        try (TreeStore came = TreeStore.open(TreeStoreContext.file(incoming()).poolBytes(LOOK_POOL_BYTES)))
        {
            final DirectBuffer members = Members.configurationIn(came);
            final Configuration configuration = members == null ? null : ConfigurationRecord.decode(members, 0);
            return new Image(MvccHeader.appliedIndexOf(header), MvccHeader.appliedTermOf(header), configuration);
        }
        catch (final StoreException ex)
        {
            return null;
        }
    }

    /** Housekeeping must not go on with the old file under the name of the new one. */
    @Override
    public void putInPlace() throws IOException
    {
        synchronized (housekeepingLock)
        {
            isReplacing = true;
        }
        Files.move(incoming(), directory.store(), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel folder = FileChannel.open(directory.path(), StandardOpenOption.READ))
        {
            folder.force(true);
        }
    }

    /** Housekeeping thread. */
    int housekeeping()
    {
        synchronized (housekeepingLock)
        {
            return isReplacing ? 0 : store.housekeeping();
        }
    }

    @Override
    public void open() throws IOException
    {
        opened = TreeStore.open(TreeStoreContext.file(directory.store()).poolBytes(poolBytes));
    }

    /** Apply, between entries: the store has the state that came from now on. */
    void replace()
    {
        retired = store.replaceBy(opened);
        opened = null;
    }

    @Override
    public boolean closeReplaced()
    {
        if (retired != null)
        {
            if (!retired.isIdle())
            {
                return false;
            }
            retired.close();
            retired = null;
        }
        synchronized (housekeepingLock)
        {
            isReplacing = false;
        }
        return true;
    }

    /** After all threads have ended. */
    @Override
    public void close()
    {
        letGo();
        CloseHelper.quietCloseAll(opened, retired);
    }
}
