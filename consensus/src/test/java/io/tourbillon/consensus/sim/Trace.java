package io.tourbillon.consensus.sim;

import java.util.Arrays;

/** All that happens, folded into one number: equal for equal runs. {@code -Dtrace=true} prints it line by line. */
final class Trace
{
    private static final boolean IS_PRINTED = Boolean.getBoolean("trace");

    private final SimTime time;
    private long hash = 1;

    Trace(final SimTime time)
    {
        this.time = time;
    }

    void add(final String what, final long... values)
    {
        hash = hash * 31 + time.tick();
        hash = hash * 31 + what.hashCode();
        hash = hash * 31 + Arrays.hashCode(values);
        if (IS_PRINTED)
        {
            System.out.println(time.tick() + " " + what + " " + Arrays.toString(values));
        }
    }

    void addMessage(final long fromId, final long toId, final String text, final byte[] bytes)
    {
        hash = hash * 31 + fromId * 64 + toId;
        hash = hash * 31 + time.tick();
        hash = hash * 31 + Arrays.hashCode(bytes);
        if (IS_PRINTED)
        {
            System.out.println(time.tick() + " " + fromId + " -> " + toId + " " + text);
        }
    }

    long hash()
    {
        return hash;
    }
}
