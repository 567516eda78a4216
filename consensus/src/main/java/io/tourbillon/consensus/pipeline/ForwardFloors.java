package io.tourbillon.consensus.pipeline;

import org.agrona.collections.Long2LongHashMap;

/**
 * Up to which number the requests that each member has handed on are taken no more: their sender was told which ones were taken, and gives
 * up the others. One that comes later still, on a stream that was thought lost, must not get into the log. Of the leader's term alone, as
 * no request is taken in another one. Sequencer's thread only; does not allocate in steady state.
 */
final class ForwardFloors
{
    private final Long2LongHashMap floors = new Long2LongHashMap(Long.MIN_VALUE);
    private long term;

    /** Takes nothing more of the member up to the number, in this term. */
    void raise(final long currentTerm, final long memberId, final long number)
    {
        forgetOlderThan(currentTerm);
        floors.put(memberId, Math.max(number, floors.get(memberId)));
    }

    boolean isAbove(final long currentTerm, final long memberId, final long number)
    {
        forgetOlderThan(currentTerm);
        return number > floors.get(memberId);
    }

    private void forgetOlderThan(final long currentTerm)
    {
        if (currentTerm != term)
        {
            term = currentTerm;
            floors.clear();
        }
    }
}
