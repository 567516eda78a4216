package io.tourbillon.tools.ctl.output;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes one protobuf message; as proto3 does, without fields that are zero, false or empty. Fields are to come in order. */
final class Protobuf
{
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Protobuf number(final int field, final long value)
    {
        if (value != 0)
        {
            varint((long)field << 3 | VARINT);
            varint(value);
        }
        return this;
    }

    Protobuf bool(final int field, final boolean value)
    {
        return number(field, value ? 1 : 0);
    }

    Protobuf text(final int field, final String value)
    {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Protobuf texts(final int field, final Iterable<String> values)
    {
        values.forEach(value -> delimited(field, value.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    Protobuf bytes(final int field, final byte[] value)
    {
        return value.length == 0 ? this : delimited(field, value);
    }

    /** A message is there even if it is empty. */
    Protobuf message(final int field, final Protobuf value)
    {
        return delimited(field, value.out.toByteArray());
    }

    private Protobuf delimited(final int field, final byte[] value)
    {
        varint((long)field << 3 | LENGTH_DELIMITED);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    private void varint(final long value)
    {
        long rest = value;
        while ((rest & ~0x7FL) != 0)
        {
            out.write((int)rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write((int)rest);
    }

    byte[] toByteArray()
    {
        return out.toByteArray();
    }
}
