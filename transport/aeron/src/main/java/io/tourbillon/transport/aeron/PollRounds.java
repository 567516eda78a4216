package io.tourbillon.transport.aeron;

import java.util.ArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Whose streams are looked at in a duty cycle. A look at a stream in which there is nothing costs some 150 ns, for what it reads is in no
 * cache: that of 256 who want nothing took a tenth of a busy node's time. So who asks, or awaits something, is looked at each time; the
 * quiet ones all together, the less often the more there are, but at least each {@link #QUIET_MAX_NS}, and each time while nobody asks.
 * Sequencer; does not allocate but to grow.
 */
final class PollRounds
{
    /** Nobody waits longer for a first look, however many there are. */
    static final long QUIET_MAX_NS = TimeUnit.MILLISECONDS.toNanos(2);
    /** Time between looks at the quiet ones for each of them: looking then takes 2 % of it. */
    static final long QUIET_EACH_NS = TimeUnit.MICROSECONDS.toNanos(8);
    /** Who has said something is listened to for so long: whoever grants credit for events says so again and again. */
    static final long HEARD_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** After so long without a message there is nothing that looking would hold up. */
    static final long LULL_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ArrayList<Connection> all = new ArrayList<>();
    private final ArrayList<Connection> live = new ArrayList<>();
    private boolean isRoundOfAll;
    private boolean isAllDue = true;
    private long nowNs;
    private long lastAllNs;
    private long lastHeardNs;

    /** Those that there are, in no order; {@link #add} and {@link #remove} change it. */
    ArrayList<Connection> all()
    {
        return all;
    }

    void add(final Connection connection)
    {
        all.add(connection);
        isAllDue = true;
    }

    /** Puts the last one in its place. */
    void remove(final int index)
    {
        live.remove(all.get(index));
        final Connection last = all.remove(all.size() - 1);
        if (index < all.size())
        {
            all.set(index, last);
        }
    }

    /** Begins a round; who is to be looked at in it. */
    ArrayList<Connection> begin(final long newNowNs)
    {
        nowNs = newNowNs;
        final long pauseNs = Math.min(QUIET_MAX_NS, (all.size() - live.size()) * QUIET_EACH_NS);
        isRoundOfAll = isAllDue || nowNs - lastAllNs >= pauseNs || nowNs - lastHeardNs >= LULL_NS;
        return isRoundOfAll ? all : live;
    }

    /** All that were to be looked at were, and so many messages came. */
    void end(final int messageCount)
    {
        if (messageCount > 0)
        {
            lastHeardNs = nowNs;
        }
        if (!isRoundOfAll)
        {
            return;
        }
        isAllDue = false;
        lastAllNs = nowNs;
        live.clear();
        for (int i = 0; i < all.size(); i++)
        {
            if (isLive(all.get(i)))
            {
                live.add(all.get(i));
            }
        }
    }

    private boolean isLive(final Connection connection)
    {
        return connection.state() != Connection.State.CONNECTED || connection.isAsking(nowNs) ||
            nowNs - connection.lastHeardNs() < HEARD_NS || connection.inFlightCount() > 0 || connection.hasQueue();
    }
}
