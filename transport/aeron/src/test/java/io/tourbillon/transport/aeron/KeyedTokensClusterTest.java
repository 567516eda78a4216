package io.tourbillon.transport.aeron;

import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import org.junit.jupiter.api.Test;

/** The same with a cluster key. */
class KeyedTokensClusterTest extends TokensClusterTest
{
    @Override
    void configure(final NodeConfig config) throws Exception
    {
        config.set(NodeOption.CLUSTER_KEY_FILE, keyFile("key", 'k').toString());
    }

    /** Their key is the cluster's, not root's. */
    @Test
    void shouldTakeATokenAlsoAfterRootHasAnotherPassword()
    {
        final UserPassword user = UserPassword.of("root", "rootpw".toCharArray());
        final ClientOptions options = new ClientOptions().endpoint(configs[0].text(NodeOption.LISTEN_CLIENT));
        try (TourbillonAsyncClient root = TourbillonAsyncClient.connect(options.user(user)))
        {
            Clients.await(root.auth().addUser("ann", "pencil".toCharArray()));
            final String token = TokenAsker.ask(configs[0], UserPassword.of("ann", "pencil".toCharArray()));
            Clients.await(root.auth().changePassword("root", "another".toCharArray()));
            TourbillonAsyncClient.connect(options.user(UserPassword.ofToken(token))).close();
        }
    }
}
