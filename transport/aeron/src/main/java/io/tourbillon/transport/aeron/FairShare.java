package io.tourbillon.transport.aeron;

import java.util.concurrent.TimeUnit;

/**
 * How many requests of a connection are taken in a duty cycle. Whoever asks alone may have as much in flight as his sessions may. Where
 * others ask too, connections with much in flight share a bound: what is beyond a connection's part waits in its own stream, and not in the
 * pipeline in front of the others. A connection with little in flight is never held, and where one asks that has little, those with much
 * share a quarter of the bound: what is in flight is what the next request waits for (Little's law). Sequencer; does not allocate.
 * <p>
 * Who is held is still heard, a fragment each {@link #TRICKLE_NS}: keep-alives and cancels go on where nothing is answered for long.
 */
final class FairShare
{
    /** Fragments of one connection in one duty cycle: a datagram of small requests and a little more. */
    static final int FRAGMENT_LIMIT = 64;
    /** Requests in flight up to which a connection is never held. */
    static final int LIGHT_MAX = 64;
    /** This part of the bound is shared where somebody asks who has little in flight. */
    static final int BESIDE_LIGHT_DIVISOR = 4;
    /** For so long who has asked for something counts as one who asks. */
    static final long ASKING_NS = TimeUnit.SECONDS.toNanos(1);
    static final long TRICKLE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final int sharedMax;
    private int askingCount;
    private int heavyCount;
    private long part = Long.MAX_VALUE;
    private long nowNs;

    /**
     * @param sharedMax requests that connections have in flight together where more than one asks.
     */
    FairShare(final int sharedMax)
    {
        this.sharedMax = sharedMax;
    }

    /** Before the connections are polled: what the last round has seen decides this one. */
    void beginRound(final long newNowNs)
    {
        nowNs = newNowNs;
        final int bound = askingCount > heavyCount ? sharedMax / BESIDE_LIGHT_DIVISOR : sharedMax;
        part = askingCount < 2 || heavyCount == 0 ? Long.MAX_VALUE : Math.max(LIGHT_MAX, bound / heavyCount);
        askingCount = 0;
        heavyCount = 0;
    }

    /** Fragments to be taken of this connection now; 0 = it is held. */
    int fragmentLimit(final Connection connection)
    {
        final long inFlight = connection.inFlightCount();
        askingCount += connection.isAsking(nowNs) ? 1 : 0;
        heavyCount += inFlight >= LIGHT_MAX ? 1 : 0;
        if (inFlight < part)
        {
            return (int)Math.min(FRAGMENT_LIMIT, part - inFlight);
        }
        return nowNs - connection.lastPolledNs() < TRICKLE_NS ? 0 : 1;
    }
}
