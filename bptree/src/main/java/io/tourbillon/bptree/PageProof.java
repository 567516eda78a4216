package io.tourbillon.bptree;

import org.agrona.BufferUtil;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Proves pages as the file has them. One thread's own: it copies the page first, so that what is proven cannot change meanwhile. */
final class PageProof
{
    private final String name;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer copy = ByteBuffer.allocateDirect(PageLayout.PAGE_LENGTH);
    private final long copyAddress = BufferUtil.address(copy);

    PageProof(final String name)
    {
        this.name = name;
    }

    /**
     * Throws unless the page is whole, in its own place, of that tree, and not newer than its root.
     *
     * @param page      its address in the mapped file.
     * @param newest    checkpoint that it may be of.
     */
    void check(final long page, final int number, final int treeId, final long newest)
    {
        Bytes.copy(page, copyAddress, PageLayout.PAGE_LENGTH);
        crc.reset();
        crc.update(copy.clear().position(PageLayout.NUMBER_OFFSET));
        final int computed = (int)crc.getValue();
        if (PageLayout.crc(copyAddress) != computed)
        {
            throw new StoreException(name + ": page " + number + " is damaged: its checksum is " +
                Integer.toHexString(PageLayout.crc(copyAddress)) + ", its content gives " + Integer.toHexString(computed));
        }
        if (PageLayout.number(copyAddress) != number || PageLayout.treeId(copyAddress) != treeId)
        {
            throw new StoreException(name + ": page " + number + " of tree " + treeId + " holds page " + PageLayout.number(copyAddress) +
                " of tree " + PageLayout.treeId(copyAddress) + ": a write went astray");
        }
        if (PageLayout.checkpoint(copyAddress) > newest)
        {
            throw new StoreException(name + ": page " + number + " is of checkpoint " + PageLayout.checkpoint(copyAddress) +
                ", newer than the root of checkpoint " + newest);
        }
        if (PageLayout.type(copyAddress) != PageLayout.OVERFLOW && SlottedPage.contiguousFree(copyAddress) < 0)
        {
            throw new StoreException(name + ": page " + number + " has slots that run into its cells");
        }
    }

    void requireExists(final int number, final int highWater)
    {
        if (number < PageLayout.FIRST_PAGE || number >= highWater)
        {
            throw new StoreException(name + ": page " + number + " is referred to but the store ends at page " + highWater);
        }
    }
}
