package io.tourbillon.bptree;

import org.agrona.UnsafeApi;

import java.util.Arrays;

/**
 * A set of pages, one bit each, off the heap, in pieces that are made when the first of their pages is added and never move. So it costs
 * the writer no more to let a large file grow than a small one, and a {@link #view()} stays good meanwhile. Owned by the writer.
 */
final class PageSet implements AutoCloseable
{
    /** There is no such page. */
    static final int NONE = -1;

    /** A piece is 4 KiB, for 128 MiB of file. */
    private static final int PIECE_SHIFT = 9;
    private static final int PIECE_WORDS = 1 << PIECE_SHIFT;
    private static final int PIECE_LENGTH = PIECE_WORDS * Long.BYTES;

    /** Addresses; 0 = none of its pages was ever added. */
    private long[] pieces;

    PageSet()
    {
        this(new long[0]);
    }

    private PageSet(final long[] pieces)
    {
        this.pieces = pieces;
    }

    /** What a thread may read that gets this from the writer, while the writer changes none of the pages that there are now. */
    PageSet view()
    {
        return new PageSet(pieces);
    }

    void capacity(final int pageCount)
    {
        final int pieceCount = (int)(((long)pageCount + PIECE_WORDS * Long.SIZE - 1) / (PIECE_WORDS * Long.SIZE));
        if (pieceCount > pieces.length)
        {
            pieces = Arrays.copyOf(pieces, Math.max(pieceCount, pieces.length * 2));
        }
    }

    /** False also beyond the capacity. */
    boolean has(final int number)
    {
        final int word = number >>> 6;
        return word < wordCount() && (word(word) & 1L << number) != 0;
    }

    void add(final int number)
    {
        addAll(number >>> 6, 1L << number);
    }

    void remove(final int number)
    {
        final int word = number >>> 6;
        if (pieces[word >>> PIECE_SHIFT] != 0)
        {
            UnsafeApi.putLong(address(word), word(word) & ~(1L << number));
        }
    }

    /** The lowest page from this one on; {@link #NONE}. */
    int next(final int from)
    {
        int word = from >>> 6;
        if (word >= wordCount())
        {
            return NONE;
        }
        long bits = word(word) & -1L << from;
        while (bits == 0)
        {
            word = nextWord(word);
            if (word >= wordCount())
            {
                return NONE;
            }
            bits = word(word);
        }
        return (word << 6) + Long.numberOfTrailingZeros(bits);
    }

    /** 64 pages, the first in the lowest bit. */
    long word(final int word)
    {
        return pieces[word >>> PIECE_SHIFT] == 0 ? 0 : UnsafeApi.getLong(address(word));
    }

    /** Adds those of 64 pages whose bits are set. */
    void addAll(final int word, final long bits)
    {
        if (pieces[word >>> PIECE_SHIFT] == 0)
        {
            makePiece(word >>> PIECE_SHIFT);
        }
        UnsafeApi.putLong(address(word), UnsafeApi.getLong(address(word)) | bits);
    }

    /**
     * Moves pages to another set.
     *
     * @param from first word.
     * @param to   the word behind the last.
     * @return how many they were.
     */
    int moveTo(final PageSet target, final int from, final int to)
    {
        int count = 0;
        for (int word = from; word < to; word = nextWord(word))
        {
            final long bits = word(word);
            if (bits != 0)
            {
                count += Long.bitCount(bits);
                target.addAll(word, bits);
                UnsafeApi.putLong(address(word), 0);
            }
        }
        return count;
    }

    /** Words behind it in a piece that is not there have no bits either. */
    private int nextWord(final int word)
    {
        return (pieces[word >>> PIECE_SHIFT] == 0 ? word | PIECE_WORDS - 1 : word) + 1;
    }

    private int wordCount()
    {
        return pieces.length << PIECE_SHIFT;
    }

    private long address(final int word)
    {
        return pieces[word >>> PIECE_SHIFT] + ((long)(word & PIECE_WORDS - 1) << 3);
    }

    private void makePiece(final int index)
    {
        final long piece = UnsafeApi.allocateMemory(PIECE_LENGTH);
        UnsafeApi.setMemory(piece, PIECE_LENGTH, (byte)0);
        pieces[index] = piece;
    }

    /** Not of a view. */
    @Override
    public void close()
    {
        for (final long piece : pieces)
        {
            if (piece != 0)
            {
                UnsafeApi.freeMemory(piece);
            }
        }
        pieces = new long[0];
    }
}
