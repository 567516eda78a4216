package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.PermissionType;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three members and their users. */
@Timeout(120)
class UsersClusterTest extends ThreeNodes
{
    private static final byte[] ALL = {0};

    @Test
    void shouldLogInAtAnyMemberAndStayLoggedInOverALeadersDeath()
    {
        final int leader = leader();
        final int follower = (leader + 1) % MEMBERS;
        final TourbillonAsyncClient nobody = connect(follower);
        Clients.await(nobody.auth().addUser("root", "rootpw".toCharArray()));
        Clients.await(nobody.auth().grantRole("root", "root"));
        Clients.await(nobody.auth().addUser("ann", "pencil".toCharArray()));
        Clients.await(nobody.auth().addRole("all"));
        Clients.await(nobody.auth().grantPermission("all", PermissionType.READWRITE, ALL, ALL));
        Clients.await(nobody.auth().grantRole("ann", "all"));
        Clients.await(nobody.auth().enable());
        for (int i = 0; i < MEMBERS; i++)
        {
            try (TourbillonAsyncClient ann = logIn(i))
            {
                Clients.await(ann.put("k" + i, "v"));
            }
        }
        try (TourbillonAsyncClient ann = logIn(follower))
        {
            final long logins = nodes[follower].ingressCounters().logins.getAcquire();
            nodes[leader].close();
            Await.until("another leads", () -> leaderOf(nodes[follower]) != nodes[leader].memberId() && leaderOf(nodes[follower]) != 0);
            Clients.await(ann.put("k", "after"));
            assertEquals("after", Clients.await(ann.get("k")).first().valueText());
            assertEquals(logins, nodes[follower].ingressCounters().logins.getAcquire(), "nobody had to log in again");
        }
        nodes[leader] = Node.launch(configs[leader]);
        assertTrue(nodes[leader].awaitReady(20_000), () -> "not ready: " + nodes[leader].fatalMessage());
        logIn(leader).close();
    }

    /** A member that has not applied the addition yet knows nobody of this name. */
    private TourbillonAsyncClient logIn(final int member)
    {
        final TourbillonAsyncClient[] client = new TourbillonAsyncClient[1];
        Await.until("the user is known to member " + member, () ->
        {
            try
            {
                client[0] = TourbillonAsyncClient.connect(new ClientOptions()
                    .endpoint(configs[member].text(NodeOption.LISTEN_CLIENT))
                    .mediaKind(MediaKind.UDP)
                    .user("ann", "pencil".toCharArray()));
                return true;
            }
            catch (final TourbillonException ex)
            {
                return false;
            }
        });
        return client[0];
    }
}
