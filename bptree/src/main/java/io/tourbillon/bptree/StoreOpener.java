package io.tourbillon.bptree;

import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.file.Files;

import static io.tourbillon.bptree.PageLayout.*;

/** Finds or makes the state that a store starts from: which meta page, which extents. */
final class StoreOpener
{
    private static final int EXTENT_BYTES_MIN = 32 << 10;
    private static final int EXTENT_BYTES_MAX = 1 << 30;

    private final PageFile file;
    private final boolean ownsFile;
    private final boolean growsInline;
    private final long poolBytes;
    private final String name;
    private final NanoClock clock;
    private MetaPage meta = new MetaPage();
    private Extents extents;
    private Pages pages;

    private StoreOpener(final PageFile file, final TreeStoreContext context)
    {
        this.file = file;
        ownsFile = context.ownsFile();
        growsInline = context.growInline();
        poolBytes = context.poolBytes();
        clock = context.clock();
        name = context.file() == null ? "store in memory" : context.file().toString();
    }

    static TreeStore open(final TreeStoreContext context)
    {
        requireExtentBytes(context.extentBytes(), "the extent length of the context");
        PageFile file = context.pageFile();
        try
        {
            final boolean isNew = context.file() == null ? file.length() == 0 : !Files.exists(context.file());
            file = file != null ? file : new FilePageFile(context.file(), context.isReadOnly());
            final StoreOpener opener = new StoreOpener(file, context);
            if (isNew)
            {
                opener.create(context.extentBytes());
            }
            else
            {
                opener.load();
            }
            return new TreeStore(opener);
        }
        catch (final IOException ex)
        {
            closeAfterFailure(file, context, ex);
            throw new StoreException(context.file() + " cannot be opened as a store: " + ex.getMessage(), ex);
        }
        catch (final RuntimeException ex)
        {
            closeAfterFailure(file, context, ex);
            throw ex;
        }
    }

    PageFile file()
    {
        return file;
    }

    boolean ownsFile()
    {
        return ownsFile;
    }

    boolean growsInline()
    {
        return growsInline;
    }

    NanoClock clock()
    {
        return clock;
    }

    String name()
    {
        return name;
    }

    MetaPage meta()
    {
        return meta;
    }

    Extents extents()
    {
        return extents;
    }

    Pages pages()
    {
        return pages;
    }

    private static void closeAfterFailure(final PageFile file, final TreeStoreContext context, final Exception cause)
    {
        if (file != null && context.ownsFile())
        {
            try
            {
                file.close();
            }
            catch (final RuntimeException ex)
            {
                cause.addSuppressed(ex);
            }
        }
    }

    /** The first extent, then a meta page for "nothing yet": only then does the file get its name. */
    private void create(final int extentBytes) throws IOException
    {
        extents = new Extents(file, extentBytes);
        if (!extents.prepare())
        {
            throw new StoreException(name + " cannot be created", extents.refusal());
        }
        meta.begin(0, extentBytes, FIRST_PAGE, new UnsafeBuffer(new byte[TreeStore.USER_HEADER_LENGTH]));
        meta.seal();
        meta.write(file, 0);
        meta.write(file, 1);
        file.publish();
        pages = newPages();
        pages.addExtent(extents.take());
    }

    private void load() throws IOException
    {
        final long length = file.length();
        if (length < 2L * PAGE_LENGTH)
        {
            throw new StoreException(name + " is " + length + " bytes long: too short to be a store");
        }
        final MetaPage first = readMeta(0);
        final MetaPage second = readMeta(1);
        meta = newest(first, second);
        requireExtentBytes(meta.extentBytes(), name + ": the extent length");
        final int extentCount = (int)(length / meta.extentBytes());
        if (meta.highWater() < FIRST_PAGE || (long)meta.highWater() * PAGE_LENGTH > (long)extentCount * meta.extentBytes())
        {
            throw new StoreException(
                name + " has " + length / PAGE_LENGTH + " pages, its meta page says " + meta.highWater() + ": the file was cut");
        }
        // A process that was killed may have written this meta page and not forced it. Were it lost in a power cut after pages that only
        // the older one refers to were written over, falling back would find them gone. And one that was torn, or is older, has to say
        // the same before the good one is written over by the next checkpoint, and before a page that only the older refers to is.
        file.force();
        final int badSlot = meta == first ? 1 : 0;
        if (!(badSlot == 0 ? first : second).bytes().equals(meta.bytes()))
        {
            meta.write(file, badSlot);
        }
        extents = new Extents(file, meta.extentBytes());
        pages = newPages();
        extents.adoptExisting(extentCount, meta.highWater());
        pages.addExtents(extentCount);
        pages.freePages().onOpened(meta.freeCount());
    }

    private Pages newPages()
    {
        final int extentPages = extents.extentBytes() / PAGE_LENGTH;
        final PagePool pool = new PagePool(poolBytes);
        return new Pages(name, new PageTable(file, extentPages), pool, meta.checkpoint(), meta.highWater());
    }

    private MetaPage readMeta(final int slot) throws IOException
    {
        final MetaPage page = new MetaPage();
        file.read(page.bytes(), (long)slot * PAGE_LENGTH);
        return page;
    }

    private MetaPage newest(final MetaPage first, final MetaPage second)
    {
        final boolean isFirstGood = first.isIntact();
        final boolean isSecondGood = second.isIntact();
        if (!isFirstGood && !isSecondGood)
        {
            throw new StoreException(first.isOurs() || second.isOurs() ?
                name + ": both meta pages are damaged: restore this member from its peers or a backup" :
                name + " is not a Tourbillon store");
        }
        requireKnownVersion(first, isFirstGood);
        requireKnownVersion(second, isSecondGood);
        return isFirstGood && (!isSecondGood || first.checkpoint() > second.checkpoint()) ? first : second;
    }

    private void requireKnownVersion(final MetaPage page, final boolean isGood)
    {
        if (isGood && page.version() != MetaPage.FORMAT_VERSION)
        {
            throw new StoreException(name + " has format " + page.version() + ", " +
                (page.version() > MetaPage.FORMAT_VERSION ? "newer" : "older") + " than this binary, which knows format " +
                MetaPage.FORMAT_VERSION);
        }
    }

    private static void requireExtentBytes(final int extentBytes, final String what)
    {
        if (Integer.bitCount(extentBytes) != 1 || extentBytes < EXTENT_BYTES_MIN || extentBytes > EXTENT_BYTES_MAX)
        {
            throw new StoreException(what + " is " + extentBytes + ", not a power of two in [32 KiB, 1 GiB]");
        }
    }
}
