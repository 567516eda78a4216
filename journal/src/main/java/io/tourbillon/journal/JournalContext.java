package io.tourbillon.journal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings of a {@link Journal}: set, judged by {@link #faults()}, then opened.
 */
public final class JournalContext
{
    /**
     * Least bytes of a segment, for tests: room for the largest record is asked for beside it.
     */
    public static final long SEGMENT_BYTES_MIN = 64 * 1024;

    /**
     * Most bytes of a segment: positions are kept in 32 bits.
     */
    public static final long SEGMENT_BYTES_MAX = 1L << 30;

    /**
     * Bytes of a segment unless set.
     */
    public static final long SEGMENT_BYTES_DEFAULT = 32L << 20;

    /**
     * Longest entry frame unless set: the largest request, 2 MiB, and 64 KiB for frame and message headers.
     */
    public static final int MAX_ENTRY_LENGTH_DEFAULT = (2 << 20) + (64 << 10);

    /**
     * Most that {@link #maxEntryLength(int)} takes: a record's length has 24 bits.
     */
    public static final int MAX_ENTRY_LENGTH_MAX = 8 << 20;

    /**
     * Of each segment, for Chronicle's header and index pages, our head, and what is left free at the end.
     */
    private static final int SEGMENT_OVERHEAD_BYTES = 32 * 1024;

    private Path directory;
    private long segmentBytes = SEGMENT_BYTES_DEFAULT;
    private int maxEntryLength = MAX_ENTRY_LENGTH_DEFAULT;
    private long checkpointIndex;
    private long checkpointTerm = Journal.UNKNOWN_TERM;
    private long installedTerm;
    private boolean isRepairable;
    private Durability durability = Durability.FSYNC;
    private Forcer forcer = Forcer.FDATASYNC;

    /**
     * @param value directory of the journal alone; made if absent. The caller holds the data directory's exclusive lock.
     * @return this.
     */
    public JournalContext directory(final Path value)
    {
        directory = value;
        return this;
    }

    /**
     * @return directory of the journal.
     */
    public Path directory()
    {
        return directory;
    }

    /**
     * @param value bytes of a segment, in [{@link #SEGMENT_BYTES_MIN}, {@link #SEGMENT_BYTES_MAX}]; may change between two runs.
     * @return this.
     */
    public JournalContext segmentBytes(final long value)
    {
        segmentBytes = value;
        return this;
    }

    /**
     * @return bytes of a segment.
     */
    public long segmentBytes()
    {
        return segmentBytes;
    }

    /**
     * @param value bytes of the longest entry frame, in [1 KiB, {@link #MAX_ENTRY_LENGTH_MAX}].
     * @return this.
     */
    public JournalContext maxEntryLength(final int value)
    {
        maxEntryLength = value;
        return this;
    }

    /**
     * @return bytes of the longest entry frame.
     */
    public int maxEntryLength()
    {
        return maxEntryLength;
    }

    /**
     * @param value applied index of the durable checkpoint: a journal that ends before it is damaged. 0 if there is none.
     * @return this.
     */
    public JournalContext checkpointIndex(final long value)
    {
        checkpointIndex = value;
        return this;
    }

    /**
     * @return applied index of the durable checkpoint; 0 if there is none.
     */
    public long checkpointIndex()
    {
        return checkpointIndex;
    }

    /**
     * @param value term of the entry at {@link #checkpointIndex()}, as the checkpoint tells it: the journal knows it then, though it may
     *              have lost that entry. {@link Journal#UNKNOWN_TERM} if the checkpoint does not tell.
     * @return this.
     */
    public JournalContext checkpointTerm(final long value)
    {
        checkpointTerm = value;
        return this;
    }

    /**
     * @return term of the entry at {@link #checkpointIndex()}; {@link Journal#UNKNOWN_TERM} if it is not known.
     */
    public long checkpointTerm()
    {
        return checkpointTerm;
    }

    /**
     * @param value term of the entry at {@link #checkpointIndex()} if the checkpoint is a state that came from another member, of which
     *              the journal may not have been told: it begins anew behind it then. 0 if it is not.
     * @return this.
     */
    public JournalContext installedTerm(final long value)
    {
        installedTerm = value;
        return this;
    }

    /**
     * @param value true if other members have the entries too: a journal that lost some of them is opened, and says which. If not, it is
     *              refused.
     * @return this.
     */
    public JournalContext isRepairable(final boolean value)
    {
        isRepairable = value;
        return this;
    }

    /**
     * @return term of the last entry of a state that came from another member; 0 if the checkpoint is of this member's own making.
     */
    public long installedTerm()
    {
        return installedTerm;
    }

    /**
     * @return whether lost entries can be had from other members.
     */
    public boolean isRepairable()
    {
        return isRepairable;
    }

    /**
     * @param value whether entries are forced.
     * @return this.
     */
    public JournalContext durability(final Durability value)
    {
        durability = value;
        return this;
    }

    /**
     * @return whether entries are forced.
     */
    public Durability durability()
    {
        return durability;
    }

    /**
     * @param value to force with; {@link Forcer#FDATASYNC} unless set.
     * @return this.
     */
    public JournalContext forcer(final Forcer value)
    {
        forcer = value;
        return this;
    }

    /**
     * @return what forces.
     */
    public Forcer forcer()
    {
        return forcer;
    }

    /**
     * Judges the settings without touching the disk.
     *
     * @return every fault, as setting, value and what is allowed; empty if there is none.
     */
    public List<String> faults()
    {
        final List<String> faults = new ArrayList<>();
        if (directory == null)
        {
            faults.add("journal directory: not set");
        }
        require(faults, "journal segmentBytes", segmentBytes, SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
        require(faults, "journal maxEntryLength", maxEntryLength, 1024, MAX_ENTRY_LENGTH_MAX);
        if (segmentBytes < 2L * maxEntryLength + SEGMENT_OVERHEAD_BYTES)
        {
            faults.add("journal segmentBytes=" + segmentBytes + ": must be at least twice maxEntryLength=" + maxEntryLength + " and " +
                SEGMENT_OVERHEAD_BYTES);
        }
        require(faults, "journal checkpointIndex", checkpointIndex, 0, Long.MAX_VALUE);
        require(faults, "journal checkpointTerm", checkpointTerm, Journal.UNKNOWN_TERM, Long.MAX_VALUE);
        require(faults, "journal installedTerm", installedTerm, 0, Long.MAX_VALUE);
        if (durability == null)
        {
            faults.add("journal durability: not set");
        }
        if (forcer == null)
        {
            faults.add("journal forcer: not set");
        }
        return faults;
    }

    private static void require(final List<String> faults, final String name, final long value, final long min, final long max)
    {
        if (value < min || value > max)
        {
            faults.add(name + "=" + value + ": must be in [" + min + ", " + max + "]");
        }
    }
}
