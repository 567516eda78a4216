package io.tourbillon.journal;

import io.tourbillon.codecs.record.EntryFrame;

/**
 * A record of the journal: the payload of one Chronicle excerpt. Little endian.
 * <pre>
 *  0         4          8                12         16         24
 *  | chain   | previous | length  | type | unforced | sequence | body ...
 *  | crc32c  | chain    | 24 bits | 8    |          |          |
 *
 *  SEGMENT_HEAD   24 version(4) 28 zero(4) 32 segment(8) 40 lastIndex(8) 48 lastTerm(8) 56 term(8) 64 vote(8) 72 commit(8)
 *  ENTRY          24 entry frame (a multiple of 8)
 *  HARD_STATE     24 term(8) 32 vote(8) 40 commit(8)
 *  TRUNCATE_FROM  24 index(8)
 *  REPAIR         24 entry frame: replaces the one of the same index, truncates nothing      (reserved: not written yet)
 *  SNAPSHOT_MARK  24 index(8) 32 term(8): the log starts anew after this index               (reserved: not written yet)
 * </pre>
 * {@code chain} covers [4, length) and so the chain word before it; for a record that carries a frame it covers [4, 32), that is the
 * frame's length and its own CRC, which in turn covers the rest. {@code length} counts the whole record. {@code sequence} numbers the
 * records of a journal from 1, without a gap. {@code unforced} counts the records up to this one that were appended since the last force:
 * record
 * {@code sequence - unforced} and all before it were on the disk when this one was written. That is what tells damage from a torn tail.
 */
final class RecordDescriptor
{
    static final int CHAIN_OFFSET = 0;
    static final int PREVIOUS_CHAIN_OFFSET = 4;
    static final int LENGTH_AND_TYPE_OFFSET = 8;
    static final int UNFORCED_OFFSET = 12;
    static final int SEQUENCE_OFFSET = 16;
    static final int BODY_OFFSET = 24;

    static final int HEAD_VERSION_OFFSET = BODY_OFFSET;
    static final int HEAD_ZERO_OFFSET = 28;
    static final int HEAD_SEGMENT_OFFSET = 32;
    static final int HEAD_LAST_INDEX_OFFSET = 40;
    static final int HEAD_LAST_TERM_OFFSET = 48;
    static final int HEAD_HARD_STATE_OFFSET = 56;
    static final int HEAD_LENGTH = 80;

    static final int TERM_IN_HARD_STATE = 0;
    static final int VOTE_IN_HARD_STATE = 8;
    static final int COMMIT_IN_HARD_STATE = 16;
    static final int HARD_STATE_LENGTH = BODY_OFFSET + 24;

    static final int TRUNCATE_INDEX_OFFSET = BODY_OFFSET;
    static final int TRUNCATE_LENGTH = BODY_OFFSET + 8;

    static final int SEGMENT_HEAD = 1;
    static final int ENTRY = 2;
    static final int HARD_STATE = 3;
    static final int TRUNCATE_FROM = 4;
    static final int REPAIR = 5;
    static final int SNAPSHOT_MARK = 6;

    /**
     * Version of this format, in each segment's head. A newer one is refused by name.
     */
    static final int FORMAT_VERSION = 1;

    /**
     * Of the entry frame in the record: its length and CRC are what the chain word covers.
     */
    static final int FRAME_CHAINED_LENGTH = 8;

    private static final int LENGTH_BITS = 24;
    private static final int LENGTH_MASK = (1 << LENGTH_BITS) - 1;

    static
    {
        if (SEQUENCE_OFFSET % Long.BYTES != 0 || BODY_OFFSET % Long.BYTES != 0 || HEAD_LENGTH != HEAD_HARD_STATE_OFFSET + 24)
        {
            throw new ExceptionInInitializerError("record layout");
        }
        if (JournalContext.MAX_ENTRY_LENGTH_MAX + BODY_OFFSET > LENGTH_MASK)
        {
            throw new ExceptionInInitializerError("record length");
        }
    }

    private RecordDescriptor()
    {
    }

    static int lengthAndType(final int length, final int type)
    {
        assert length >= BODY_OFFSET && length <= LENGTH_MASK : length;
        return type << LENGTH_BITS | length;
    }

    static int length(final int lengthAndType)
    {
        return lengthAndType & LENGTH_MASK;
    }

    static int type(final int lengthAndType)
    {
        return lengthAndType >>> LENGTH_BITS;
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
        return carriesFrame(type) ? BODY_OFFSET + FRAME_CHAINED_LENGTH : length;
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
            case ENTRY, REPAIR -> length >= BODY_OFFSET + EntryFrame.HEADER_LENGTH && length % Long.BYTES == 0;
            case HARD_STATE -> length == HARD_STATE_LENGTH;
            case TRUNCATE_FROM -> length == TRUNCATE_LENGTH;
            default -> type <= 0x3f && length >= BODY_OFFSET && length % Integer.BYTES == 0;
        };
    }
}
