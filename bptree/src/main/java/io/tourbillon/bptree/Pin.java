package io.tourbillon.bptree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One reader's hold on a published root. The reader asks, the writer grants, the reader lets go: each state is left by one side only, so
 * there is no window in which a reader has chosen a root that the writer does not know to be held.
 * <pre>
 *            ask (reader)          grant (writer)
 *   IDLE  --------------->  ASKED  --------------->  PINNED
 *    ^  \___ withdraw (reader) ____/                   |
 *    +------------------ letGo (reader) ---------------+
 * </pre>
 * The epoch guards page numbers: a page that roots before epoch e refer to waits until no pin is of an epoch before e. What the reader
 * last passed guards frames: it holds no address that it took before.
 */
final class Pin
{
    private static final int IDLE = 0;
    private static final int ASKED = 1;
    private static final int PINNED = 2;

    private static final VarHandle STATE;
    private static final VarHandle PASSED;

    static
    {
        try
        {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Pin.class, "state", int.class);
            PASSED = lookup.findVarHandle(Pin.class, "passed", long.class);
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new ExceptionInInitializerError(ex);
        }
    }

    private final Snapshot owner;
    private int state;
    private long passed;
    private long epoch;
    private long pinnedAtNs;
    private volatile boolean isToEnd;

    Pin(final Snapshot owner)
    {
        this.owner = owner;
    }

    Snapshot owner()
    {
        return owner;
    }

    /** Reader. */
    void ask()
    {
        assert (int)STATE.getAcquire(this) == IDLE : "asked twice";
        isToEnd = false;
        STATE.setRelease(this, ASKED);                      // pairs with isAsked
    }

    /** Reader, and the writer for its counters. What the writer wrote before it granted is seen. */
    boolean isPinned()
    {
        return (int)STATE.getAcquire(this) == PINNED;       // pairs with grant
    }

    /** Any thread. */
    boolean isIdle()
    {
        return (int)STATE.getAcquire(this) == IDLE;
    }

    /** Writer. */
    boolean isAsked()
    {
        return (int)STATE.getAcquire(this) == ASKED;
    }

    /**
     * Writer: what the reader is to find must have been written before.
     *
     * @param rootEpoch  of the root granted.
     * @param frameEpoch as it is now: the reader holds no older address.
     */
    void grant(final long rootEpoch, final long frameEpoch, final long nowNs)
    {
        epoch = rootEpoch;
        pinnedAtNs = nowNs;
        PASSED.setRelease(this, frameEpoch);
        STATE.compareAndSet(this, ASKED, PINNED);           // fails if the reader has withdrawn: nothing is held then
    }

    /** Reader: holds neither the root nor any address any more, nor asks for one. */
    void letGo()
    {
        if (!STATE.compareAndSet(this, ASKED, IDLE))
        {
            STATE.setRelease(this, IDLE);                   // all that was read is read before the writer sees this
        }
    }

    /** Reader: holds no address that it took before the frame epoch was read. */
    void pass(final long frameEpoch)
    {
        PASSED.setRelease(this, frameEpoch);
    }

    /** Writer, of a pin that is pinned. */
    long epoch()
    {
        return epoch;
    }

    /** Writer, of a pin that is pinned. */
    long pinnedAtNs()
    {
        return pinnedAtNs;
    }

    /** Writer, of a pin that is pinned. */
    long passed()
    {
        return (long)PASSED.getAcquire(this);
    }

    void askToEnd()
    {
        isToEnd = true;
    }

    boolean isToEnd()
    {
        return isToEnd;
    }
}
