package io.tourbillon.mvcc;

/** The remembered clients of one user, in the order of their last writes. */
final class RememberedOwner
{
    final long id;
    /** Before the first and behind the last. */
    private final RememberedClient ends;
    private int clientCount;

    /** @param id of the user; 0 = whoever has not logged in. */
    RememberedOwner(final long id)
    {
        this.id = id;
        ends = new RememberedClient(0, this);
        ends.beforeOfOwner = ends;
        ends.afterOfOwner = ends;
    }

    int clientCount()
    {
        return clientCount;
    }

    /** The one that has not written for longest; there must be one. */
    RememberedClient longestSilent()
    {
        assert clientCount > 0 : id;
        return ends.afterOfOwner;
    }

    /** One more, which has written last. */
    void add(final RememberedClient client)
    {
        clientCount++;
        linkLast(client);
    }

    void remove(final RememberedClient client)
    {
        clientCount--;
        unlink(client);
    }

    /** One of them has written. */
    void onWritten(final RememberedClient client)
    {
        if (client.afterOfOwner != ends)
        {
            unlink(client);
            linkLast(client);
        }
    }

    private void linkLast(final RememberedClient client)
    {
        client.beforeOfOwner = ends.beforeOfOwner;
        client.afterOfOwner = ends;
        ends.beforeOfOwner.afterOfOwner = client;
        ends.beforeOfOwner = client;
    }

    private static void unlink(final RememberedClient client)
    {
        client.beforeOfOwner.afterOfOwner = client.afterOfOwner;
        client.afterOfOwner.beforeOfOwner = client.beforeOfOwner;
    }
}
