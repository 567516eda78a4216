package io.tourbillon.bptree;

import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

import java.nio.file.Path;

/**
 * What {@link TreeStore#open(TreeStoreContext)} needs to know. Defaults serve a node; {@link #inMemory()} serves tests and the simulator.
 */
public final class TreeStoreContext
{
    /** 256 MiB of pages changed and not yet checkpointed. */
    public static final long POOL_BYTES_DEFAULT = 256L << 20;
    /** The file grows and is mapped by 16 MiB: 1 TiB stays below Linux's default of 65,530 mappings. */
    public static final int EXTENT_BYTES_DEFAULT = 16 << 20;
    /** In memory a store begins with 64 KiB, so that a simulator may open thousands. */
    public static final int MEMORY_EXTENT_BYTES_DEFAULT = 64 << 10;

    private Path file;
    private PageFile pageFile;
    private long poolBytes = POOL_BYTES_DEFAULT;
    private int extentBytes = EXTENT_BYTES_DEFAULT;
    private boolean growInline = true;
    private boolean ownsFile = true;
    private boolean isReadOnly;
    private NanoClock clock = SystemNanoClock.INSTANCE;

    private TreeStoreContext()
    {
    }

    /**
     * @param file of the store; created if it is not there. Its folder must exist and be locked by the caller.
     * @return a new context.
     */
    public static TreeStoreContext file(final Path file)
    {
        final TreeStoreContext context = new TreeStoreContext();
        context.file = file;
        return context;
    }

    /**
     * A store in anonymous memory, lost when closed.
     *
     * @return a new context.
     */
    public static TreeStoreContext inMemory()
    {
        final TreeStoreContext context = on(new MemoryPageFile());
        context.ownsFile = true;
        return context;
    }

    /**
     * A store over a given file, for tests that crash and reopen it.
     *
     * @param pageFile to use; the store does not close it.
     * @return a new context.
     */
    public static TreeStoreContext on(final PageFile pageFile)
    {
        final TreeStoreContext context = new TreeStoreContext();
        context.pageFile = pageFile;
        context.extentBytes = MEMORY_EXTENT_BYTES_DEFAULT;
        context.ownsFile = false;
        return context;
    }

    /**
     * @param poolBytes most memory for pages changed and not yet checkpointed; taken from the system as needed.
     * @return this.
     */
    public TreeStoreContext poolBytes(final long poolBytes)
    {
        this.poolBytes = poolBytes;
        return this;
    }

    /**
     * @param extentBytes by which a new file grows, a power of two in [32 KiB, 1 GiB]; an existing file keeps its own.
     * @return this.
     */
    public TreeStoreContext extentBytes(final int extentBytes)
    {
        this.extentBytes = extentBytes;
        return this;
    }

    /**
     * @param growInline true: {@link TreeStore#reserve(int)} allocates an extent itself when none is ready (it writes zeros: a stall);
     *                   false: only {@link TreeStore#housekeeping()} does, and reserve answers false meanwhile.
     * @return this.
     */
    public TreeStoreContext growInline(final boolean growInline)
    {
        this.growInline = growInline;
        return this;
    }

    /**
     * @param clock by which the age of pins is told.
     * @return this.
     */
    public TreeStoreContext clock(final NanoClock clock)
    {
        this.clock = clock;
        return this;
    }

    /** Nothing is written to the file, whatever opening it would mend: for who only looks, while others may have it open. */
    TreeStoreContext readOnly()
    {
        isReadOnly = true;
        return this;
    }

    boolean isReadOnly()
    {
        return isReadOnly;
    }

    Path file()
    {
        return file;
    }

    PageFile pageFile()
    {
        return pageFile;
    }

    boolean ownsFile()
    {
        return ownsFile;
    }

    long poolBytes()
    {
        return poolBytes;
    }

    int extentBytes()
    {
        return extentBytes;
    }

    NanoClock clock()
    {
        return clock;
    }

    boolean growInline()
    {
        return growInline;
    }
}
