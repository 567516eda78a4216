package io.tourbillon.consensus.pipeline;

import io.tourbillon.codecs.record.EntryFrame;
import io.tourbillon.journal.Journal;
import io.tourbillon.journal.JournalReader;
import org.agrona.MutableDirectBuffer;

/**
 * Entries for other members, as they stand in the log: from the ring's slots while these hold them, which is before they are forced, else
 * from the journal. Sequencer's thread only.
 */
final class EntrySource implements FrameSource
{
    private final LogWriter log;
    private final LogRing ring;
    private final Journal journal;
    private JournalReader reader;
    private long copiedIndex;

    EntrySource(final LogWriter log, final LogRing ring, final Journal journal)
    {
        this.log = log;
        this.ring = ring;
        this.journal = journal;
    }

    /** On the sequencer's thread, because a reader belongs to its maker. */
    void onStart()
    {
        reader = journal.newReader();
    }

    void onClose()
    {
        if (reader != null)
        {
            reader.close();
        }
    }

    @Override
    public int copy(
        final long firstIndex,
        final long lastIndex,
        final MutableDirectBuffer target,
        final int targetOffset,
        final int batchLength)
    {
        copiedIndex = firstIndex - 1;
        int length = 0;
        for (long index = firstIndex; index <= lastIndex; index++)
        {
            final int limit = index == firstIndex ? Integer.MAX_VALUE : batchLength - length;
            final int copied = copyOne(index, target, targetOffset + length, limit);
            if (copied == 0)
            {
                return length;
            }
            copiedIndex = index;
            length += copied;
        }
        return length;
    }

    @Override
    public long copiedIndex()
    {
        return copiedIndex;
    }

    private int copyOne(final long index, final MutableDirectBuffer target, final int offset, final int limit)
    {
        final long sequence = log.sequenceOf(index);
        if (sequence >= 0 && ring.isHeld(sequence))
        {
            // Only this thread overwrites slots.
            final LogSlot slot = ring.slot(sequence);
            if (slot.length() > limit)
            {
                return 0;
            }
            target.putBytes(offset, ring.memory(), slot.offset(), slot.length());
            return slot.length();
        }
        if (reader.read(index) < 0)
        {
            return 0;
        }
        final int length = EntryFrame.lengthAt(reader.buffer(), reader.offset());
        if (length > limit)
        {
            return 0;
        }
        target.putBytes(offset, reader.buffer(), reader.offset(), length);
        return length;
    }
}
