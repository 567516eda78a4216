package io.tourbillon.consensus.raft;

import java.util.ArrayList;
import java.util.List;

/**
 * The configurations in the log. The newest acts from the moment it is appended, committed or not, and a truncation brings back the one
 * before it (Raft thesis, 4.1). Changes are rare: this may allocate.
 */
final class ConfigurationLog
{
    private record Entry(long index, Configuration configuration)
    {
    }

    /** By index; never empty. */
    private final List<Entry> entries = new ArrayList<>();

    /** Begins with the one that is committed at an index: 0, or where the log's prefix was cut off. */
    ConfigurationLog(final long index, final Configuration configuration)
    {
        entries.add(new Entry(index, configuration));
    }

    Configuration current()
    {
        return last().configuration;
    }

    long currentIndex()
    {
        return last().index;
    }

    /** In the acting one, or in one that is not yet known to be replaced for good. */
    boolean isVoterInAny(final long memberId)
    {
        for (int i = 0; i < entries.size(); i++)
        {
            if (entries.get(i).configuration.isVoter(memberId))
            {
                return true;
            }
        }
        return false;
    }

    void append(final long index, final Configuration configuration)
    {
        assert index > currentIndex() : index + " after " + currentIndex();
        entries.add(new Entry(index, configuration));
    }

    /** True if the acting configuration is another one now. */
    boolean truncateFrom(final long index)
    {
        final int count = entries.size();
        while (last().index >= index)
        {
            entries.remove(entries.size() - 1);
            assert !entries.isEmpty() : "the committed configuration was truncated at " + index;
        }
        return entries.size() != count;
    }

    /** What is committed cannot be truncated, so what came before it is never asked for. */
    void forgetBefore(final long commitIndex)
    {
        while (entries.size() > 1 && entries.get(1).index <= commitIndex)
        {
            entries.remove(0);
        }
    }

    /** A state took the place of the log up to an index; what is in the log behind that stays. */
    void restartAt(final long index, final Configuration configuration, final long lastIndex)
    {
        entries.removeIf((entry) -> entry.index <= index || entry.index > lastIndex);
        entries.add(0, new Entry(index, configuration));
    }

    private Entry last()
    {
        return entries.get(entries.size() - 1);
    }
}
