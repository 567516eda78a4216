package io.tourbillon.journal;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** What the terms of some entries tell of those that were lost. */
class TermTableTest
{
    private final TermTable terms = new TermTable();

    private void append(final long from, final long to, final long term)
    {
        for (long index = from; index <= to; index++)
        {
            terms.append(index, term, 1);
        }
    }

    @Test
    void shouldKnowTheTermOfWhatWasLostBetweenTwoOfOneTerm()
    {
        append(1, 10, 6);
        append(11, 12, Journal.UNKNOWN_TERM);
        assertEquals(Journal.UNKNOWN_TERM, terms.termOf(12));
        append(13, 13, 6);
        assertEquals(6, terms.termOf(12));
    }

    /** A deposed leader's entries, for example, whose last one was lost. */
    @Test
    void shouldLearnNothingFromAPrefixThatAStateReplaced()
    {
        append(1, 10, 6);
        append(11, 12, Journal.UNKNOWN_TERM);
        append(13, 14, 7);
        terms.dropPrefix(11, 5, 14);
        assertEquals(5, terms.termOf(11));
        assertEquals(Journal.UNKNOWN_TERM, terms.termOf(12));
        assertEquals(7, terms.termOf(13));
        assertEquals(7, terms.termOf(14));
        terms.truncateFrom(13);
        append(13, 13, 6);
        assertEquals(Journal.UNKNOWN_TERM, terms.termOf(12), "what was of term 6 before is not in the log");
    }

    @Test
    void shouldFindTheFirstEntryBehindThatIsKnown()
    {
        assertEquals(Long.MAX_VALUE, terms.nextKnown(5), "there is none");
        append(2, 10, 4);
        append(11, 12, Journal.UNKNOWN_TERM);
        assertEquals(2, terms.nextKnown(1));
        assertEquals(10, terms.nextKnown(9));
        assertEquals(Long.MAX_VALUE, terms.nextKnown(10));
        append(13, 14, 7);
        assertEquals(13, terms.nextKnown(10));
        assertEquals(13, terms.nextKnown(12));
        terms.learn(12, 6, 14);
        assertEquals(12, terms.nextKnown(10));
    }

    @Test
    void shouldLearnFromTheEntryAtWhichTheStateEnds()
    {
        append(1, 10, 4);
        append(11, 12, Journal.UNKNOWN_TERM);
        terms.dropPrefix(11, 5, 12);
        append(13, 13, 5);
        assertEquals(5, terms.termOf(12));
        terms.dropPrefix(13, 5, 13);
        assertEquals(5, terms.termOf(13));
        assertEquals(Journal.UNKNOWN_TERM, terms.termOf(12));
    }
}
