package io.tourbillon.bptree;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A root is asked for, published and pinned, while the writer frees its page and uses it again as soon as no pin is of an older epoch. */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Not granted yet: the reader withdrew.")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "The page as it was published.")
@Outcome(id = "2", expect = Expect.FORBIDDEN, desc = "The page was used again under the pin.")
@Outcome(id = "3", expect = Expect.FORBIDDEN, desc = "Granted, but what was published is not there.")
@State
public class PinStress
{
    private final Pins pins = new Pins();
    private final Pin pin = new Pin(null);
    private int page;

    /** The pin has its place already, and has asked: or the two would hardly ever meet. */
    public PinStress()
    {
        pins.add(pin);
        pin.ask();
    }

    /** Publishes once if asked, then frees and reuses. */
    @Actor
    public void writer()
    {
        page = 1;
        if (pin.isAsked())
        {
            pin.grant(pins.epoch(), pins.frameEpoch(), 0);
        }
        pins.advanceEpoch();
        final long neededEpoch = pins.epoch();
        if (pins.oldestEpoch() >= neededEpoch)
        {
            page = 2;
        }
    }

    /**
     * @param result what it found.
     */
    @Actor
    public void reader(final I_Result result)
    {
        if (pin.isPinned())
        {
            result.r1 = page == 0 ? 3 : page;
        }
        pin.letGo();
    }
}
