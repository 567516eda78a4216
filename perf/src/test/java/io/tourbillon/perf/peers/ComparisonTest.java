package io.tourbillon.perf.peers;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

class ComparisonTest
{
    private static final List<Integer> WINDOWS = List.of(1, 64);

    private static Figures figures(final double rateAt1, final double rateAt64, final boolean isSound)
    {
        final Properties properties = new Properties();
        properties.setProperty("put.1.rate", Double.toString(rateAt1));
        properties.setProperty("put.64.rate", Double.toString(rateAt64));
        properties.setProperty("put.1.sound", "true");
        properties.setProperty("put.64.sound", Boolean.toString(isSound));
        return new Figures(properties);
    }

    private static Comparison comparison(final boolean isLastSound)
    {
        final Comparison comparison = new Comparison("fsync", WINDOWS);
        comparison.add(Side.TOURBILLON, figures(4_000, 200_000, true));
        comparison.add(Side.ETCD, figures(2_000, 10_000, true));
        comparison.add(Side.ETCD, figures(2_000, 20_000, true));
        comparison.add(Side.TOURBILLON, figures(4_000, 100_000, isLastSound));
        return comparison;
    }

    @Test
    void shouldTellARatioWithItsSpread()
    {
        final Ratio ratio = comparison(true).at("put", 64, "rate");
        assertEquals(10, ratio.middle(), 1e-9);
        assertEquals(5, ratio.low(), 1e-9);
        assertEquals(20, ratio.high(), 1e-9);
    }

    @Test
    void shouldNotMakeARatioOfWhatWasNotTold()
    {
        assertNull(comparison(true).at("put", 64, "syncs"));
        assertNull(Ratio.of(List.of(1.0), List.of()));
        assertNull(Ratio.of(List.of(1.0), List.of(0.0)));
    }

    @Test
    void shouldPickEachSidesBestWindow()
    {
        assertEquals(64, figures(1, 2, true).bestWindow("put", WINDOWS));
        assertEquals(1, figures(2, 1, true).bestWindow("put", WINDOWS));
    }

    @Test
    void shouldPrintRowsAndRatiosAndMarkWhatIsVoid()
    {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        comparison(false).print(new PrintStream(out, true, StandardCharsets.UTF_8), "put");
        final String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("| tourbillon | 1 | 64 | 200000 | - |"), text);
        assertTrue(text.contains("each side at its best window: 10.0x (5.00 .. 20.0)"), text);
        assertTrue(text.contains("VOID"), text);
    }

    @Test
    void shouldBeSoundOnlyIfEachRunWas()
    {
        assertTrue(comparison(true).isSound(List.of("put")));
        assertFalse(comparison(false).isSound(List.of("put")));
        assertFalse(comparison(true).isSound(List.of("put", "get")));
    }
}
