package io.tourbillon.transport.etcd.node;

import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.MemberChoice;
import io.tourbillon.transport.client.TourbillonClient;
import org.agrona.collections.IntArrayList;

import java.util.ArrayList;
import java.util.concurrent.TimeUnit;

/** As many connections to the node as the sessions need: a node bounds those of one. Link's thread; the first is there before it. */
final class LinkConnections
{
    /** Sessions of a connection: fewer than a node takes unless told otherwise, as what is closed here is so there a little later. */
    static final int SESSIONS_MAX = 1_000;

    /** A member that knows no leader for so long may be cut off from those that do; longer each time that others know none, too. */
    private static final long LEADERLESS_MAX_NS = TimeUnit.SECONDS.toNanos(3);
    private static final int DOUBLINGS_MAX = 4;

    private final TourbillonClient client;
    private final String endpoint;
    private final ArrayList<ClientConnection> all = new ArrayList<>();
    private final IntArrayList sessionCounts = new IntArrayList();
    private final boolean hasChoice;
    private int moveCount;

    LinkConnections(final TourbillonClient client, final String endpoint)
    {
        this.client = client;
        this.endpoint = endpoint;
        hasChoice = endpoint.contains(",");
        add();
    }

    private void add()
    {
        final ClientConnection added = client.connect(endpoint, (changed, from, to, why) -> {});
        added.memberChoice().asksOften(all.isEmpty() || hasChoice); // who asks for a leader is told by the first
        all.add(added);
        sessionCounts.addInt(0);
    }

    /** The one that was there first, with the session of nobody. */
    ClientConnection first()
    {
        return all.get(0);
    }

    /** Has connections leave members that know no leader, if there are others. Now and then. */
    void leaveLeaderless(final long nowNs)
    {
        for (int i = 0; i < all.size() && hasChoice; i++)
        {
            final MemberChoice choice = all.get(i).memberChoice();
            if (choice.leaderId() != 0)
            {
                moveCount = 0;
            }
            else if (choice.leaderlessNs(nowNs) > LEADERLESS_MAX_NS << Math.min(moveCount, DOUBLINGS_MAX) &&
                choice.moveOn("it knows no leader"))
            {
                moveCount++;
            }
        }
    }

    /** One with room for a session more. */
    ClientConnection take()
    {
        int index = 0;
        while (index < all.size() && sessionCounts.getInt(index) == SESSIONS_MAX)
        {
            index++;
        }
        if (index == all.size())
        {
            add();
        }
        sessionCounts.setInt(index, sessionCounts.getInt(index) + 1);
        return all.get(index);
    }

    /** A session of a connection is over. */
    void give(final ClientConnection connection)
    {
        final int index = all.indexOf(connection);
        sessionCounts.setInt(index, sessionCounts.getInt(index) - 1);
        assert sessionCounts.getInt(index) >= 0 : "given twice";
    }
}
