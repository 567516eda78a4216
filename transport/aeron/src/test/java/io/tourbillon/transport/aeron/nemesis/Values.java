package io.tourbillon.transport.aeron.nemesis;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** Each write has a value of its own, which tells whose it is; some are longer than a frame. */
final class Values
{
    private static final int LONG_EVERY = 40;
    private static final int LONG_LENGTH = 20_000;

    private Values()
    {
    }

    static byte[] of(final String id)
    {
        return of(Long.parseLong(id));
    }

    static byte[] of(final long id)
    {
        return (id + ":" + "x".repeat(id % LONG_EVERY == 0 ? LONG_LENGTH : 0)).getBytes(US_ASCII);
    }

    /** The id in a whole value; what is torn is no value. */
    static String idOf(final byte[] value)
    {
        final String text = new String(value, US_ASCII);
        final String id = text.substring(0, Math.max(0, text.indexOf(':')));
        if (id.isEmpty() || value.length != of(id).length)
        {
            throw new AssertionError("a value of " + value.length + " bytes that nobody wrote: " +
                text.substring(0, Math.min(40, text.length())));
        }
        return id;
    }
}
