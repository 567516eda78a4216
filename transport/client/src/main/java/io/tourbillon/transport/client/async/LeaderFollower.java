package io.tourbillon.transport.client.async;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.ConnectionState;
import io.tourbillon.transport.client.MemberChoice;
import io.tourbillon.transport.client.TourbillonClient;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Decides when a connection moves: to the leader, if it is to follow it; away from a member that knows no leader for too long. The client's
 * thread alone. <pre>
 *  hint says another one leads -- where it is is known, or the members' addresses are asked for
 *   -- a scout, a connection of its own, gets there and finds that member -- only then the connection moves
 * </pre> A leader that cannot be reached from here so costs nothing; it is tried again after a pause that doubles.
 */
final class LeaderFollower
{
    private static final long PAUSE_MIN_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PAUSE_MAX_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int PATIENCE_DOUBLINGS_MAX = 5;

    private final ClientAgent agent;
    private final TourbillonClient client;
    private final ClientConnection connection;
    private final boolean isFollowing;
    private final long leaderlessMaxNs;
    private long pauseNs = PAUSE_MIN_NS;
    private long notBeforeNs = System.nanoTime();
    private long wantedId;
    private int leaderlessMoves;
    /** Where the leader is, as far as is known. */
    private String leaderEndpoint;
    /** Where it was sought in vain since. */
    private String failedEndpoint;
    private ClientConnection scout;
    private long scoutDeadlineNs;

    LeaderFollower(
        final ClientAgent agent, final TourbillonClient client, final ClientConnection connection, final boolean isFollowing,
        final long leaderlessMaxNs)
    {
        this.agent = agent;
        this.client = client;
        this.connection = connection;
        this.isFollowing = isFollowing;
        this.leaderlessMaxNs = leaderlessMaxNs;
        connection.memberChoice().asksOften(isFollowing || connection.memberChoice().endpointCount() > 1);
    }

    void poll()
    {
        if (connection.state() != ConnectionState.CONNECTED)
        {
            return;
        }
        final MemberChoice choice = connection.memberChoice();
        final long nowNs = System.nanoTime();
        if (choice.leaderId() == 0)
        {
            if (choice.leaderlessNs(nowNs) > leaderlessMaxNs << Math.min(leaderlessMoves, PATIENCE_DOUBLINGS_MAX) &&
                choice.moveOn("its member knows no leader"))
            {
                leaderlessMoves++;
            }
            return;
        }
        leaderlessMoves = 0;
        if (isFollowing)
        {
            follow(choice, nowNs);
        }
    }

    private void follow(final MemberChoice choice, final long nowNs)
    {
        if (choice.leaderId() == choice.memberId())
        {
            dismissScout();
            wantedId = choice.memberId();
            pauseNs = PAUSE_MIN_NS;
            return;
        }
        if (choice.leaderId() != wantedId)
        {
            dismissScout();
            wantedId = choice.leaderId();
            leaderEndpoint = null;
            failedEndpoint = null;
            pauseNs = PAUSE_MIN_NS;
            notBeforeNs = nowNs;
        }
        if (null != scout)
        {
            pollScout(choice, nowNs);
        }
        else if (notBeforeNs - nowNs <= 0)
        {
            notBeforeNs = nowNs + pauseNs;
            pauseNs = Math.min(PAUSE_MAX_NS, pauseNs << 1);
            search(choice, nowNs);
        }
    }

    private void search(final MemberChoice choice, final long nowNs)
    {
        final String known = choice.endpointOf(wantedId);
        leaderEndpoint = null == known || known.equals(failedEndpoint) ? leaderEndpoint : known;
        if (null == leaderEndpoint)
        {
            agent.ask(new Requests.Members(session -> session.members(MemberOperation.LIST, 0, false, null)))
                .thenAccept(this::onMembers);
            return;
        }
        scout = client.connect(leaderEndpoint, (changed, from, to, why) -> { });
        scoutDeadlineNs = nowNs + TimeUnit.MILLISECONDS.toNanos(client.context().connectTimeoutMs());
    }

    private void pollScout(final MemberChoice choice, final long nowNs)
    {
        final boolean isThere = scout.state() == ConnectionState.CONNECTED;
        if (isThere && scout.memberChoice().memberId() == wantedId)
        {
            dismissScout();
            choice.moveTo(wantedId, leaderEndpoint, "another member leads");
        }
        else if (isThere || scoutDeadlineNs - nowNs <= 0)
        {
            dismissScout();
            failedEndpoint = leaderEndpoint;
            leaderEndpoint = null; // to be asked for again: it may have moved
        }
    }

    private void dismissScout()
    {
        if (null != scout)
        {
            scout.close();
            scout = null;
        }
    }

    private void onMembers(final MembersResult members)
    {
        for (final MemberInfo member : members.members())
        {
            final List<String> endpoints = member.endpoints();
            if (member.id() == wantedId && !endpoints.isEmpty())
            {
                leaderEndpoint = endpoints.get(0);
                notBeforeNs = System.nanoTime();
            }
        }
    }
}
