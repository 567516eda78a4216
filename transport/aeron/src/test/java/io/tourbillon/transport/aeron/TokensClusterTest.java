package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.PermissionType;
import io.tourbillon.transport.client.MediaKind;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Three members without a cluster key, and tokens that one of them has given out. */
@Timeout(120)
class TokensClusterTest extends ThreeNodes
{
    private static final byte[] ALL = {0};

    @BeforeEach
    void addUsers()
    {
        final TourbillonAsyncClient nobody = connect(0);
        Clients.await(nobody.auth().addUser("root", "rootpw".toCharArray()));
        Clients.await(nobody.auth().grantRole("root", "root"));
        Clients.await(nobody.auth().addRole("all"));
        Clients.await(nobody.auth().grantPermission("all", PermissionType.READWRITE, ALL, ALL));
        Clients.await(nobody.auth().enable());
        for (int i = 0; i < MEMBERS; i++)
        {
            final int member = i;
            Await.until("root is known to member " + i, () -> errorAt(member, UserPassword.of("root", "rootpw".toCharArray())) == null);
        }
    }

    private TourbillonAsyncClient connectAsRoot()
    {
        return TourbillonAsyncClient.connect(options(0).user("root", "rootpw".toCharArray()));
    }

    private static void addAnn(final TourbillonAsyncClient root, final String password)
    {
        Clients.await(root.auth().addUser("ann", password.toCharArray()));
        Clients.await(root.auth().grantRole("ann", "all"));
    }

    private ClientOptions options(final int member)
    {
        return new ClientOptions().endpoint(configs[member].text(NodeOption.LISTEN_CLIENT)).mediaKind(MediaKind.UDP);
    }

    /** What a put of this user is refused with; null if it is not. */
    private ErrorCode errorAt(final int member, final UserPassword user)
    {
        try (TourbillonAsyncClient client = TourbillonAsyncClient.connect(options(member).user(user)))
        {
            Clients.await(client.put("k", "v"));
            return null;
        }
        catch (final TourbillonException ex)
        {
            return ex.code();
        }
    }

    private void awaitRefused(final String token)
    {
        for (int i = 0; i < MEMBERS; i++)
        {
            final int member = i;
            Await.until("the token to be refused by member " + i,
                () -> errorAt(member, UserPassword.ofToken(token)) == ErrorCode.INVALID_AUTH_TOKEN);
        }
    }

    @Test
    void shouldOpenSessionsAtEachMemberByATokenOfOneOfThemAlsoAfterItWasStartedAnew()
    {
        try (TourbillonAsyncClient root = connectAsRoot())
        {
            addAnn(root, "pencil");
            final String token = TokenAsker.ask(configs[0], UserPassword.of("ann", "pencil".toCharArray()));
            for (int i = 0; i < MEMBERS; i++)
            {
                assertEquals(null, errorAt(i, UserPassword.ofToken(token)), "at member " + i + ", also if it has just heard of her");
            }
            final int last = MEMBERS - 1;
            nodes[last].close();
            nodes[last] = Node.launch(configs[last]);
            assertTrue(nodes[last].awaitReady(20_000), () -> "not ready: " + nodes[last].fatalMessage());
            assertEquals(null, errorAt(last, UserPassword.ofToken(token)));
        }
    }

    @Test
    void shouldTakeATokenNowhereOnceThePasswordIsAnotherOrTheUserIsNotTheSame()
    {
        try (TourbillonAsyncClient root = connectAsRoot())
        {
            addAnn(root, "pencil");
            final String first = TokenAsker.ask(configs[0], UserPassword.of("ann", "pencil".toCharArray()));
            final TourbillonAsyncClient held = TourbillonAsyncClient.connect(options(0).user(UserPassword.ofToken(first)));
            Clients.await(held.put("k", "v"));
            Clients.await(root.auth().changePassword("ann", "pen".toCharArray()));
            final TourbillonException refusal = assertThrows(TourbillonException.class, () -> Clients.await(held.put("k", "w")));
            assertEquals(ErrorCode.INVALID_AUTH_TOKEN, refusal.code());
            held.close();
            awaitRefused(first);
            final String second = TokenAsker.ask(configs[0], UserPassword.of("ann", "pen".toCharArray()));
            Clients.await(root.auth().deleteUser("ann"));
            awaitRefused(second);
            addAnn(root, "pen");
            awaitRefused(second);
            final String third = TokenAsker.ask(configs[0], UserPassword.of("ann", "pen".toCharArray()));
            assertEquals(null, errorAt(1, UserPassword.ofToken(third)));
        }
    }
}
