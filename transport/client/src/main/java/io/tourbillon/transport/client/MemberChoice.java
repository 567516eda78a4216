package io.tourbillon.transport.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * With which member a connection is, or is to be next: the endpoints in the order in which they are tried, what was found behind each,
 * and what the member says of its leader. It decides nothing: whoever polls may look at it and have the connection move. Only on the
 * thread that polls.
 */
public final class MemberChoice
{
    private static final int ENDPOINTS_MAX = 64;
    private static final int NONE = -1;
    /** What is unanswered is waited for so long before a connection moves; then what is kept is sent again from there. */
    private static final long DRAIN_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ClientConnection connection;
    private final List<Endpoint> endpoints;
    private final List<Long> memberIds = new ArrayList<>();
    private int index;
    private int targetIndex = NONE;
    private long targetDeadlineNs;
    private String targetReason = "";
    private boolean asksOften;
    private boolean isConnected;
    private long leaderId;
    private long leaderlessSinceNs;
    private long askedNs;

    MemberChoice(final ClientConnection connection, final List<Endpoint> endpoints)
    {
        this.connection = connection;
        this.endpoints = new ArrayList<>(endpoints);
        endpoints.forEach(endpoint -> memberIds.add(0L));
    }

    /**
     * Has the member asked for its leader with each keep-alive interval, also while there is other traffic; costs one short message each.
     *
     * @param value false unless this is called.
     */
    public void asksOften(final boolean value)
    {
        asksOften = value;
    }

    /** @return the member that it is connected to; 0 = none. */
    public long memberId()
    {
        return isConnected ? memberIds.get(index) : 0;
    }

    /** @return the leader, by what the member has said last; 0 = it knew none. */
    public long leaderId()
    {
        return isConnected ? leaderId : 0;
    }

    /**
     * How long its member has known no leader, as far as it was asked.
     *
     * @param nowNs now.
     * @return time in nanoseconds; 0 = it knows one, or there is no connection.
     */
    public long leaderlessNs(final long nowNs)
    {
        return isConnected && leaderId == 0 ? Math.max(1, nowNs - leaderlessSinceNs) : 0;
    }

    /** @return where it is, or tries to be. */
    public String endpoint()
    {
        return current().toString();
    }

    /** @return how many endpoints it knows. */
    public int endpointCount()
    {
        return endpoints.size();
    }

    /**
     * Where a member was found before.
     *
     * @param memberId of the member.
     * @return its endpoint; null if it is not known.
     */
    public String endpointOf(final long memberId)
    {
        final int found = memberIds.indexOf(memberId);
        return found < 0 ? null : endpoints.get(found).toString();
    }

    /**
     * Has the connection move to a member: it takes no more requests, waits a while for what is unanswered, and connects there. Writes that
     * are remembered and unanswered by then are sent again; watches go on.
     *
     * @param memberId     of the member.
     * @param endpointText of it, if it is known; null = only if it was connected to before.
     * @param reason       in words.
     * @return false if it does not move: it is there, or it is not known where that is.
     */
    public boolean moveTo(final long memberId, final String endpointText, final String reason)
    {
        int target = memberIds.indexOf(memberId);
        if (target < 0 && null != endpointText)
        {
            target = indexOf(Endpoint.parse(endpointText), memberId);
        }
        return target >= 0 && moveTo(target, reason);
    }

    /**
     * Has the connection move to its next endpoint.
     *
     * @param reason in words.
     * @return false if there is no other.
     */
    public boolean moveOn(final String reason)
    {
        return moveTo((index + 1) % endpoints.size(), reason);
    }

    private boolean moveTo(final int target, final String reason)
    {
        if (!isConnected || target == index)
        {
            return false;
        }
        targetIndex = target;
        targetReason = reason;
        targetDeadlineNs = connection.clockNs() + DRAIN_NS;
        return true;
    }

    private int indexOf(final Endpoint endpoint, final long memberId)
    {
        int found = endpoints.indexOf(endpoint);
        if (found < 0)
        {
            found = Math.min(endpoints.size(), ENDPOINTS_MAX - 1);
            if (found == endpoints.size())
            {
                endpoints.add(endpoint);
                memberIds.add(memberId);
            }
            else
            {
                endpoints.set(found, endpoint);
            }
        }
        return found;
    }

    Endpoint current()
    {
        return endpoints.get(index);
    }

    boolean isMoving()
    {
        return targetIndex != NONE;
    }

    /** Whether it is to be given up now: it is to move, and nothing is unanswered, or was waited for long enough. */
    boolean isMoveDue(final long nowNs, final List<ClientSession> sessions)
    {
        if (!isMoving())
        {
            return false;
        }
        int unanswered = 0;
        for (int i = 0; i < sessions.size(); i++)
        {
            unanswered += sessions.get(i).inFlightCount();
        }
        return unanswered == 0 || targetDeadlineNs - nowNs <= 0;
    }

    String reason()
    {
        return targetReason;
    }

    /** The connection is lost or given up: where next. True if it was meant to move, so that there is nothing to wait for. */
    boolean onLost()
    {
        final boolean isMeant = isMoving() && isConnected;
        index = isMoving() ? targetIndex : (index + 1) % endpoints.size();
        targetIndex = NONE;
        isConnected = false;
        return isMeant;
    }

    void onConnected(final long memberId, final long hintedLeaderId, final long nowNs)
    {
        for (int i = 0; i < memberIds.size(); i++)
        {
            if (memberIds.get(i) == memberId)
            {
                memberIds.set(i, 0L);
            }
        }
        memberIds.set(index, memberId);
        isConnected = true;
        leaderId = hintedLeaderId;
        leaderlessSinceNs = nowNs;
        askedNs = nowNs;
    }

    void onLeader(final long hintedLeaderId, final long nowNs)
    {
        if (hintedLeaderId == 0 && leaderId != 0)
        {
            leaderlessSinceNs = nowNs;
        }
        leaderId = hintedLeaderId;
    }

    /**
     * Whether it is time to ask for the leader; the caller then does. Also who says enough asks a member of which nothing was heard: it may
     * have nothing to answer yet.
     */
    boolean isToAsk(final long nowNs, final long intervalNs, final long heardNs)
    {
        return (asksOften || nowNs - heardNs >= intervalNs) && nowNs - askedNs >= intervalNs;
    }

    void onAsked(final long nowNs)
    {
        askedNs = nowNs;
    }
}
