package io.tourbillon.consensus.pipeline;

import io.tourbillon.consensus.Checkpoint;

/**
 * How a frozen state comes from apply to the checkpoint agent: asked, then answered. The state's word orders the fields beside it.
 */
final class FreezeExchange
{
    private static final int IDLE = 0;
    private static final int ASKED = 1;
    private static final int ANSWERED = 2;

    private volatile int state = IDLE;
    private Checkpoint checkpoint;
    private long sequence;

    /** Checkpoint agent. */
    void ask()
    {
        assert state == IDLE : state;
        state = ASKED;
    }

    /** Apply. */
    boolean isAsked()
    {
        return state == ASKED;
    }

    /** Apply: the frozen state, or null, and the last ring sequence that it may carry. */
    void answer(final Checkpoint frozen, final long appliedSequence)
    {
        assert state == ASKED : state;
        checkpoint = frozen;
        sequence = appliedSequence;
        state = ANSWERED;
    }

    /** Checkpoint agent. */
    boolean isAnswered()
    {
        return state == ANSWERED;
    }

    /** Checkpoint agent: the answer, null if there was nothing to freeze; the exchange is idle again. */
    Checkpoint take()
    {
        assert state == ANSWERED : state;
        final Checkpoint taken = checkpoint;
        checkpoint = null;
        state = IDLE;
        return taken;
    }

    /** Checkpoint agent, between {@link #take()} and the next {@link #ask()}. */
    long sequence()
    {
        return sequence;
    }
}
