package io.tourbillon.bptree;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A page moves from its frame in the pool to the file while a pinned reader looks it up, before and after it passes; the frame is used
 * again as soon as all pinned readers have passed the move.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "The page, from its frame or from the file, both times.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The frame was used again while the reader might look at it.")
@State
public class PassStress
{
    private static final int FRAME = 0;
    private static final int IN_FILE = 1;

    private final Pins pins = new Pins();
    private final Pin pin = new Pin(null);
    private final AtomicInteger tableEntry = new AtomicInteger(FRAME);
    private final int[] places = { 1, 1 };

    /** Pinned from the start. */
    public PassStress()
    {
        pins.add(pin);
        pin.ask();
        pin.grant(pins.epoch(), pins.frameEpoch(), 0);
    }

    /** What Pages does when it releases and reclaims. */
    @Actor
    public void writer()
    {
        tableEntry.setRelease(IN_FILE);
        final long neededEpoch = pins.nextFrameEpoch();
        pins.advanceFrameEpoch();
        if (pins.oldestPassed() >= neededEpoch)
        {
            places[FRAME] = 2;
        }
    }

    /**
     * @param result the page's content before and after passing.
     */
    @Actor
    public void reader(final II_Result result)
    {
        result.r1 = places[tableEntry.getAcquire()];
        pin.pass(pins.frameEpoch());
        result.r2 = places[tableEntry.getAcquire()];
        pin.letGo();
    }
}
