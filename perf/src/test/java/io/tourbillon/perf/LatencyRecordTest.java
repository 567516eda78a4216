package io.tourbillon.perf;

import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.HistogramLogReader;
import org.HdrHistogram.HistogramLogWriter;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LatencyRecordTest
{
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final LatencyRecord record = new LatencyRecord("put", 0, 3 * SECOND_NS);

    @Test
    void shouldTellPercentilesInMicroseconds()
    {
        for (int i = 1; i <= 1000; i++)
        {
            record.record(SECOND_NS, i * 1000L);
        }
        assertEquals(1000, record.count());
        assertEquals(500, record.micros(50), 1);
        assertEquals(990, record.micros(99), 1);
        assertEquals(1000, record.maxMicros(), 1);
    }

    @Test
    void shouldKeepWhatIsBeyondItsRangeAndSaySo()
    {
        record.record(0, TimeUnit.SECONDS.toNanos(61));
        record.record(0, -5);
        assertEquals(2, record.count());
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        record.print(new PrintStream(out, true, StandardCharsets.US_ASCII));
        assertTrue(out.toString(StandardCharsets.US_ASCII).contains("1 took longer than 60 s"), out::toString);
    }

    @Test
    void shouldWriteIntervalsThatReadBackAsTheWhole()
    {
        record.record(SECOND_NS / 2, 10_000);
        record.record(SECOND_NS + 1, 20_000);
        record.record(100 * SECOND_NS, 30_000); // a straggler belongs to the last interval
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final HistogramLogWriter writer = new HistogramLogWriter(out);
        writer.outputLogFormatVersion();
        writer.outputLegend();
        record.writeTo(writer);
        int count = 0;
        int intervals = 0;
        try (HistogramLogReader reader = new HistogramLogReader(new ByteArrayInputStream(out.toByteArray())))
        {
            for (EncodableHistogram next = reader.nextIntervalHistogram(); next != null; next = reader.nextIntervalHistogram())
            {
                assertEquals("put", next.getTag());
                count += (int)((org.HdrHistogram.Histogram)next).getTotalCount();
                intervals++;
            }
        }
        assertEquals(3, count);
        assertEquals(3, intervals);
    }
}
