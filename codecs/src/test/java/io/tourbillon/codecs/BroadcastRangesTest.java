package io.tourbillon.codecs;

import org.junit.jupiter.api.Test;

import java.util.List;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

/** Ranges of prefixes, and their number. */
class BroadcastRangesTest
{
    private static final byte[] ZERO = {0};

    @Test
    void shouldEndBehindTheLastKeyOfAPrefix()
    {
        check(new byte[]{'a', '/'}, new byte[]{'a', '0'}, new byte[]{'a', '/'});
        check(new byte[]{'a', -1, -1}, new byte[]{'b'}, new byte[]{'a', -1, -1});
        check(new byte[]{-1, -1}, ZERO, new byte[]{-1, -1});
        check(new byte[]{}, ZERO, ZERO);
    }

    private static void check(final byte[] prefix, final byte[] end, final byte[] key)
    {
        final byte[][] range = BroadcastRanges.ofPrefix(prefix);
        assertArrayEquals(key, range[0]);
        assertArrayEquals(end, range[1]);
    }

    @Test
    void shouldTellOtherRangesApart()
    {
        final byte[][] a = BroadcastRanges.ofPrefix(new byte[]{'a'});
        final byte[][] b = BroadcastRanges.ofPrefix(new byte[]{'b'});
        assertEquals(BroadcastRanges.hash(List.of(a, b)), BroadcastRanges.hash(List.of(a.clone(), b.clone())));
        assertNotEquals(BroadcastRanges.hash(List.of(a, b)), BroadcastRanges.hash(List.of(b, a)));
        assertNotEquals(BroadcastRanges.hash(List.<byte[][]>of(a)), BroadcastRanges.hash(List.of(a, b)));
        assertNotEquals(
            BroadcastRanges.hash(List.<byte[][]>of(new byte[][]{{1, 2}, {3}})),
            BroadcastRanges.hash(List.<byte[][]>of(new byte[][]{{1}, {2, 3}})));
    }
}
