package io.tourbillon.mvcc;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** How long keys may get before what is watched does not fit its 32 slabs. */
class WatchPatternsTest
{
    /** Two of them and 16 bytes more are 21,416, the records of the last slab. */
    private static final int KEY_LENGTH_WATCHED_MAX = 10_700;

    @Test
    void shouldNameTheLimitOfKeysThatItsSlabsCannotHold()
    {
        assertEquals(32, WatchPatterns.recordLengths(KEY_LENGTH_WATCHED_MAX).length);
        final IllegalStateException fault =
            assertThrows(IllegalStateException.class, () -> WatchPatterns.recordLengths(KEY_LENGTH_WATCHED_MAX + 1));
        assertEquals("keys of 10701 bytes do not fit what is watched: records of 21418 bytes, and the longest of 32 slabs has 21416",
            fault.getMessage());
    }
}
