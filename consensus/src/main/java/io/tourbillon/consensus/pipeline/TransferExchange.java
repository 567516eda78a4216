package io.tourbillon.consensus.pipeline;

import org.agrona.concurrent.OneToOneConcurrentArrayQueue;

/** What the sequencer and the transfer agent tell each other about images that go out. It is rare, so it may allocate. */
final class TransferExchange
{
    /** More than there are members, orders to stop included; who finds it full says it again. */
    private static final int LENGTH = 64;

    /** To be begun, in a term in which this member leads; or, to nobody, all are to end: it leads no more. */
    record Order(long toId, long term)
    {
        static final long TO_NOBODY = 0;
    }

    /** An order came to its end: the member has the log up to an index, or nothing came of it, and the index is 0. */
    record Ended(long toId, long term, long lastIndex)
    {
    }

    private final OneToOneConcurrentArrayQueue<Order> orders = new OneToOneConcurrentArrayQueue<>(LENGTH);
    private final OneToOneConcurrentArrayQueue<Ended> ends = new OneToOneConcurrentArrayQueue<>(LENGTH);

    /** Sequencer; false if there is no room now. */
    boolean order(final Order order)
    {
        return orders.offer(order);
    }

    /** Transfer; null if there is none. */
    Order pollOrder()
    {
        return orders.poll();
    }

    /** Transfer; false if there is no room now. */
    boolean end(final Ended ended)
    {
        return ends.offer(ended);
    }

    /** Sequencer; null if there is none. */
    Ended pollEnded()
    {
        return ends.poll();
    }
}
