package io.tourbillon.transport.etcd.node;

import io.tourbillon.transport.client.ClientConnection;
import io.tourbillon.transport.client.TourbillonClient;
import org.agrona.collections.IntArrayList;

import java.util.ArrayList;

/** As many connections to the node as the sessions need: a node bounds those of one. Link's thread; the first is there before it. */
final class LinkConnections
{
    /** Sessions of a connection: fewer than a node takes unless told otherwise, as what is closed here is so there a little later. */
    static final int SESSIONS_MAX = 1_000;

    private final TourbillonClient client;
    private final String endpoint;
    private final ArrayList<ClientConnection> all = new ArrayList<>();
    private final IntArrayList sessionCounts = new IntArrayList();

    LinkConnections(final TourbillonClient client, final String endpoint)
    {
        this.client = client;
        this.endpoint = endpoint;
        add();
    }

    private void add()
    {
        all.add(client.connect(endpoint, (changed, from, to, why) -> {}));
        sessionCounts.addInt(0);
    }

    /** The one that was there first, with the session of nobody. */
    ClientConnection first()
    {
        return all.get(0);
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
