package io.tourbillon.bptree;

import static io.tourbillon.bptree.PageLayout.*;

/**
 * Values too long for a leaf, and tails of keys too long for a page: pages linked by their `next` field, each filled with the value's
 * bytes from the header to its end. They are neighbours in the file where there is room for that, so that a value is read and written
 * there in one go. Written once and never changed: a new value gets new pages.
 */
final class OverflowPages
{
    private OverflowPages()
    {
    }

    static int pageCount(final int valueLength)
    {
        return (valueLength + BODY_LENGTH - 1) / BODY_LENGTH;
    }

    /**
     * Writes a value.
     *
     * @param base      of the source, null for an address.
     * @param source    offset or address of the first byte.
     * @return number of the first page.
     */
    static int write(final Pages pages, final int treeId, final Object base, final long source, final int valueLength)
    {
        assert valueLength > 0;
        int first = NO_PAGE;
        long previous = 0;
        int number = pages.takeRun(pageCount(valueLength));
        for (int offset = 0; offset < valueLength; offset += BODY_LENGTH)
        {
            final long page = number == NO_PAGE ? pages.allocate(OVERFLOW, treeId) : pages.allocateAt(number++, OVERFLOW, treeId);
            final int length = Math.min(BODY_LENGTH, valueLength - offset);
            Bytes.copy(base, source + offset, page + HEADER_LENGTH, length);
            next(page, NO_PAGE);
            if (previous == 0)
            {
                first = number(page);
            }
            else
            {
                next(previous, number(page));
            }
            previous = page;
        }
        return first;
    }

    static void read(final PageSource pages, final int treeId, final int firstPage, final long target, final int valueLength)
    {
        int number = firstPage;
        for (int offset = 0; offset < valueLength; offset += BODY_LENGTH)
        {
            final long page = pages.address(number, treeId);
            Bytes.copy(page + HEADER_LENGTH, target + offset, Math.min(BODY_LENGTH, valueLength - offset));
            number = next(page);
        }
    }

    /** Compares a value with bytes that are elsewhere: negative if the value comes first. */
    static int compare(
        final PageSource pages, final int treeId, final int firstPage, final int valueLength, final long other, final int otherLength)
    {
        final int shared = Math.min(valueLength, otherLength);
        int number = firstPage;
        for (int offset = 0; offset < shared; offset += BODY_LENGTH)
        {
            final long page = pages.address(number, treeId);
            final int c = Bytes.compare(page + HEADER_LENGTH, other + offset, Math.min(BODY_LENGTH, shared - offset));
            if (c != 0)
            {
                return c;
            }
            number = next(page);
        }
        return valueLength - otherLength;
    }

    static void free(final Pages pages, final int treeId, final int firstPage, final int valueLength)
    {
        int number = firstPage;
        for (int offset = 0; offset < valueLength; offset += BODY_LENGTH)
        {
            final long page = pages.address(number, treeId);
            number = next(page);
            pages.free(page);
        }
    }
}
