package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.StateImages.Image;

/**
 * How a state that came from another member takes the place of this one's. Each phase is left by one side only, so the fields beside it
 * need no order of their own.
 * <pre>
 *   IDLE --transfer--> OFFERED --sequencer--> BEGUN --sequencer, once the journal has forced the mark--> IN_PLACE
 *     ^                   |                                                                                  |
 *     |              sequencer                                                                           transfer
 *     |                   v                                                                                  v
 *     +---transfer--- REFUSED              +------------transfer------------ REPLACED <------apply------- OPENED
 *     +------------------------------------+
 * </pre>
 * From BEGUN to REPLACED apply applies nothing. BEGUN is said before the log is touched: who misses an entry there looks here.
 */
final class InstallExchange
{
    private enum Phase
    {
        IDLE, OFFERED, REFUSED, BEGUN, IN_PLACE, OPENED, REPLACED
    }

    private volatile Phase phase = Phase.IDLE;
    private Image image;
    private long logBytes;

    boolean isIdle()
    {
        return phase == Phase.IDLE;
    }

    /** Transfer: this one has come, and is durable. */
    void offer(final Image arrived)
    {
        assert phase == Phase.IDLE : phase;
        image = arrived;
        phase = Phase.OFFERED;
    }

    /** Sequencer. */
    boolean isOffered()
    {
        return phase == Phase.OFFERED;
    }

    /** What is offered, or under way. */
    Image image()
    {
        return image;
    }

    /** Sequencer: it is not needed. */
    void refuse()
    {
        assert phase == Phase.OFFERED : phase;
        phase = Phase.REFUSED;
    }

    /** Transfer. */
    boolean isRefused()
    {
        return phase == Phase.REFUSED;
    }

    /** Sequencer: from here on there is no way back. */
    void begin(final long bytesInLog)
    {
        assert phase == Phase.OFFERED : phase;
        logBytes = bytesInLog;
        phase = Phase.BEGUN;
    }

    /** Sequencer: nothing was changed, it is tried again. */
    void postpone()
    {
        assert phase == Phase.BEGUN : phase;
        phase = Phase.OFFERED;
    }

    /** Bytes of frames that had been put into the log by then. */
    long logBytes()
    {
        return logBytes;
    }

    /** Any: apply stands still, and the journal's old entries are going or gone. */
    boolean isUnderWay()
    {
        final Phase now = phase;
        return now == Phase.BEGUN || now == Phase.IN_PLACE || now == Phase.OPENED;
    }

    /** Sequencer: state and mark are durable. */
    void onInPlace()
    {
        assert phase == Phase.BEGUN : phase;
        phase = Phase.IN_PLACE;
    }

    /** Transfer. */
    boolean isInPlace()
    {
        return phase == Phase.IN_PLACE;
    }

    /** Transfer: apply may take it. */
    void onOpened()
    {
        assert phase == Phase.IN_PLACE : phase;
        phase = Phase.OPENED;
    }

    /** Apply. */
    boolean isOpened()
    {
        return phase == Phase.OPENED;
    }

    /** Apply. */
    void onReplaced()
    {
        assert phase == Phase.OPENED : phase;
        phase = Phase.REPLACED;
    }

    /** Transfer. */
    boolean isReplaced()
    {
        return phase == Phase.REPLACED;
    }

    /** Transfer: refused, or replaced and tidied up. */
    void end()
    {
        assert phase == Phase.REFUSED || phase == Phase.REPLACED : phase;
        image = null;
        phase = Phase.IDLE;
    }
}
