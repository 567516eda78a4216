package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

import java.util.Arrays;

/**
 * Which pages are free, and from when on they may be used again.
 * <p>
 * A page that checkpoint c-1 refers to and that is freed while c is being worked on must stay as it is in the file until BOTH meta pages
 * say c, that is until c is durable: before that, a crash may land on c-1. It may be taken again once c is frozen, for what is put into it
 * then is written by c+1, which begins when c is durable. So what is freed waits in one set, until the freeze. A page that was both taken
 * and freed within c is known to no meta page and free at once.
 * <p>
 * Readers that have pinned a root may know it longer. What was freed before a freeze is older than all roots published after it, so when
 * the file is done with a set, it joins those held until no older root is pinned. A page that no meta page but a published root knows
 * is retired, page by page. To the file, both are usable: a pin does not outlive its process.
 * <p>
 * {@link FreeTree} keeps the sets in the file as bitmaps, in chunks of {@link #CHUNK_PAGES}. Owned by the writer.
 */
final class FreePages implements AutoCloseable
{
    static final int CHUNK_PAGES = 2048;
    static final int CHUNK_WORDS = CHUNK_PAGES / Long.SIZE;
    /** A chunk in the file: the pages that the checkpoint which carries it does not refer to. */
    static final int CHUNK_LENGTH = CHUNK_WORDS * Long.BYTES;

    /** Looked through for a run: 8,192 pages, some microseconds at worst. */
    private static final int RUN_SEARCH_WORDS = 128;

    private static final byte CHANGED = 1;
    private static final byte NOT_READ = 2;

    private final PageSet available = new PageSet();
    private final PageSet held = new PageSet();
    private final PageSet retired = new PageSet();
    private PageSet freed = new PageSet();
    private PageSet moving = new PageSet();
    private byte[] chunkMarks = new byte[0];
    private int availableCount;
    private int freedCount;
    private int movingCount;
    private int heldCount;
    private int retiredCount;
    private long heldEpoch;
    private int notReadCount;
    private int firstNotRead;
    private int moveChunk;
    private int heldChunk;
    private int scanChunk;
    private boolean isMovingToHeld;
    private int firstWord;
    private int chunkCount;

    void capacity(final int pageCount)
    {
        available.capacity(pageCount);
        freed.capacity(pageCount);
        moving.capacity(pageCount);
        held.capacity(pageCount);
        retired.capacity(pageCount);
        chunkCount = Math.max(chunkCount, (pageCount + CHUNK_PAGES - 1) / CHUNK_PAGES);
        if (chunkCount > chunkMarks.length)
        {
            chunkMarks = Arrays.copyOf(chunkMarks, Math.max(chunkCount, chunkMarks.length * 2)); // a byte for 8 MiB of file
        }
    }

    /** The lowest usable page, so that the file's tail empties; {@link PageLayout#NO_PAGE} if there is none. */
    int take()
    {
        if (availableCount == 0)
        {
            return PageLayout.NO_PAGE;
        }
        final int number = available.next(firstWord << 6);
        assert number != PageSet.NONE;
        firstWord = number >>> 6;
        available.remove(number);
        availableCount--;
        chunkMarks[number / CHUNK_PAGES] |= CHANGED;
        return number;
    }

    /**
     * The first of so many adjacent usable pages: the lowest such run within a bounded search. {@link PageLayout#NO_PAGE} if it finds
     * none; nothing is taken then.
     */
    int takeRun(final int count)
    {
        final int first = availableCount < count ? PageLayout.NO_PAGE : findRun(count);
        if (first != PageLayout.NO_PAGE)
        {
            for (int number = first; number < first + count; number++)
            {
                available.remove(number);
                chunkMarks[number / CHUNK_PAGES] |= CHANGED;
            }
            availableCount -= count;
        }
        return first;
    }

    private int findRun(final int count)
    {
        int run = 0;
        for (int word = firstWord; word < Math.min(chunkCount * CHUNK_WORDS, firstWord + RUN_SEARCH_WORDS); word++)
        {
            final long pages = available.word(word);
            int bit = 0;
            while (bit < Long.SIZE)
            {
                final long bits = pages >>> bit;
                final int usable = Long.numberOfTrailingZeros(~bits);
                run += usable;
                bit += usable;
                if (run >= count)
                {
                    return (word << 6) + bit - run;
                }
                if (bit < Long.SIZE)
                {
                    run = 0;
                    bit += Long.numberOfTrailingZeros(bits >>> usable);
                }
            }
        }
        return PageLayout.NO_PAGE;
    }

    /** No meta page has ever known this page. */
    void freeAtOnce(final int number)
    {
        assert !isFree(number) : "page " + number + " freed twice";
        available.add(number);
        availableCount++;
        firstWord = Math.min(firstWord, number >>> 6);
        chunkMarks[number / CHUNK_PAGES] |= CHANGED;
    }

    /** No meta page has ever known this page, but pinned readers may. */
    void retire(final int number)
    {
        assert !isFree(number) : "page " + number + " freed twice";
        retired.add(number);
        retiredCount++;
        chunkMarks[number / CHUNK_PAGES] |= CHANGED;
    }

    /** The pins that a retired page waited for are gone. */
    void reuse(final int number)
    {
        retired.remove(number);
        retiredCount--;
        freeAtOnce(number);
    }

    /** The last frozen state refers to this page. */
    void free(final int number)
    {
        assert !isFree(number) : "page " + number + " freed twice";
        freed.add(number);
        freedCount++;
        chunkMarks[number / CHUNK_PAGES] |= CHANGED;
    }

    boolean isFree(final int number)
    {
        return available.has(number) || freed.has(number) || moving.has(number) || held.has(number) || retired.has(number);
    }

    /**
     * The state as it is now has been frozen: a new one begins. What was freed is moved by {@link #moveFreed(int)}.
     *
     * @param epoch        of the next root: all roots that have pages which were freed so far are older.
     * @param oldestPinned epoch of the oldest root that a reader has.
     */
    void onFrozen(final long epoch, final long oldestPinned)
    {
        assert movingCount == 0 : "what was freed before is not usable yet";
        final PageSet empty = moving;
        moving = freed;
        freed = empty;
        movingCount = freedCount;
        freedCount = 0;
        moveChunk = 0;
        isMovingToHeld = movingCount != 0 && epoch > oldestPinned;
        heldEpoch = isMovingToHeld ? epoch : heldEpoch;
    }

    boolean isMoving()
    {
        return movingCount != 0;
    }

    /** @return chunks looked through. */
    int moveFreed(final int limit)
    {
        final int firstChunk = moveChunk;
        moveChunk = Math.min(chunkCount, moveChunk + limit);
        final int moved = moving.moveTo(isMovingToHeld ? held : available, firstChunk * CHUNK_WORDS, moveChunk * CHUNK_WORDS);
        movingCount -= moved;
        heldCount += isMovingToHeld ? moved : 0;
        availableCount += isMovingToHeld ? 0 : moved;
        firstWord = Math.min(firstWord, firstChunk * CHUNK_WORDS);
        assert moveChunk < chunkCount || movingCount == 0;
        return moveChunk - firstChunk;
    }

    boolean isHolding()
    {
        return heldCount != 0;
    }

    /** What the oldest pin must have reached before all that is held for pins is usable. */
    long heldEpoch()
    {
        return heldEpoch;
    }

    /** @return pages usable again; call it until nothing is held, asking anew about the epoch each time. */
    int releaseHeld(final int limit)
    {
        heldChunk = heldChunk < chunkCount ? heldChunk : 0;
        final int end = Math.min(chunkCount, heldChunk + limit);
        final int released = held.moveTo(available, heldChunk * CHUNK_WORDS, end * CHUNK_WORDS);
        heldCount -= released;
        availableCount += released;
        firstWord = Math.min(firstWord, heldChunk * CHUNK_WORDS);
        heldChunk = end;
        return Math.max(1, released);
    }

    /**
     * Takes the usable pages that are the last ones, up to the first that is not.
     *
     * @param end   the page behind the last.
     * @param limit most pages in this call.
     * @return how many.
     */
    int takeLast(final int end, final int limit)
    {
        int count = 0;
        while (count < limit && end - count > PageLayout.FIRST_PAGE)
        {
            final int number = end - count - 1;
            if (!available.has(number))
            {
                break;
            }
            available.remove(number);
            availableCount--;
            chunkMarks[number / CHUNK_PAGES] |= CHANGED;
            count++;
        }
        return count;
    }

    /** The next chunk that differs from what the file says, unmarked by this; -1 if none. */
    int nextChangedChunk()
    {
        for (int i = 0; i < chunkCount; i++)
        {
            scanChunk = scanChunk + 1 < chunkCount ? scanChunk + 1 : 0;
            if ((chunkMarks[scanChunk] & CHANGED) != 0)
            {
                chunkMarks[scanChunk] &= ~CHANGED;
                return scanChunk;
            }
        }
        return -1;
    }

    /** Writes a chunk as the state that is about to be frozen has to carry it: by the time it is opened, nothing waits. */
    void encodeChunk(final int chunk, final long target)
    {
        for (int i = 0; i < CHUNK_WORDS; i++)
        {
            final int word = chunk * CHUNK_WORDS + i;
            final long waiting = freed.word(word) | moving.word(word) | held.word(word) | retired.word(word);
            UnsafeApi.putLong(target + i * 8L, available.word(word) | waiting);
        }
    }

    /**
     * What the opened checkpoint has free, in all chunks: they are read when they are needed.
     *
     * @param freeCount pages.
     */
    void onOpened(final int freeCount)
    {
        notReadCount = freeCount;
        Arrays.fill(chunkMarks, 0, chunkCount, NOT_READ);
    }

    /** Pages that the file says are free, in chunks not read yet. */
    int notReadCount()
    {
        return notReadCount;
    }

    boolean isRead(final int chunk)
    {
        return (chunkMarks[chunk] & NOT_READ) == 0;
    }

    /** The lowest chunk not read; -1 if none. */
    int nextNotRead()
    {
        while (firstNotRead < chunkCount && isRead(firstNotRead))
        {
            firstNotRead++;
        }
        return firstNotRead < chunkCount ? firstNotRead : -1;
    }

    /** The file has no such chunk. */
    void onAbsent(final int chunk)
    {
        chunkMarks[chunk] &= ~NOT_READ;
    }

    /** Takes over a chunk that has not changed since the store was opened: no meta page and no root that is pinned refers to its pages. */
    void decodeChunk(final int chunk, final long source)
    {
        int count = 0;
        for (int i = 0; i < CHUNK_WORDS; i++)
        {
            final long bits = UnsafeApi.getLong(source + i * 8L);
            available.addAll(chunk * CHUNK_WORDS + i, bits);
            count += Long.bitCount(bits);
        }
        chunkMarks[chunk] &= ~NOT_READ;
        notReadCount -= count;
        availableCount += count;
        firstWord = Math.min(firstWord, chunk * CHUNK_WORDS);
    }

    int chunkCapacity()
    {
        return chunkCount;
    }

    int availableCount()
    {
        return availableCount;
    }

    /** Pages that the next freeze makes usable. */
    int freedCount()
    {
        return freedCount;
    }

    /** Free pages of all kinds. */
    int freeCount()
    {
        return availableCount + freedCount + movingCount + heldCount + retiredCount + notReadCount;
    }

    /** Pages that wait for pins and for nothing else, but for those whose frames wait with them. */
    int heldCount()
    {
        return heldCount;
    }

    @Override
    public void close()
    {
        available.close();
        freed.close();
        moving.close();
        held.close();
        retired.close();
    }
}
