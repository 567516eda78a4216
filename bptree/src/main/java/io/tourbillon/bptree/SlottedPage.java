package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

import static io.tourbillon.bptree.PageLayout.*;

/**
 * What leaves and branches share: the common key prefix behind the header (one cache line with it, mostly), sorted slots, free room,
 * cells in a heap at the back.
 * <pre>
 *  page:  | header (32) | prefix, zero to seven bytes of padding | slot 0 | slot 1 | ... free ... | cell | cell |
 *  slot:  0         4            6             8
 *         | head    | cellOffset | suffixLength|
 *  cell:  | fixed part (leaf 2, branch 16) | rest of the key | payload |
 * </pre>
 * key = prefix + suffix; `head` is the first four bytes of the suffix as a big-endian number (zero-filled), `rest` what follows them.
 * The heads are searched before any rest is looked at. Two keys with equal heads compare by their rests, then by their lengths.
 * Slot 0 of a branch has no key: it stands for everything below slot 1.
 */
final class SlottedPage
{
    static final int SLOT_LENGTH = 8;
    static final int HEAD_LENGTH = 4;
    /** Slots in a cache line. */
    private static final int STRIDE = 8;

    private SlottedPage()
    {
    }

    static long slot(final long page, final int index)
    {
        return slots(page) + ((long)index << 3);
    }

    private static long slots(final long page)
    {
        return page + HEADER_LENGTH + paddedPrefixLength(page);
    }

    static int paddedPrefixLength(final long page)
    {
        return prefixLength(page) + 7 & -8;
    }

    static int head(final long page, final int index)
    {
        return UnsafeApi.getInt(slot(page, index));
    }

    static int cellOffset(final long page, final int index)
    {
        return UnsafeApi.getShort(slot(page, index) + 4) & 0xFFFF;
    }

    static void cellOffset(final long page, final int index, final int offset)
    {
        UnsafeApi.putShort(slot(page, index) + 4, (short)offset);
    }

    static int suffixLength(final long page, final int index)
    {
        return UnsafeApi.getShort(slot(page, index) + 6) & 0xFFFF;
    }

    static long cell(final long page, final int index)
    {
        return page + cellOffset(page, index);
    }

    static int fixedLength(final long page)
    {
        return type(page) == LEAF ? LeafPage.FIXED_LENGTH : BranchPage.FIXED_LENGTH;
    }

    static int restLength(final int suffixLength)
    {
        return Math.max(0, suffixLength - HEAD_LENGTH);
    }

    /** Bytes after the key's rest. */
    static long payload(final long page, final int index)
    {
        return cell(page, index) + fixedLength(page) + restLength(suffixLength(page, index));
    }

    static int payloadLength(final long page, final int index)
    {
        return type(page) == LEAF ? LeafPage.payloadLength(cell(page, index)) : 0;
    }

    static int cellLength(final long page, final int index)
    {
        return fixedLength(page) + restLength(suffixLength(page, index)) + payloadLength(page, index);
    }

    static int contiguousFree(final long page)
    {
        return heapStart(page) - HEADER_LENGTH - paddedPrefixLength(page) - slotCount(page) * SLOT_LENGTH;
    }

    static int totalFree(final long page)
    {
        return contiguousFree(page) + garbage(page);
    }

    static long prefix(final long page)
    {
        return page + HEADER_LENGTH;
    }

    static int keyLength(final long page, final int index)
    {
        return prefixLength(page) + suffixLength(page, index);
    }

    /**
     * Copies a whole key out. Writes up to three bytes beyond it.
     *
     * @return its length.
     */
    static int copyKey(final long page, final int index, final long target)
    {
        final int prefixLength = prefixLength(page);
        final int suffixLength = suffixLength(page, index);
        Bytes.copyKey(null, prefix(page), target, prefixLength);
        UnsafeApi.putInt(target + prefixLength, Integer.reverseBytes(head(page, index)));
        if (suffixLength > HEAD_LENGTH)
        {
            Bytes.copyKey(
                null, cell(page, index) + fixedLength(page), target + prefixLength + HEAD_LENGTH, suffixLength - HEAD_LENGTH);
        }
        return prefixLength + suffixLength;
    }

    /**
     * Finds a key among the slots [from, slotCount).
     *
     * @param key followed by four zero bytes.
     * @return its index, or ~(index of the first greater one).
     */
    static int search(final long page, final int from, final long key, final int keyLength)
    {
        final int prefixLength = prefixLength(page);
        if (prefixLength != 0)
        {
            final int c = Bytes.compare(key, prefix(page), Math.min(keyLength, prefixLength));
            if (c != 0 || keyLength < prefixLength)
            {
                return c > 0 ? ~slotCount(page) : ~from;
            }
        }
        return searchSuffix(page, from, key + prefixLength, keyLength - prefixLength);
    }

    private static int searchSuffix(final long page, final int from, final long suffix, final int suffixLength)
    {
        final long slots = slots(page);
        final int count = slotCount(page);
        final int head = Integer.reverseBytes(UnsafeApi.getInt(suffix));
        final int low = lowerBound(slots, from, count, head);
        if (low == count || UnsafeApi.getInt(slots + ((long)low << 3)) != head)
        {
            return ~low;
        }
        return searchRests(page, low, endOfHead(slots, low + 1, count, head), suffix, suffixLength);
    }

    /**
     * The first slot in [from, count) whose head is not below the wanted one. First one head of each eight, that is of each cache line,
     * then those between two of them. Halving would wait for one line to know the next; these loads wait for each other nowhere, and no
     * branch depends on the keys: a wrong guess would cost more than the steps.
     */
    private static int lowerBound(final long slots, final int from, final int count, final int head)
    {
        final int biased = head + Integer.MIN_VALUE;
        int low = from;
        for (int i = from + STRIDE - 1; i < count; i += STRIDE)
        {
            low += isBelow(slots, i, biased) * STRIDE;
        }
        final int end = Math.min(low + STRIDE - 1, count);
        int below = 0;
        for (int i = low; i < end; i++)
        {
            below += isBelow(slots, i, biased);
        }
        return low + below;
    }

    /** 1 or 0. */
    private static int isBelow(final long slots, final int index, final int biasedHead)
    {
        return UnsafeApi.getInt(slots + ((long)index << 3)) + Integer.MIN_VALUE < biasedHead ? 1 : 0;
    }

    /** The first slot behind those with this head: nearly always the very next. */
    private static int endOfHead(final long slots, final int from, final int count, final int head)
    {
        int low = from;
        int high = count;
        if (from < count && UnsafeApi.getInt(slots + ((long)from << 3)) != head)
        {
            return from;
        }
        while (low < high)
        {
            final int middle = (low + high) >>> 1;
            if (UnsafeApi.getInt(slots + ((long)middle << 3)) == head)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return low;
    }

    private static int searchRests(final long page, final int from, final int to, final long suffix, final int suffixLength)
    {
        int low = from;
        int high = to;
        while (low < high)
        {
            final int middle = (low + high) >>> 1;
            final int c = compareRest(page, middle, suffix, suffixLength);
            if (c == 0)
            {
                return middle;
            }
            if (c < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }
        return ~low;
    }

    private static int compareRest(final long page, final int index, final long suffix, final int suffixLength)
    {
        final int otherLength = suffixLength(page, index);
        final int shared = Math.min(otherLength, suffixLength) - HEAD_LENGTH;
        if (shared > 0)
        {
            final int c = Bytes.compare(cell(page, index) + fixedLength(page), suffix + HEAD_LENGTH, shared);
            if (c != 0)
            {
                return c;
            }
        }
        return otherLength - suffixLength;
    }

    /**
     * Opens a slot and a cell for a key that has the page's prefix; there must be room in one piece.
     *
     * @param suffix the key without the prefix, followed by four zero bytes.
     * @return address of the cell; the caller fills its fixed part and its payload.
     */
    static long insert(final long page, final int index, final long suffix, final int suffixLength, final int payloadLength)
    {
        final int count = slotCount(page);
        final int fixedLength = fixedLength(page);
        final int restLength = restLength(suffixLength);
        assert index >= 0 && index <= count : index;
        assert contiguousFree(page) >= SLOT_LENGTH + fixedLength + restLength + payloadLength : "no room";
        final int cellOffset = heapStart(page) - fixedLength - restLength - payloadLength;
        final long slot = slot(page, index);
        if (index < count)
        {
            UnsafeApi.copyMemory(slot, slot + SLOT_LENGTH, (long)(count - index) * SLOT_LENGTH);
        }
        UnsafeApi.putInt(slot, suffixLength == 0 ? 0 : headOf(suffix, suffixLength));
        UnsafeApi.putShort(slot + 4, (short)cellOffset);
        UnsafeApi.putShort(slot + 6, (short)suffixLength);
        slotCount(page, count + 1);
        heapStart(page, cellOffset);
        final long cell = page + cellOffset;
        if (restLength != 0)
        {
            Bytes.copyKey(null, suffix + HEAD_LENGTH, cell + fixedLength, restLength);
        }
        return cell;
    }

    /**
     * Makes the payload of an entry shorter where it is, or longer elsewhere in the page; slot and key stay.
     *
     * @return address of the cell, whose payload the caller fills; 0 if there is no room in one piece: nothing changed.
     */
    static long resize(final long page, final int index, final int payloadLength)
    {
        final int cellOffset = cellOffset(page, index);
        final int oldLength = cellLength(page, index);
        final int keptLength = oldLength - payloadLength(page, index);
        final int length = keptLength + payloadLength;
        if (length <= oldLength)
        {
            garbage(page, garbage(page) + oldLength - length);
            return page + cellOffset;
        }
        if (length > contiguousFree(page))
        {
            return 0;
        }
        final int newOffset = heapStart(page) - length;
        Bytes.copyKey(null, page + cellOffset, page + newOffset, keptLength);
        cellOffset(page, index, newOffset);
        heapStart(page, newOffset);
        garbage(page, garbage(page) + oldLength);
        return page + newOffset;
    }

    /** Closes a slot; its cell becomes garbage. */
    static void remove(final long page, final int index)
    {
        final int count = slotCount(page);
        assert index >= 0 && index < count : index;
        discard(page, cellOffset(page, index), cellLength(page, index));
        final long slot = slot(page, index);
        if (index + 1 < count)
        {
            UnsafeApi.copyMemory(slot + SLOT_LENGTH, slot, (long)(count - index - 1) * SLOT_LENGTH);
        }
        slotCount(page, count - 1);
    }

    /** Takes the key from slot 0 of a branch. */
    static void dropKey(final long page)
    {
        assert type(page) == BRANCH;
        final long slot = slot(page, 0);
        garbage(page, garbage(page) + restLength(suffixLength(page, 0)));
        UnsafeApi.putInt(slot, 0);
        UnsafeApi.putShort(slot + 6, (short)0);
    }

    private static void discard(final long page, final int cellOffset, final int length)
    {
        if (cellOffset == heapStart(page))
        {
            heapStart(page, cellOffset + length);
        }
        else
        {
            garbage(page, garbage(page) + length);
        }
    }

    private static int headOf(final long suffix, final int suffixLength)
    {
        final int head = Integer.reverseBytes(UnsafeApi.getInt(suffix));
        return suffixLength >= HEAD_LENGTH ? head : head & (-1 << ((HEAD_LENGTH - suffixLength) << 3));
    }
}
