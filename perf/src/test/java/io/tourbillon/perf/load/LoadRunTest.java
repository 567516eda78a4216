package io.tourbillon.perf.load;

import io.tourbillon.perf.KeySpace;
import io.tourbillon.perf.load.ModelTarget.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class LoadRunTest
{
    private static final int KEY_COUNT = 20;

    private final KeySpace keySpace = new KeySpace(KEY_COUNT, 32, 256);
    private final long[] ackedRevision = new long[KEY_COUNT];

    private static RunPlan plan(final Workload workload, final int window, final double ratePerS)
    {
        return new RunPlan(workload, window, ratePerS, 50, TimeUnit.MILLISECONDS.toNanos(20), TimeUnit.MILLISECONDS.toNanos(100),
            TimeUnit.MILLISECONDS.toNanos(500), false, 1, 0);
    }

    private LoadResult run(final ModelTarget target, final RunPlan plan)
    {
        final LoadRun run = new LoadRun(keySpace, plan, target, new long[0], ackedRevision);
        target.drive(run);
        return run.result();
    }

    @Test
    void shouldEndAfterSoManyRequestsIfToldSo()
    {
        final RunPlan counted = new RunPlan(Workload.PUT, 7, 0, 50, 0, TimeUnit.SECONDS.toNanos(30),
            TimeUnit.MILLISECONDS.toNanos(500), false, 1, 123);
        final LoadResult result = run(new ModelTarget(keySpace, Fault.NONE), counted);
        assertTrue(result.isSound(), result::firstFault);
        assertEquals(123, result.putCount());
    }

    @ParameterizedTest
    @EnumSource(Workload.class)
    void shouldFindNothingWrongWithASoundStore(final Workload workload)
    {
        final ModelTarget target = new ModelTarget(keySpace, Fault.NONE);
        final LoadResult preload = run(target, RunPlan.preload(7));
        assertTrue(preload.isSound(), preload::firstFault);
        assertEquals(KEY_COUNT, preload.putCount());

        final LoadResult result = run(target, plan(workload, 8, 0));
        assertTrue(result.isSound(), result::firstFault);
        assertTrue(result.putCount() + result.getCount() > 0);
        assertEquals(workload == Workload.WATCH ? result.putCount() : 0, result.eventCount());
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, SECOND_REPLY", "PUT, REVISION_BACK", "PUT, ERROR", "PUT, DISCONNECT",
        "GET, FLIPPED_BIT", "GET, OTHER_KEYS_VALUE", "GET, MISSING_KEY", "GET, STALE_READ", "WATCH, SECOND_EVENT"})
    void shouldCallARunVoidThatHadOneFault(final Workload workload, final Fault fault)
    {
        final ModelTarget target = new ModelTarget(keySpace, fault);
        assertTrue(run(target, RunPlan.preload(7)).isSound());
        final LoadResult result = run(target, plan(workload, 1, 0));
        assertFalse(result.isSound());
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        result.print(new PrintStream(out, true, StandardCharsets.UTF_8), 288);
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("VOID"), out::toString);
    }

    @ParameterizedTest
    @CsvSource({"PUT, LOST_REPLY", "WATCH, LOST_EVENT"})
    void shouldMissOneThatNeverCame(final Workload workload, final Fault fault)
    {
        final ModelTarget target = new ModelTarget(keySpace, fault);
        assertTrue(run(target, RunPlan.preload(7)).isSound());
        final LoadResult result = run(target, plan(workload, 4, 0));
        assertFalse(result.isSound());
        assertTrue(result.firstFault().startsWith("1 "), result::firstFault);
    }

    @Test
    void shouldMeasureFromTheIntendedTimeInAnOpenLoop()
    {
        final Pacer pacer = Pacer.openLoop(1_000, 1_000_000, 10);
        assertEquals(Pacer.NOT_DUE, pacer.due(999, 0));
        assertEquals(1_000, pacer.due(50_000, 0));
        pacer.sent();
        assertEquals(2_000, pacer.due(50_000, 1)); // late, and its latency says so
        pacer.sent();
        assertEquals(Pacer.NOT_DUE, pacer.due(50_000, 10));
        assertEquals(0, pacer.idleNs(50_000));
        assertEquals(500, pacer.idleNs(2_500));
    }

    @Test
    void shouldKeepTheWindowFullInAClosedLoop()
    {
        final Pacer pacer = Pacer.closedLoop(2);
        assertEquals(77, pacer.due(77, 1));
        assertEquals(Pacer.NOT_DUE, pacer.due(77, 2));
    }

    @Test
    void shouldTellFiguresByTheServersOwnCounts()
    {
        final ModelTarget target = new ModelTarget(keySpace, Fault.NONE);
        assertTrue(run(target, RunPlan.preload(7)).isSound());
        final LoadResult result = run(target, plan(Workload.PUT, 8, 0));
        assertEquals(100, result.syncsPer1000Puts(), 1);
        assertEquals(600 / 288.0, result.writtenPerPayloadByte(288), 0.01);
        final Properties figures = new Properties();
        result.addTo(figures, 288);
        assertEquals("true", figures.getProperty("put.8.sound"));
        assertEquals(result.putRate(), Double.parseDouble(figures.getProperty("put.8.rate")));
        assertEquals("-1.0", figures.getProperty("put.8.block"));
    }

    @Test
    void shouldPaceAnOpenLoop()
    {
        final ModelTarget target = new ModelTarget(keySpace, Fault.NONE);
        assertTrue(run(target, RunPlan.preload(7)).isSound());
        final LoadResult result = run(target, plan(Workload.PUT, 64, 1_000));
        assertTrue(result.isSound(), result::firstFault);
        assertEquals(120, result.putCount(), 5);
    }
}
