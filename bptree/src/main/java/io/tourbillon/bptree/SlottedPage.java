package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

import static io.tourbillon.bptree.PageLayout.*;

/**
 * What leaves and branches share: the common key prefix, sorted slots, free room, cells in a heap at the back.
 * <pre>
 *  page:         | header (32) | prefix, first 32 | slot 0 | slot 1 | ... free ... | cell | cell | prefix, what is beyond 32 |
 *  leaf slot:    0         4             6              8
 *                | head    | cellOffset  | suffixLength |
 *  branch slot:  0         4             6              8         12
 *                | head    | cellOffset  | suffixLength | child   |
 *  cell:         | fixed part (leaf 2, branch 12) | rest of the key | payload |
 * </pre>
 * key = prefix + suffix; `head` is the first four bytes of the suffix as a big-endian number (zero-filled), `rest` what follows them: of
 * a long key, what {@link KeyTails} leaves in the page, and where the tail is.
 * The heads are searched before any rest is looked at. Two keys with equal heads compare by their rests, then by their lengths.
 * Slot 0 of a branch has no key: it stands for everything below slot 1.
 * <p>
 * Header and prefix are one cache line and the slots begin at the next: where they are depends on nothing in the header, so the loads of
 * both are under way together. A branch is left without a look at its cells, unless heads tie.
 */
final class SlottedPage
{
    static final int HEAD_LENGTH = 4;
    /** Of the prefix, beside the header. */
    static final int NEAR_PREFIX_LENGTH = 32;
    static final int SLOTS_OFFSET = HEADER_LENGTH + NEAR_PREFIX_LENGTH;
    /** For slots, cells and what is beyond 32 of the prefix. */
    static final int SLOTTED_LENGTH = PAGE_LENGTH - SLOTS_OFFSET;

    private static final int CELL_OFFSET_OFFSET = 4;
    private static final int SUFFIX_LENGTH_OFFSET = 6;
    /** So many rests are looked at one after the other; more are loaded at once first. */
    private static final int TIES_MIN = 2;
    private static final long NEVER_MIND = 0x5AA5_C33C_0FF0_6996L;
    /** Slots looked at together: 64 bytes of a leaf, 96 of a branch. */
    private static final int STRIDE = 8;

    private SlottedPage()
    {
    }

    static int slotLength(final long page)
    {
        return type(page) == LEAF ? LeafPage.SLOT_LENGTH : BranchPage.SLOT_LENGTH;
    }

    static long slot(final long page, final int index)
    {
        return page + SLOTS_OFFSET + (long)index * slotLength(page);
    }

    static int head(final long page, final int index)
    {
        return UnsafeApi.getInt(slot(page, index));
    }

    static int cellOffset(final long page, final int index)
    {
        return cellOffset(slot(page, index));
    }

    static int cellOffset(final long slot)
    {
        return UnsafeApi.getShort(slot + CELL_OFFSET_OFFSET) & 0xFFFF;
    }

    static void cellOffset(final long page, final int index, final int offset)
    {
        UnsafeApi.putShort(slot(page, index) + CELL_OFFSET_OFFSET, (short)offset);
    }

    static int suffixLength(final long page, final int index)
    {
        return suffixLength(slot(page, index));
    }

    static int suffixLength(final long slot)
    {
        return UnsafeApi.getShort(slot + SUFFIX_LENGTH_OFFSET) & 0xFFFF;
    }

    static long cell(final long page, final int index)
    {
        return page + cellOffset(page, index);
    }

    static int fixedLength(final long page)
    {
        return type(page) == LEAF ? LeafPage.FIXED_LENGTH : BranchPage.FIXED_LENGTH;
    }

    /** Of the bytes between a cell's fixed part and its payload. */
    static int restLength(final long page, final int suffixLength)
    {
        final int inlineLength = KeyTails.INLINE_LENGTH - prefixLength(page);
        return suffixLength <= inlineLength ? Math.max(0, suffixLength - HEAD_LENGTH) :
            inlineLength - HEAD_LENGTH + KeyTails.REFERENCE_LENGTH;
    }

    static int payloadLength(final long page, final int index)
    {
        return type(page) == LEAF ? LeafPage.payloadLength(cell(page, index)) : 0;
    }

    static int cellLength(final long page, final int index)
    {
        return fixedLength(page) + restLength(page, suffixLength(page, index)) + payloadLength(page, index);
    }

    static int contiguousFree(final long page)
    {
        return heapStart(page) - SLOTS_OFFSET - slotCount(page) * slotLength(page);
    }

    static int totalFree(final long page)
    {
        return contiguousFree(page) + garbage(page);
    }

    /** Where the heap ends: what is beyond 32 bytes of the prefix is behind it. */
    static int heapEnd(final long page)
    {
        return PAGE_LENGTH - Math.max(0, prefixLength(page) - NEAR_PREFIX_LENGTH);
    }

    static int keyLength(final long page, final int index)
    {
        return prefixLength(page) + suffixLength(page, index);
    }

    /** Stores the prefix of a page that has no cells yet. */
    static void storePrefix(final long page, final long bytes, final int length)
    {
        prefixLength(page, length);
        heapStart(page, heapEnd(page));
        Bytes.copyKey(null, bytes, page + HEADER_LENGTH, Math.min(length, NEAR_PREFIX_LENGTH));
        Bytes.copyKey(null, bytes + NEAR_PREFIX_LENGTH, page + heapEnd(page), PAGE_LENGTH - heapEnd(page));
    }

    /** How much of the page's prefix a key begins with, in bytes. */
    static int sharedWithPrefix(final long page, final long key, final int keyLength)
    {
        final int near = Math.min(prefixLength(page), NEAR_PREFIX_LENGTH);
        final int shared = Bytes.commonPrefix(key, keyLength, page + HEADER_LENGTH, near);
        return shared < NEAR_PREFIX_LENGTH ? shared : shared +
            Bytes.commonPrefix(key + near, keyLength - near, page + heapEnd(page), PAGE_LENGTH - heapEnd(page));
    }

    /**
     * Copies a key out, a long one without its tail. Writes up to seven bytes beyond it.
     *
     * @return length of the whole key.
     */
    static int copyKey(final long page, final int index, final long target)
    {
        copyPrefix(page, target);
        return copySuffix(page, index, target);
    }

    /** Copies what all keys of the page begin with, and up to seven bytes more. */
    static void copyPrefix(final long page, final long target)
    {
        final int prefixLength = prefixLength(page);
        if (prefixLength != 0)
        {
            Bytes.copyLongs(page + HEADER_LENGTH, target, Math.min(prefixLength, NEAR_PREFIX_LENGTH));
            if (prefixLength > NEAR_PREFIX_LENGTH)
            {
                Bytes.copyKey(null, page + heapEnd(page), target + NEAR_PREFIX_LENGTH, prefixLength - NEAR_PREFIX_LENGTH);
            }
        }
    }

    /**
     * Copies the rest of a key behind the prefix, which is at the target already; of a long one, without its tail.
     *
     * @return length of the whole key.
     */
    static int copySuffix(final long page, final int index, final long target)
    {
        final long slot = slot(page, index);
        final int prefixLength = prefixLength(page);
        final int suffixLength = suffixLength(slot);
        UnsafeApi.putInt(target + prefixLength, Integer.reverseBytes(UnsafeApi.getInt(slot)));
        if (suffixLength > HEAD_LENGTH)
        {
            final int inlineLength = Math.min(suffixLength, KeyTails.INLINE_LENGTH - prefixLength);
            Bytes.copyKey(
                null, page + cellOffset(slot) + fixedLength(page), target + prefixLength + HEAD_LENGTH, inlineLength - HEAD_LENGTH);
        }
        return prefixLength + suffixLength;
    }

    /**
     * Finds a key among the slots [from, slotCount). The lengths are the page's kind's: constants, so that no load waits for the header.
     *
     * @param key followed by four zero bytes.
     * @return its index, or ~(index of the first greater one).
     */
    static int search(
        final long page, final int from, final long key, final int keyLength, final int slotLength, final int fixedLength)
    {
        final int prefixLength = prefixLength(page);
        if (prefixLength != 0)
        {
            final int c = comparePrefix(page, key, Math.min(keyLength, prefixLength));
            if (c != 0 || keyLength < prefixLength)
            {
                return c > 0 ? ~slotCount(page) : ~from;
            }
        }
        final long suffix = key + prefixLength;
        final long slots = page + SLOTS_OFFSET;
        final int count = slotCount(page);
        final int head = Integer.reverseBytes(UnsafeApi.getInt(suffix));
        final int low = lowerBound(slots, from, count, head, slotLength);
        if (low == count || UnsafeApi.getInt(slots + (long)low * slotLength) != head)
        {
            return ~low;
        }
        return searchRests(page, low, suffix, keyLength - prefixLength, slotLength, fixedLength);
    }

    private static int comparePrefix(final long page, final long key, final int length)
    {
        final int c = Bytes.compare(key, page + HEADER_LENGTH, Math.min(length, NEAR_PREFIX_LENGTH));
        return c != 0 || length <= NEAR_PREFIX_LENGTH ? c :
            Bytes.compare(key + NEAR_PREFIX_LENGTH, page + heapEnd(page), length - NEAR_PREFIX_LENGTH);
    }

    /**
     * The first slot in [from, count) whose head is not below the wanted one. First one head of each eight, then those between two of
     * them. Halving would wait for one line to know the next; these loads wait for each other nowhere, and no branch depends on the keys:
     * a wrong guess would cost more than the steps.
     */
    private static int lowerBound(final long slots, final int from, final int count, final int head, final int slotLength)
    {
        final int biased = head + Integer.MIN_VALUE;
        int low = from;
        for (int i = from + STRIDE - 1; i < count; i += STRIDE)
        {
            low += isBelow(slots + (long)i * slotLength, biased) * STRIDE;
        }
        final int end = Math.min(low + STRIDE - 1, count);
        int below = 0;
        for (int i = low; i < end; i++)
        {
            below += isBelow(slots + (long)i * slotLength, biased);
        }
        return low + below;
    }

    /** 1 or 0. */
    private static int isBelow(final long slot, final int biasedHead)
    {
        return UnsafeApi.getInt(slot) + Integer.MIN_VALUE < biasedHead ? 1 : 0;
    }

    /** Loads the first word of each cell of a range, whose lines are then under way together: a binary search would wait for each. */
    private static long pull(final long page, final int from, final int to, final int slotLength)
    {
        long sum = 0;
        for (int i = from; i < to; i++)
        {
            sum += UnsafeApi.getLong(page + cellOffset(page + SLOTS_OFFSET + (long)i * slotLength));
        }
        return sum;
    }

    /** Among the slots from the first one that has the head wanted: nearly always it alone has. */
    private static int searchRests(
        final long page, final int from, final long suffix, final int suffixLength, final int slotLength, final int fixedLength)
    {
        final int end = endOfHead(page, from + 1, slotLength);
        int low = from;
        int high = end;
        if (end - from > TIES_MIN && pull(page, from, end, slotLength) == NEVER_MIND)
        {
            Thread.onSpinWait();                            // a use of what was loaded, or the compiler would leave the loads out
        }
        while (low < high)
        {
            final int middle = (low + high) >>> 1;
            final int d = compareRest(page, middle, suffix, suffixLength, slotLength, fixedLength);
            if (d == 0)
            {
                return middle;
            }
            low = d < 0 ? middle + 1 : low;
            high = d < 0 ? high : middle;
        }
        return ~low;
    }

    /** The first slot from the given one on that does not have the head of the slot before it. */
    private static int endOfHead(final long page, final int from, final int slotLength)
    {
        final long slots = page + SLOTS_OFFSET;
        final int count = slotCount(page);
        final int head = UnsafeApi.getInt(slots + (from - 1L) * slotLength);
        int low = from;
        int high = from < count && UnsafeApi.getInt(slots + (long)from * slotLength) == head ? count : from;
        while (low < high)
        {
            final int middle = (low + high) >>> 1;
            final boolean hasHead = UnsafeApi.getInt(slots + (long)middle * slotLength) == head;
            low = hasHead ? middle + 1 : low;
            high = hasHead ? high : middle;
        }
        return low;
    }

    private static int compareRest(
        final long page, final int index, final long suffix, final int suffixLength, final int slotLength, final int fixedLength)
    {
        final long slot = page + SLOTS_OFFSET + (long)index * slotLength;
        final int otherLength = suffixLength(slot);
        final int shared = Math.min(otherLength, suffixLength) - HEAD_LENGTH;
        if (shared > 0)
        {
            final int c = Bytes.compare(page + cellOffset(slot) + fixedLength, suffix + HEAD_LENGTH, shared);
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
     * @param suffix the key without the prefix, followed by four zero bytes; of a long key, at least what is inline.
     * @return address of the cell; the caller fills its fixed part, its payload, the reference to the key's tail, and the child of a
     * branch's slot.
     */
    static long insert(final long page, final int index, final long suffix, final int suffixLength, final int payloadLength)
    {
        final int count = slotCount(page);
        final int fixedLength = fixedLength(page);
        final int restLength = restLength(page, suffixLength);
        final int slotLength = slotLength(page);
        assert index >= 0 && index <= count : index;
        assert contiguousFree(page) >= slotLength + fixedLength + restLength + payloadLength : "no room";
        final int cellOffset = heapStart(page) - fixedLength - restLength - payloadLength;
        final long slot = slot(page, index);
        if (index < count)
        {
            UnsafeApi.copyMemory(slot, slot + slotLength, (long)(count - index) * slotLength);
        }
        UnsafeApi.putInt(slot, suffixLength == 0 ? 0 : headOf(suffix, suffixLength));
        UnsafeApi.putShort(slot + CELL_OFFSET_OFFSET, (short)cellOffset);
        UnsafeApi.putShort(slot + SUFFIX_LENGTH_OFFSET, (short)suffixLength);
        slotCount(page, count + 1);
        heapStart(page, cellOffset);
        final long cell = page + cellOffset;
        if (restLength != 0)
        {
            Bytes.copyKey(null, suffix + HEAD_LENGTH, cell + fixedLength, restLength); // of a long key, four bytes of no meaning too
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
        final int slotLength = slotLength(page);
        final long slot = slot(page, index);
        if (index + 1 < count)
        {
            UnsafeApi.copyMemory(slot + slotLength, slot, (long)(count - index - 1) * slotLength);
        }
        slotCount(page, count - 1);
    }

    /** Takes the key from slot 0 of a branch. */
    static void dropKey(final long page)
    {
        assert type(page) == BRANCH;
        final long slot = slot(page, 0);
        garbage(page, garbage(page) + restLength(page, suffixLength(page, 0)));
        UnsafeApi.putInt(slot, 0);
        UnsafeApi.putShort(slot + SUFFIX_LENGTH_OFFSET, (short)0);
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
