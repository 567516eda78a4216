package io.tourbillon.journal;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Which entries the log holds, where, and of which term. Written by the journal thread, but for the first index, which the housekeeping
 * thread moves; read by any.
 */
final class LogIndex
{
    private final EntryTable entries = new EntryTable();
    private final TermTable terms = new TermTable();
    private final DamagedEntries damaged = new DamagedEntries();
    private final AtomicLong firstIndex = new AtomicLong(1);
    private final AtomicLong lastIndex = new AtomicLong(0);
    /**
     * Term of the entry before the first. Written before firstIndex, and so seen with it.
     */
    private volatile long baseTerm;

    long firstIndex()
    {
        return firstIndex.getAcquire();
    }

    long lastIndex()
    {
        return lastIndex.getAcquire();
    }

    long lastTerm()
    {
        return termOf(lastIndex());
    }

    long termOf(final long index)
    {
        final long first = firstIndex();
        if (index < first - 1 || index > lastIndex())
        {
            return Journal.UNKNOWN_TERM;
        }
        return index == first - 1 ? baseTerm : terms.termOf(index);
    }

    /**
     * @return the first index behind this one whose term is known; behind the last index if there is none.
     */
    long nextKnown(final long index)
    {
        return terms.nextKnown(index);
    }

    /**
     * @return address of the entry, {@link EntryTable#DAMAGED} or {@link EntryTable#NO_ADDRESS}.
     */
    long addressOf(final long index)
    {
        return index < firstIndex() || index > lastIndex() ? EntryTable.NO_ADDRESS : entries.get(index);
    }

    void append(final long index, final long term, final long address)
    {
        assert index == lastIndex.getPlain() + 1 : index;
        final long first = firstIndex.getPlain();
        entries.put(index, address, first);
        terms.append(index, term, first);
        lastIndex.setRelease(index); // pairs with getAcquire in lastIndex(): who sees the index sees its address and term
    }

    /**
     * An entry that was there and whose record was lost.
     *
     * @param term of it, or {@link Journal#UNKNOWN_TERM}.
     */
    void appendDamaged(final long index, final long term)
    {
        append(index, term, EntryTable.DAMAGED);
        damaged.add(index);
    }

    /**
     * The entry stands at another address now, whole.
     */
    void repair(final long index, final long term, final long address)
    {
        entries.put(index, address, firstIndex.getPlain());
        terms.learn(index, term, lastIndex.getPlain());
        damaged.remove(index); // last: who does not find it here finds the address
    }

    void learnTerm(final long index, final long term)
    {
        terms.learn(index, term, lastIndex.getPlain());
    }

    DamagedEntries damaged()
    {
        return damaged;
    }

    /**
     * The log starts after this entry, of which only the term is known.
     */
    void base(final long index, final long term)
    {
        baseTerm = term;
        lastIndex.setRelease(index);
        firstIndex.setRelease(index + 1);
    }

    /**
     * Voids this entry and all after it. Before the first index only during recovery: the entries between were deleted.
     */
    void truncateFrom(final long index)
    {
        if (index < firstIndex.getPlain())
        {
            terms.truncateFrom(0);
            damaged.removeFrom(index);
            base(index - 1, Journal.UNKNOWN_TERM);
            return;
        }
        terms.truncateFrom(index);
        lastIndex.setRelease(index - 1);
        damaged.removeFrom(index);
    }

    /**
     * The log begins anew behind this entry, of which only the term is known: whatever was in it is void.
     */
    synchronized void restart(final long index, final long term)
    {
        firstIndex.setRelease(Long.MAX_VALUE); // to readers there is nothing until all is in place
        terms.truncateFrom(0);
        base(index, term);
        damaged.removeBefore(Long.MAX_VALUE);
    }

    /**
     * A state carries the log up to this index: what is behind it stays, and of the entry there the term is known.
     */
    synchronized void dropPrefix(final long index, final long term)
    {
        if (index >= firstIndex.getPlain() - 1 && index <= lastIndex.getPlain())
        {
            beginBehind(index, term);
            terms.dropPrefix(index, term, lastIndex.getPlain());
        }
    }

    /**
     * Whether what the log has behind this index can stand behind an entry of that term there: it has that entry, or has lost one there,
     * and no older one follows, for terms never fall.
     */
    boolean canStandBehind(final long index, final long term)
    {
        if (!damaged.contains(index) || termOf(index) != Journal.UNKNOWN_TERM)
        {
            return termOf(index) == term;
        }
        final long next = nextKnown(index);
        return next > lastIndex() || termOf(next) >= term;
    }

    /**
     * Housekeeping thread: all entries before this index are deleted. Nothing if the log has begun anew behind them meanwhile.
     */
    synchronized void deleteBefore(final long index)
    {
        if (index > firstIndex.getPlain() && index <= lastIndex.getPlain() + 1)
        {
            beginBehind(index - 1, terms.termOf(index - 1));
        }
    }

    private void beginBehind(final long index, final long term)
    {
        baseTerm = term;
        firstIndex.setRelease(index + 1);
        damaged.removeBefore(index + 1);
    }
}
