package io.tourbillon.journal;

import io.tourbillon.codecs.record.EntryFrame;
import org.agrona.DirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * A record of the journal: the payload of one Chronicle excerpt. Little endian.
 * <pre>
 *  0         4          8                   12         16       20              24
 *  | chain   | previous | unforced | type   | sequence | body .. | its length   | ...
 *  | crc32c  | chain    | 24 bits  | 8 bits | low 32 b |         | low 24 bits  |
 *
 *  SEGMENT_HEAD   16 version(4) 20 length(4) 24 segment(8) 32 sequence(8) 40 lastIndex(8) 48 lastTerm(8) 56 hard state(24)
 *  ENTRY          16 entry frame (a multiple of 4; its length is at the same place)
 *  HARD_STATE     16 last index, low 31 bits, and the highest bit set(4) 20 length(4) 24 term(8) 32 vote(8) 40 commit(8)
 *  TRUNCATE_FROM  16 zero(4) 20 length(4) 24 index(8)
 *  REPAIR         16 entry frame: replaces the one of the same index, truncates nothing
 *  SNAPSHOT_MARK  16 zero(4) 20 length(4) 24 index(8) 32 term(8): the log starts anew behind this entry
 *  PREFIX_MARK    16 zero(4) 20 length(4) 24 index(8) 32 term(8) 40 lastIndex(8): it starts behind this entry, and what it has there stays
 * </pre>
 * {@code chain} covers [4, end) and so the chain word before it; for a record that carries a frame it covers [4, 24), that is the
 * frame's own CRC, which covers the rest, and its length. It is salted with the segment's number ({@link RecordChecker#segment}), for a
 * recycled file is full of other records. {@code sequence} numbers the records of a journal from 1, without a gap; a
 * segment's head has all its 64 bits. {@code unforced} counts the records up to this one that were appended since the last force: record
 * {@code sequence - unforced} and all before it were on the disk when this one was written. That is what tells damage from a torn tail.
 * All ones: too many to be told.
 */
final class RecordDescriptor
{
    static final int CHAIN_OFFSET = 0;
    static final int PREVIOUS_CHAIN_OFFSET = 4;
    static final int UNFORCED_AND_TYPE_OFFSET = 8;
    static final int SEQUENCE_OFFSET = 12;
    static final int BODY_OFFSET = 16;
    static final int BODY_LENGTH_OFFSET = BODY_OFFSET + EntryFrame.LENGTH_OFFSET;
    static final int FIELDS_OFFSET = BODY_LENGTH_OFFSET + 4;

    /**
     * What must be there of a record for its length to be read; of one with a frame, what the chain word covers.
     */
    static final int PREFIX_LENGTH = FIELDS_OFFSET;

    static final int HEAD_VERSION_OFFSET = BODY_OFFSET;
    static final int HEAD_SEGMENT_OFFSET = FIELDS_OFFSET;
    static final int HEAD_SEQUENCE_OFFSET = 32;
    static final int HEAD_LAST_INDEX_OFFSET = 40;
    static final int HEAD_LAST_TERM_OFFSET = 48;
    static final int HEAD_HARD_STATE_OFFSET = 56;
    static final int HEAD_LENGTH = 80;

    static final int TERM_IN_HARD_STATE = 0;
    static final int VOTE_IN_HARD_STATE = 8;
    static final int COMMIT_IN_HARD_STATE = 16;
    static final int HARD_STATE_LENGTH = FIELDS_OFFSET + 24;

    static final int HARD_STATE_LAST_INDEX_OFFSET = BODY_OFFSET;

    static final int TRUNCATE_INDEX_OFFSET = FIELDS_OFFSET;
    static final int TRUNCATE_LENGTH = FIELDS_OFFSET + 8;

    static final int MARK_INDEX_OFFSET = FIELDS_OFFSET;
    static final int MARK_TERM_OFFSET = FIELDS_OFFSET + 8;
    static final int MARK_LENGTH = FIELDS_OFFSET + 16;
    static final int MARK_LAST_INDEX_OFFSET = FIELDS_OFFSET + 16;
    static final int PREFIX_MARK_LENGTH = FIELDS_OFFSET + 24;

    static final int SEGMENT_HEAD = 1;
    static final int ENTRY = 2;
    static final int HARD_STATE = 3;
    static final int TRUNCATE_FROM = 4;
    static final int REPAIR = 5;
    static final int SNAPSHOT_MARK = 6;
    static final int PREFIX_MARK = 7;

    /**
     * Version of this format, in each segment's head. A newer one is refused by name. 3: entry frames may name a client, 4: a user's
     * credential. 5: prefix marks.
     */
    static final int FORMAT_VERSION = 5;
    /**
     * Oldest version that is still read.
     */
    static final int FORMAT_VERSION_MIN = 2;

    /**
     * Of {@link #unforced}: so many that they were not counted.
     */
    static final int UNFORCED_UNKNOWN = 0xFFFFFF;

    /**
     * Longest record that carries no frame.
     */
    private static final int FRAMELESS_LENGTH_MAX = 4096;

    private static final int TYPE_SHIFT = 24;
    private static final int LENGTH_MASK = 0xFFFFFF;

    static
    {
        if (FIELDS_OFFSET % Long.BYTES != 0 || BODY_LENGTH_OFFSET != 20 || HEAD_LENGTH != HEAD_HARD_STATE_OFFSET + 24)
        {
            throw new ExceptionInInitializerError("record layout");
        }
        if (JournalContext.MAX_ENTRY_LENGTH_MAX > LENGTH_MASK)
        {
            throw new ExceptionInInitializerError("record length");
        }
    }

    /**
     * What a hard state says of the last index before it; 0 in one that says nothing.
     */
    static int lastIndexWord(final long lastIndex)
    {
        return Integer.MIN_VALUE | (int)lastIndex;
    }

    /**
     * @param near an index that is less than 2^30 away from the one told.
     * @return the index told, or -1.
     */
    static long lastIndexOf(final int word, final long near)
    {
        return word >= 0 ? -1 : near + ((((word & Integer.MAX_VALUE) - (int)near) << 1) >> 1);
    }

    private RecordDescriptor()
    {
    }

    static int unforcedAndType(final int unforced, final int type)
    {
        return type << TYPE_SHIFT | Math.min(unforced, UNFORCED_UNKNOWN);
    }

    /**
     * @return length of the whole record at the offset, whatever it is worth.
     */
    static int length(final DirectBuffer buffer, final int offset)
    {
        return BODY_OFFSET + (buffer.getInt(offset + BODY_LENGTH_OFFSET, LITTLE_ENDIAN) & LENGTH_MASK);
    }

    static int type(final DirectBuffer buffer, final int offset)
    {
        return buffer.getInt(offset + UNFORCED_AND_TYPE_OFFSET, LITTLE_ENDIAN) >>> TYPE_SHIFT;
    }

    static int unforced(final DirectBuffer buffer, final int offset)
    {
        return buffer.getInt(offset + UNFORCED_AND_TYPE_OFFSET, LITTLE_ENDIAN) & UNFORCED_UNKNOWN;
    }

    static boolean carriesFrame(final int type)
    {
        return type == ENTRY || type == REPAIR;
    }

    /**
     * @return end of the bytes that the chain word covers, from the record's start.
     */
    static int chainedEnd(final int type, final int length)
    {
        return carriesFrame(type) ? PREFIX_LENGTH : length;
    }

    /**
     * Whether a record of this type can be that long; unknown types are taken as possible, so that they can be refused by name.
     */
    static boolean isPlausible(final int type, final int length)
    {
        return switch (type)
        {
            case 0 -> false;
            case SEGMENT_HEAD -> length == HEAD_LENGTH;
            case ENTRY, REPAIR -> length >= BODY_OFFSET + EntryFrame.LENGTH_MIN && length % EntryFrame.ALIGNMENT == 0;
            case HARD_STATE -> length == HARD_STATE_LENGTH;
            case TRUNCATE_FROM -> length == TRUNCATE_LENGTH;
            case SNAPSHOT_MARK -> length == MARK_LENGTH;
            case PREFIX_MARK -> length == PREFIX_MARK_LENGTH;
            default -> type <= 0x3f && length % Integer.BYTES == 0 && length >= PREFIX_LENGTH && length <= FRAMELESS_LENGTH_MAX;
        };
    }
}
