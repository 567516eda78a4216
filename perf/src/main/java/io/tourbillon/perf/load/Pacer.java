package io.tourbillon.perf.load;

/** Decides when the next request is due. One thread. */
public interface Pacer
{
    /** Nothing is due. */
    long NOT_DUE = Long.MIN_VALUE;

    /**
     * @param nowNs         as {@link System#nanoTime()}.
     * @param inFlightCount requests without a reply.
     * @return when the next request should have left: now, or earlier if the sender is late; {@link #NOT_DUE} if none is due.
     */
    long due(long nowNs, int inFlightCount);

    /** The request that was due has left. */
    void sent();

    /**
     * @param nowNs as {@link System#nanoTime()}.
     * @return how long until a request can be due, if no reply comes before: the thread may sleep so long. {@link Long#MAX_VALUE}: until a
     * reply.
     */
    long idleNs(long nowNs);

    /**
     * As many in flight as the window holds: the next leaves when a reply came. Latency is from the send, so a stall delays the requests
     * behind it
     * unmeasured: good for "most per second", not for "how long does it take".
     *
     * @param window requests in flight.
     * @return the pacer.
     */
    static Pacer closedLoop(final int window)
    {
        return new Pacer()
        {
            @Override
            public long due(final long nowNs, final int inFlightCount)
            {
                return inFlightCount < window ? nowNs : NOT_DUE;
            }

            @Override
            public void sent()
            {
            }

            @Override
            public long idleNs(final long nowNs)
            {
                return Long.MAX_VALUE;
            }
        };
    }

    /**
     * One every so often, whatever the server does. Latency is from the intended time, so a stall counts for each request it delays.
     *
     * @param startNs     of the first.
     * @param ratePerS    requests per second.
     * @param inFlightMax beyond it a request waits, its latency growing.
     * @return the pacer.
     */
    static Pacer openLoop(final long startNs, final double ratePerS, final int inFlightMax)
    {
        return new OpenLoop(startNs, ratePerS, inFlightMax);
    }

    /** Computes each time from the count, so that rounding never drifts. */
    final class OpenLoop implements Pacer
    {
        private final long startNs;
        private final double intervalNs;
        private final int inFlightMax;
        private long sentCount;

        private OpenLoop(final long startNs, final double ratePerS, final int inFlightMax)
        {
            this.startNs = startNs;
            this.intervalNs = 1e9 / ratePerS;
            this.inFlightMax = inFlightMax;
        }

        private long nextNs()
        {
            return startNs + (long)(sentCount * intervalNs);
        }

        @Override
        public long due(final long nowNs, final int inFlightCount)
        {
            final long nextNs = nextNs();
            return nextNs - nowNs <= 0 && inFlightCount < inFlightMax ? nextNs : NOT_DUE;
        }

        @Override
        public void sent()
        {
            sentCount++;
        }

        @Override
        public long idleNs(final long nowNs)
        {
            return Math.max(0, nextNs() - nowNs);
        }
    }
}
