package io.tourbillon.transport.etcd.json;

import io.netty.buffer.ByteBuf;

import java.util.function.Consumer;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Cuts a stream of bytes into JSON's objects, one after the other with white space or nothing between them. What does not begin as an
 * object is handed over as it stands, to be refused by who reads it. One thread; bounded by the longest object.
 */
final class JsonSplitter
{
    private static final int FIRST_LENGTH = 1024;

    private final int bytesMax;
    private byte[] kept = new byte[FIRST_LENGTH];
    private int length;
    private int depth;
    private boolean isInString;
    private boolean isEscaped;

    JsonSplitter(final int bytesMax)
    {
        this.bytesMax = bytesMax;
    }

    /** Hands over what is whole; false if an object is longer than may be. */
    boolean take(final ByteBuf from, final Consumer<String> objects)
    {
        while (from.isReadable())
        {
            final byte next = from.readByte();
            if (length == 0 && isBlank(next))
            {
                continue;
            }
            if (length == bytesMax)
            {
                return false;
            }
            keep(next);
            if (isEnd(next))
            {
                hand(objects);
            }
        }
        return true;
    }

    /** Nothing more comes: what is left is handed over, whole or not. */
    void end(final Consumer<String> objects)
    {
        if (length > 0)
        {
            hand(objects);
        }
    }

    private void hand(final Consumer<String> objects)
    {
        final String object = new String(kept, 0, length, UTF_8);
        length = 0;
        depth = 0;
        isInString = false;
        isEscaped = false;
        objects.accept(object);
    }

    private void keep(final byte next)
    {
        if (length == kept.length)
        {
            final byte[] longer = new byte[(int)Math.min(bytesMax, 2L * length)];
            System.arraycopy(kept, 0, longer, 0, length);
            kept = longer;
        }
        kept[length++] = next;
    }

    private boolean isEnd(final byte next)
    {
        if (isInString)
        {
            isInString = isEscaped || next != '"';
            isEscaped = !isEscaped && next == '\\';
            return false;
        }
        switch (next)
        {
            case '"' -> isInString = true;
            case '{', '[' -> depth++;
            case '}', ']' -> depth--;
            default ->
            {
                return false; // within an object, or no object at all
            }
        }
        return depth <= 0 && !isInString;
    }

    private static boolean isBlank(final byte next)
    {
        return next == ' ' || next == '\n' || next == '\r' || next == '\t';
    }
}
