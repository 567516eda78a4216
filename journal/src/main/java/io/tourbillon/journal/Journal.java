package io.tourbillon.journal;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/**
 * The Raft log of one member: entries and hard state, appended in order, forced by the batch, recovered after a crash.
 *
 * <p>Threads: {@link #open(JournalContext)} on any, once; then append, force and close by the journal thread; deletePrefix and housekeeping
 * by one housekeeping thread; a {@link JournalReader} by the thread that made it; everything that only tells a number by any thread.
 */
public final class Journal implements AutoCloseable
{
    /**
     * Result of {@link #termOf(long)}: the index is not in the journal. A compacted index has an unknown term, not term 0.
     */
    public static final long UNKNOWN_TERM = -1;

    /**
     * Result of {@link #firstDamaged(long)}: there is none.
     */
    public static final long NO_DAMAGE = Long.MAX_VALUE;

    private final JournalCounters counters = new JournalCounters();
    private final SegmentFiles files;
    private final RetiredSegments retired;
    private final SpareSegment spare;
    private final LogIndex log;
    private final SegmentWriter writer;
    private final long[] recoveredConfigurations;
    private final boolean isRepairable;
    private boolean isClosed;

    private Journal(final JournalContext ctx) throws IOException
    {
        isRepairable = ctx.isRepairable();
        Files.createDirectories(ctx.directory());
        files = new SegmentFiles(ctx);
        final Recovery recovery = new Recovery(ctx, files);
        recovery.scan();
        files.sweep(recovery.segments().isEmpty());
        recovery.settle(ctx.forcer());
        log = recovery.log();
        recoveredConfigurations = recovery.configurations();
        retired = new RetiredSegments(files, counters);
        spare = new SpareSegment(files, retired, counters);
        writer = new SegmentWriter(ctx, files, spare, recovery, counters);
        if (recovery.isStateAhead())
        {
            if (recovery.isLogKept())
            {
                appendPrefixMark(ctx.checkpointIndex(), ctx.installedTerm());
            }
            else
            {
                appendSnapshotMark(ctx.checkpointIndex(), ctx.installedTerm());
            }
            forceAll();
        }
    }

    /**
     * Recovers what is there, drops a torn tail, forces what is believed, and starts a new segment. Blocks.
     *
     * @param ctx settings; read only now.
     * @return the journal, positioned after the last valid record.
     * @throws JournalException on faults in the settings, damage, a format newer than this code, or a disk that fails or is full.
     */
    public static Journal open(final JournalContext ctx)
    {
        final List<String> faults = ctx.faults();
        if (!faults.isEmpty())
        {
            throw new JournalException(String.join("; ", faults));
        }
        try
        {
            return new Journal(ctx);
        }
        catch (final IOException ex)
        {
            throw new JournalException("journal " + ctx.directory() + " cannot be opened: " + ex, ex);
        }
    }

    /**
     * @return lowest index in the journal; {@link #lastIndex()} + 1 if there is no entry. Any thread.
     */
    public long firstIndex()
    {
        return log.firstIndex();
    }

    /**
     * @return index of the last entry appended, whether forced or not; 0 before any. Any thread.
     */
    public long lastIndex()
    {
        return log.lastIndex();
    }

    /**
     * @return term of the last entry; 0 before any. Any thread.
     */
    public long lastTerm()
    {
        return log.lastTerm();
    }

    /**
     * @param index of an entry, or of the one before the first.
     * @return its term, or {@link #UNKNOWN_TERM} if it is not in the journal. Any thread; does not allocate or block.
     */
    public long termOf(final long index)
    {
        return log.termOf(index);
    }

    /**
     * @param index of an entry.
     * @return index of the first entry behind it whose term is known; more than {@link #lastIndex()} if there is none. Any thread; does not
     *     allocate or block.
     */
    public long nextKnown(final long index)
    {
        return log.nextKnown(index);
    }

    /**
     * @return the newest hard state appended or recovered. Journal thread, or before it starts; allocates.
     */
    public HardState hardState()
    {
        return writer.hardState();
    }

    /**
     * @return indexes of the entries found at open that carry a configuration of members, in order; none that was truncated.
     */
    public long[] recoveredConfigurations()
    {
        return recoveredConfigurations.clone();
    }

    /**
     * Appends one entry frame (see EntryFrame in codecs). Its index must be {@link #lastIndex()} + 1.
     * Journal thread only; does not allocate, block or sync, except at a roll. Durable once a later {@link #force()} has returned.
     *
     * @param buffer that holds the frame.
     * @param offset of the frame in it.
     * @param length of the frame in bytes, in [{@link EntryFrame#LENGTH_MIN}, maxEntryLength].
     * @throws JournalException if the journal has failed, now or before; the node must stop.
     */
    public void append(final DirectBuffer buffer, final int offset, final int length)
    {
        writer.appendEntry(buffer, offset, length);
    }

    /**
     * Appends the hard state. Journal thread only; as {@link #append(DirectBuffer, int, int)}.
     *
     * @param term   latest term seen.
     * @param vote   member voted for in that term, or {@link HardState#NO_VOTE}.
     * @param commit highest index known to be committed.
     * @throws JournalException if the journal has failed, now or before.
     */
    public void appendHardState(final long term, final long vote, final long commit)
    {
        writer.appendHardState(term, vote, commit);
    }

    /**
     * Appends that this entry and all after it are void: the next entry has this index again. Journal thread only; as
     * {@link #append(DirectBuffer, int, int)}.
     *
     * @param index in [firstIndex, lastIndex + 1], above the committed index.
     * @throws JournalException if the journal has failed, now or before.
     */
    public void appendTruncateFrom(final long index)
    {
        writer.appendTruncateFrom(index);
    }

    /**
     * Appends that another member's state has taken the place of this one's: everything appended before is void, and the log begins anew
     * behind the last entry that the state carries. The state must be durable, and in place. Journal thread only; as
     * {@link #append(DirectBuffer, int, int)}.
     *
     * @param index of the last entry that the state carries; at least the committed index.
     * @param term  of that entry.
     * @throws JournalException if the journal has failed, now or before.
     */
    public void appendSnapshotMark(final long index, final long term)
    {
        writer.appendSnapshotMark(index, term);
    }

    /**
     * Appends that another member's state carries the log up to an entry: what was appended behind that entry stays, what was lost before
     * is needed no more. The state must be durable, and in place. Journal thread only; as {@link #append(DirectBuffer, int, int)}.
     *
     * @param index of the last entry that the state carries, in [firstIndex - 1, lastIndex]; the log has that entry, or has lost it.
     * @param term  of that entry.
     * @throws JournalException if the journal has failed, now or before.
     */
    public void appendPrefixMark(final long index, final long term)
    {
        writer.appendPrefixMark(index, term);
    }

    /**
     * Puts an entry in the place of one that was lost on the disk: the same that was there, of the index and term that it had. If that one
     * is not lost, or not in the journal any more, nothing is done. Journal thread only; as {@link #append(DirectBuffer, int, int)}.
     *
     * @param buffer that holds the frame.
     * @param offset of the frame in it.
     * @param length of the frame in bytes.
     * @throws JournalException if the journal has failed, now or before.
     */
    public void appendRepair(final DirectBuffer buffer, final int offset, final int length)
    {
        writer.appendRepair(buffer, offset, length);
    }

    /**
     * The lowest index whose entry is in the log and cannot be read, because the disk lost its record: found at open, or met by a reader.
     * It is repaired by {@link #appendRepair}. Only a journal opened as repairable has such. Any thread.
     *
     * @param index to look from.
     * @return index at or above that one; {@link #NO_DAMAGE} if there is none.
     */
    public long firstDamaged(final long index)
    {
        return log.damaged().firstFrom(index);
    }

    /**
     * @return entries that are in the log and cannot be read. Any thread.
     */
    public int damagedCount()
    {
        return log.damaged().count();
    }

    /**
     * Makes everything appended so far durable, with one force; with {@link Durability#NONE} only if a term or vote changed since the last.
     * Journal thread only; blocks; does not allocate.
     *
     * @throws JournalException if the disk refused, now or before: nothing appended since the last force may be acknowledged, ever.
     */
    public void force()
    {
        writer.force(false);
    }

    /**
     * As {@link #force()}, whatever the durability setting: a checkpoint commits only once the journal has forced what it carries.
     *
     * @throws JournalException if the disk refused, now or before.
     */
    public void forceAll()
    {
        writer.force(true);
    }

    /**
     * @return a reader for the calling thread; it sees an entry once {@link #append(DirectBuffer, int, int)} has returned.
     */
    public JournalReader newReader()
    {
        return new JournalReader(log, writer.segments(), isRepairable);
    }

    /**
     * Deletes whole segments from the front that hold no entry above the index. Housekeeping thread only; blocks. Readers that ask for a
     * deleted index get {@link JournalReader#NOT_FOUND}.
     *
     * @param uptoIndex last index that is no longer needed: at most the durable checkpoint's applied index.
     */
    public void deletePrefix(final long uptoIndex)
    {
        try
        {
            deleteSegments(Math.min(uptoIndex, log.lastIndex()));
        }
        catch (final IOException ex)
        {
            throw new JournalException("segment " + writer.segments().first().path() + " cannot be deleted: " + ex, ex);
        }
    }

    /**
     * Prepares the spare segment if there is none, by one bounded step: a recycled file, or a few MiB of zeros, forced. Housekeeping thread
     * only; blocks. To be called often: a roll that finds no spare stalls the journal thread while it makes one. A full disk is no failure:
     * {@link #isDiskFull()} says so, {@link #roomBytes()} how far the journal comes without it.
     *
     * @return work count: 0 if there was nothing to do, or no room to do it.
     * @throws JournalException if the disk refused for another reason.
     */
    public int housekeeping()
    {
        try
        {
            return spare.prepare();
        }
        catch (final IOException ex)
        {
            throw new JournalException("the spare segment " + files.sparePath() + " cannot be made: " + ex, ex);
        }
    }

    /**
     * Whether an entry can be appended without the next segment, or finds it. If that is not there, though the disk is not known to be
     * full, it is made, which blocks. Who asks before each record, and waits while the answer is no, gets over a disk that is full. Journal
     * thread; does not allocate.
     *
     * @param frameLength of the entry; 0 for anything else.
     * @return false if the next segment is needed and the disk has no room for it: {@link #isDiskFull()}.
     * @throws JournalException if the journal has failed, now or before.
     */
    public boolean hasRoomFor(final int frameLength)
    {
        return writer.hasRoomFor(frameLength);
    }

    /**
     * Whether the disk has no room for the next segment. Who appends then must stop before the end of this one, {@link #roomBytes()}: an
     * append that needs the next one fails the journal. Any thread; does not block.
     *
     * @return false once there is room again.
     */
    public boolean isDiskFull()
    {
        return spare.isDiskFull();
    }

    /**
     * @return bytes left in the segment, records' headers included. Any thread; the journal thread knows it exactly.
     */
    public long roomBytes()
    {
        return counters.segmentRoomBytes.getAcquire();
    }

    /**
     * @return bytes of a segment.
     */
    public long segmentBytes()
    {
        return files.segmentBytes();
    }

    /**
     * @return forces done by {@link #force()}, {@link #forceAll()} and rolls. Any thread, as all counters here.
     */
    public long forceCount()
    {
        return counters.forceCount.getAcquire();
    }

    /**
     * @return how long each of those forces took.
     */
    public DurationHistogram forceDurations()
    {
        return counters.forceDurations;
    }

    /**
     * @return bytes of records appended, with their headers.
     */
    public long appendedBytes()
    {
        return counters.appendedBytes.getAcquire();
    }

    /**
     * @return bytes of zeros written to segments before their use.
     */
    public long zeroedBytes()
    {
        return counters.zeroedBytes.get();
    }

    /**
     * @return appended and zeroed bytes: what the journal asked the disk to write.
     */
    public long writtenBytes()
    {
        return appendedBytes() + zeroedBytes();
    }

    /**
     * @return entries appended since open.
     */
    public long entryCount()
    {
        return counters.entryCount.getAcquire();
    }

    /**
     * @return entries put in the place of lost ones since open.
     */
    public long repairedEntryCount()
    {
        return counters.repairedEntryCount.getAcquire();
    }

    /**
     * @return segments of the log on disk: neither the spare nor the retired ones.
     */
    public int segmentCount()
    {
        return writer.segments().count();
    }

    /**
     * @return rolls that had to make their segment on the journal thread, because the spare was not there in time.
     */
    public long lateSpareCount()
    {
        return counters.lateSpareCount.getAcquire();
    }

    /**
     * @return files on disk of segments that were deleted, kept to become spares; 384 MiB at most.
     */
    public int retiredSegmentCount()
    {
        return (int)counters.retiredSegmentCount.getAcquire();
    }

    /**
     * @return retired segments that were made spares again, since open.
     */
    public long recycledSegmentCount()
    {
        return counters.recycledSegmentCount.getAcquire();
    }

    /**
     * Writes the newest hard state once more, forces, and closes the files. Journal thread, after the others have stopped. A failed journal
     * only closes its files.
     */
    @Override
    public void close()
    {
        if (isClosed)
        {
            return;
        }
        isClosed = true;
        try
        {
            spare.close();
            writer.close();
        }
        catch (final IOException ex)
        {
            throw new JournalException("journal " + files.directory() + " cannot be closed: " + ex, ex);
        }
    }

    /**
     * Deletes from the front, one file at a time, each made durable before the next: a gap would be damage. Keeps the newest segment whose
     * head is forced, for the hard state.
     */
    private void deleteSegments(final long uptoIndex) throws IOException
    {
        final SegmentList segments = writer.segments();
        while (segments.first().number() < writer.durableSegmentNumber() && segments.first().lastIndex() <= uptoIndex)
        {
            final Segment segment = segments.first();
            if (segment.lastIndex() >= log.firstIndex())
            {
                log.deleteBefore(segment.lastIndex() + 1);
            }
            segments.removeFirst();
            retired.retire(segment);
        }
    }
}
