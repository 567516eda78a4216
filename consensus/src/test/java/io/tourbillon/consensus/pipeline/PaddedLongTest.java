package io.tourbillon.consensus.pipeline;

import org.agrona.UnsafeApi;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PaddedLongTest
{
    private static final int LINE_LENGTH = 64;

    @Test
    void shouldKeepALineClearOnEachSide()
    {
        final long value = offset(PaddedLong.class.getSuperclass(), "value");
        final Class<?> head = PaddedLong.class.getSuperclass().getSuperclass();
        for (final Field field : head.getDeclaredFields())
        {
            assertTrue(offset(field.getDeclaringClass(), field.getName()) < value, () -> field + " lies behind the value");
        }
        assertTrue(value - offset(head, "p000") >= LINE_LENGTH, "too little room before the value");
        long last = 0;
        for (final Field field : PaddedLong.class.getDeclaredFields())
        {
            if (field.getName().startsWith("q"))
            {
                last = Math.max(last, offset(field.getDeclaringClass(), field.getName()));
            }
        }
        assertTrue(last + 1 - (value + Long.BYTES) >= LINE_LENGTH, "too little room behind the value");
    }

    @Test
    void shouldKeepTheLargest()
    {
        final PaddedLong padded = new PaddedLong();
        padded.maxRelease(5);
        padded.maxRelease(3);
        padded.addRelease(2);
        assertEquals(7, padded.getAcquire());
    }

    private static long offset(final Class<?> type, final String name)
    {
        return UnsafeApi.objectFieldOffset(type, name);
    }
}
