package io.tourbillon.codecs;

import org.agrona.DirectBuffer;

import java.util.Arrays;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * What a message or a group entry consists of: a block, then groups, then data, in that order. Walks bytes without reading past them.
 * Immutable; does not allocate when it walks.
 */
final class Shape
{
    static final int GROUP_HEADER_LENGTH = 4;
    static final int DATA_HEADER_LENGTH = 4;
    /** What {@link #walk} returns for bytes that do not have this shape. */
    static final int MISSHAPEN = -1;

    private static final Shape[] NO_GROUPS = {};

    private final int blockLength;
    private final Shape[] groups;
    private final int dataCount;

    private Shape(final int blockLength, final Shape[] groups, final int dataCount)
    {
        this.blockLength = blockLength;
        this.groups = groups;
        this.dataCount = dataCount;
    }

    static Shape block(final int blockLength)
    {
        return new Shape(blockLength, NO_GROUPS, 0);
    }

    Shape group(final Shape group)
    {
        final Shape[] more = Arrays.copyOf(groups, groups.length + 1);
        more[groups.length] = group;
        return new Shape(blockLength, more, dataCount);
    }

    Shape data(final int count)
    {
        return new Shape(blockLength, groups, count);
    }

    int blockLength()
    {
        return blockLength;
    }

    /** Walks one of these. Offset and limit lie in the buffer; returns the offset behind it, or {@link #MISSHAPEN}. */
    int walk(final DirectBuffer buffer, final int offset, final int limit, final int actingBlockLength)
    {
        if (actingBlockLength < blockLength || actingBlockLength > limit - offset)
        {
            return MISSHAPEN;
        }
        int position = offset + actingBlockLength;
        for (int i = 0; i < groups.length && position != MISSHAPEN; i++)
        {
            position = groups[i].walkGroup(buffer, position, limit);
        }
        for (int i = 0; i < dataCount && position != MISSHAPEN; i++)
        {
            position = walkData(buffer, position, limit);
        }
        return position;
    }

    private int walkGroup(final DirectBuffer buffer, final int offset, final int limit)
    {
        if (limit - offset < GROUP_HEADER_LENGTH)
        {
            return MISSHAPEN;
        }
        final int entryBlockLength = buffer.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
        final int count = buffer.getShort(offset + Short.BYTES, LITTLE_ENDIAN) & 0xFFFF;
        int position = offset + GROUP_HEADER_LENGTH;
        for (int i = 0; i < count && position != MISSHAPEN; i++)
        {
            position = walk(buffer, position, limit, entryBlockLength);
        }
        return position;
    }

    private static int walkData(final DirectBuffer buffer, final int offset, final int limit)
    {
        if (limit - offset < DATA_HEADER_LENGTH)
        {
            return MISSHAPEN;
        }
        final int length = buffer.getInt(offset, LITTLE_ENDIAN);
        final int start = offset + DATA_HEADER_LENGTH;
        return length < 0 || length > limit - start ? MISSHAPEN : start + length;
    }

    @Override
    public String toString()
    {
        return blockLength + Arrays.toString(groups) + "+" + dataCount;
    }
}
