package io.tourbillon.transport.etcd.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/** Makes of a message's bytes others that are not right, or right in an unusual way. */
final class Mutations
{
    private static final byte[][] INTERESTING = {
        {-1, -1, -1, -1, -1, -1, -1, -1, -1, 1},          // a varint of -1
        {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}, // one that does not end in time
        {-1, -1, -1, -1, 7},                              // a length of 2 GiB less one
        {-128, -128, -128, -128, 8},                      // a length below zero
        {(byte)0xC3, 0x28}, {(byte)0xED, (byte)0xA0, (byte)0x80}, {(byte)0xF8}, // no UTF-8
        {0}, {7}, {0x0B}, {0x0C}, {0x0F},                 // tag 0, wire type 7, the beginning and the end of a group
        {(byte)0xFA, (byte)0xFF, (byte)0xFF, (byte)0xFF, 0x0F, 1, 0}, // the highest tag there may be
    };
    private static final int NESTED_MAX = 20_000;
    private static final int CHANGES_MAX = 4;

    private final Random random;

    Mutations(final Random random)
    {
        this.random = random;
    }

    byte[] of(final byte[] message)
    {
        byte[] bytes = message;
        for (int i = random.nextInt(CHANGES_MAX); i >= 0; i--)
        {
            bytes = once(bytes);
        }
        return bytes;
    }

    private byte[] once(final byte[] bytes)
    {
        final int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        return switch (random.nextInt(9))
        {
            case 0, 1 -> flipped(bytes, at);
            case 2 -> Arrays.copyOf(bytes, at);
            case 3 -> with(bytes, at, at, INTERESTING[random.nextInt(INTERESTING.length)]);
            case 4 -> with(bytes, at, Math.min(bytes.length, at + 1), INTERESTING[random.nextInt(INTERESTING.length)]);
            case 5 -> with(bytes, at, Math.min(bytes.length, at + 1), new byte[]{(byte)random.nextInt()});
            case 6 -> with(bytes, at, at, bytes); // again, within itself
            case 7 -> with(bytes, bytes.length, bytes.length, unknownField());
            default -> random.nextInt(8) == 0 ? nested(random.nextInt(NESTED_MAX)) : flipped(bytes, at);
        };
    }

    private byte[] flipped(final byte[] bytes, final int at)
    {
        final byte[] flipped = bytes.clone();
        if (flipped.length > 0)
        {
            flipped[at] ^= (byte)(1 << random.nextInt(Byte.SIZE));
        }
        return flipped;
    }

    private static byte[] with(final byte[] bytes, final int from, final int to, final byte[] instead)
    {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(bytes, 0, from);
        all.writeBytes(instead);
        all.write(bytes, to, bytes.length - to);
        return all.toByteArray();
    }

    private byte[] unknownField()
    {
        final byte[] value = new byte[random.nextInt(100)];
        random.nextBytes(value);
        final ByteArrayOutputStream field = new ByteArrayOutputStream();
        writeVarint(field, random.nextInt(1 << 20) << 3 | 2);
        writeVarint(field, value.length);
        field.writeBytes(value);
        return field.toByteArray();
    }

    /** Transactions within transactions: field 2 of each is an operation, whose field 4 is one. */
    static byte[] nested(final int depth)
    {
        final byte[] reversed = new byte[12 * depth + 16];
        int length = 0;
        for (int i = 0; i < depth; i++)
        {
            length = prepend(reversed, length, 4 << 3 | 2);
            length = prepend(reversed, length, 2 << 3 | 2);
        }
        return Arrays.copyOfRange(reversed, reversed.length - length, reversed.length);
    }

    /** A field before all that is there, which is its value. */
    private static int prepend(final byte[] bytes, final int length, final int tag)
    {
        final ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.write(tag);
        writeVarint(head, length);
        System.arraycopy(head.toByteArray(), 0, bytes, bytes.length - length - head.size(), head.size());
        return length + head.size();
    }

    private static void writeVarint(final ByteArrayOutputStream to, final int value)
    {
        int left = value;
        for (; (left & ~0x7F) != 0; left >>>= 7)
        {
            to.write(left & 0x7F | 0x80);
        }
        to.write(left);
    }
}
