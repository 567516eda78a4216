package io.tourbillon.bptree;

import net.openhft.posix.MAdviseFlag;
import net.openhft.posix.PosixAPI;
import org.agrona.UnsafeApi;

/**
 * Anonymous memory that the kernel may give in pieces of 2 MiB: an address in it is translated by one entry of the processor's where small
 * pages want 512. Where it may not, the same memory in small pages.
 */
final class HugePages
{
    static final int HUGE_PAGE_LENGTH = 2 << 20;

    private HugePages()
    {
    }

    /**
     * Room for so many bytes from {@link #align(long)} on; none of it is there before it is touched. To be freed as it is returned.
     */
    static long reserve(final long length)
    {
        return UnsafeApi.allocateMemory(length + HUGE_PAGE_LENGTH);
    }

    static long align(final long address)
    {
        return (address + HUGE_PAGE_LENGTH - 1) & -HUGE_PAGE_LENGTH;
    }

    /**
     * Asks the kernel for huge pages. Some microseconds.
     *
     * @param address first byte, aligned.
     * @return false if it cannot be asked yet.
     */
    static boolean advise(final long address, final long length)
    {
        final PosixAPI posix = PosixLibrary.ifLoaded();
        if (posix == null)
        {
            return false;
        }
        posix.madvise(address, length, MAdviseFlag.MADV_HUGEPAGE);  // what it says does not matter: small pages do as well
        return true;
    }
}
