package io.tourbillon.bptree;

import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static java.nio.file.StandardOpenOption.READ;

/**
 * Reads a store's file as it stands and changes nothing, whether or not a node has the store open: what the newest checkpoint carries, and
 * whether all of its pages are sound. One thread; blocks.
 */
public final class StoreInspector
{
    /** A meta page may be read while it is written: then it says so until it is whole. */
    private static final int READS_MAX = 100;
    /** A walk may be overtaken by checkpoints that use its pages again: then it begins anew with the newest. */
    private static final int WALKS_MAX = 5;
    private static final int POOL_BYTES = 16 << 20;

    /**
     * One tree.
     *
     * @param name     of it.
     * @param size     entries.
     * @param liveSize entries that are marked as live.
     * @param height   levels of pages; 0 = it is empty.
     */
    public record TreeReport(String name, long size, long liveSize, int height)
    {
    }

    /**
     * A store.
     *
     * @param fileBytes  length of the file.
     * @param version    of its format.
     * @param intact     meta pages that agree with their checksums, of two.
     * @param checkpoint number of the newest durable one.
     * @param pages      below the highest page ever used.
     * @param freePages  among them.
     * @param trees      without the free list.
     * @param userHeader of the newest checkpoint; a copy.
     */
    public record Report(
        long fileBytes, int version, int intact, long checkpoint, int pages, int freePages, List<TreeReport> trees, UnsafeBuffer userHeader)
    {
    }

    /**
     * What a walk of all pages has shown.
     *
     * @param pages  that were proven.
     * @param damage the first thing wrong; null = nothing is.
     */
    public record Proof(long pages, String damage)
    {
    }

    /** Told how far a walk is. */
    @FunctionalInterface
    public interface Progress
    {
        /** Nobody wants to know. */
        Progress NONE = (walked, pages) -> { };

        /**
         * @param walked pages so far.
         * @param pages  all there are to walk.
         */
        void onPages(long walked, long pages);
    }

    private StoreInspector()
    {
    }

    /**
     * Reads the two meta pages.
     *
     * @param path of the store's file.
     * @return what the newer one says.
     * @throws IOException    if the file cannot be read.
     * @throws StoreException if neither page can be believed, or the format is another.
     */
    public static Report read(final Path path) throws IOException
    {
        try (FileChannel channel = FileChannel.open(path, READ))
        {
            final MetaPage[] metas = {new MetaPage(), new MetaPage()};
            for (int i = 0; i < READS_MAX && !(metas[0].isIntact() && metas[1].isIntact()); i++)
            {
                read(channel, metas[0], 0);
                read(channel, metas[1], PageLayout.PAGE_LENGTH);
            }
            final int intact = (metas[0].isIntact() ? 1 : 0) + (metas[1].isIntact() ? 1 : 0);
            if (intact == 0)
            {
                throw new StoreException(path + (metas[0].isOurs() || metas[1].isOurs() ? ": both meta pages are damaged" :
                    " is not a Tourbillon store"));
            }
            final boolean isFirst = metas[0].isIntact() && (!metas[1].isIntact() || metas[0].checkpoint() >= metas[1].checkpoint());
            return report(path, channel.size(), intact, metas[isFirst ? 0 : 1]);
        }
    }

    /**
     * Proves all that {@link TreeStore#verify()} proves, of the newest checkpoint: the checksum of each page that a tree refers to, order,
     * bounds and counts, and that each page is used once or free. If a node has the store open the walk begins anew with each checkpoint
     * that overtakes it.
     *
     * @param path     of the store's file.
     * @param progress told now and then.
     * @return what was found.
     * @throws IOException    if the file cannot be read.
     * @throws StoreException if neither meta page can be believed, the format is another, or checkpoints overtook every walk.
     */
    public static Proof prove(final Path path, final Progress progress) throws IOException
    {
        for (int i = 0; i < WALKS_MAX; i++)
        {
            final long checkpoint = read(path).checkpoint();
            final long[] walked = new long[1];
            final String damage = walk(path, (count, pages) ->
            {
                walked[0] = count;
                progress.onPages(count, pages);
            });
            if (damage == null || read(path).checkpoint() == checkpoint)
            {
                return new Proof(walked[0], damage);
            }
        }
        throw new StoreException(path + ": the node's checkpoints overtook every walk: look again when it has less to do, or is stopped");
    }

    /** The first thing wrong, or null. What a page says that was used again meanwhile may be any nonsense. */
    private static String walk(final Path path, final Progress progress)
    {
        try (TreeStore store = TreeStore.open(TreeStoreContext.file(path).poolBytes(POOL_BYTES).readOnly()))
        {
            store.verify(progress);
            return null;
        }
        catch (final RuntimeException | InternalError ex) // the latter: the file's end was cut off under the walk
        {
            return ex.getMessage() == null ? ex.toString() : ex.getMessage();
        }
    }

    private static void read(final FileChannel channel, final MetaPage page, final long at) throws IOException
    {
        final ByteBuffer bytes = page.bytes();
        int length;
        do
        {
            length = channel.read(bytes, at + bytes.position());
        }
        while (bytes.hasRemaining() && length > 0);
    }

    private static Report report(final Path path, final long fileBytes, final int intact, final MetaPage meta)
    {
        if (meta.version() != MetaPage.FORMAT_VERSION)
        {
            throw new StoreException(path + " has format " + meta.version() + ", this binary reads format " + MetaPage.FORMAT_VERSION);
        }
        final List<TreeReport> trees = new ArrayList<>();
        for (int id = 1; id < MetaPage.TREES; id++)
        {
            if (!meta.name(id).isEmpty())
            {
                trees.add(new TreeReport(meta.name(id), meta.size(id), meta.liveSize(id), meta.root(id) == 0 ? 0 : meta.height(id)));
            }
        }
        final UnsafeBuffer userHeader = new UnsafeBuffer(new byte[TreeStore.USER_HEADER_LENGTH]);
        meta.userHeader(userHeader);
        return new Report(fileBytes, meta.version(), intact, meta.checkpoint(), meta.highWater(), meta.freeCount(), trees, userHeader);
    }
}
