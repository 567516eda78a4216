package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.PermissionType;
import io.tourbillon.codecs.SecretFile;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A node, and fronts that speak for its users. */
@Timeout(120)
class FrontNodeTest
{
    private static final byte[] ALL = {0};
    private static final String SECRET = "fronts know this secret and nobody else does";

    @TempDir
    Path directory;
    private final AtomicLong aheadMs = new AtomicLong();
    private NodeConfig config;
    private Node node;
    private TourbillonAsyncClient root;

    @BeforeEach
    void launch() throws IOException
    {
        config = TestConfig.in(directory)
            .set(NodeOption.FRONT_KEY_FILE, keyFile("rw-------").toString())
            .set(NodeOption.AUTH_TOKEN_TTL, "20")
            .epochClock(() -> System.currentTimeMillis() + aheadMs.get());
        node = Node.launch(config);
        assertTrue(node.awaitReady(20_000), () -> "not ready: " + node.fatalMessage());
        try (TourbillonAsyncClient nobody = TourbillonAsyncClient.connect(options()))
        {
            Clients.await(nobody.auth().addUser("root", "rootpw".toCharArray()));
            Clients.await(nobody.auth().grantRole("root", "root"));
            Clients.await(nobody.auth().addUserWithoutPassword("carol"));
            Clients.await(nobody.auth().addUser("ann", "pencil".toCharArray()));
            Clients.await(nobody.auth().addRole("a"));
            Clients.await(nobody.auth().grantPermission("a", PermissionType.READWRITE, new byte[]{'a'}, new byte[]{'b'}));
            Clients.await(nobody.auth().grantRole("carol", "a"));
            Clients.await(nobody.auth().grantRole("ann", "a"));
            Clients.await(nobody.auth().enable());
        }
        root = TourbillonAsyncClient.connect(options().user("root", "rootpw".toCharArray()));
    }

    @AfterEach
    void close()
    {
        root.close();
        node.close();
        assertEquals(null, node.fatalMessage());
    }

    private Path keyFile(final String permissions) throws IOException
    {
        final Path file = Files.writeString(directory.resolve("front" + permissions), SECRET + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private ClientOptions options()
    {
        return new ClientOptions().endpoint("ipc:" + node.driverDirectory());
    }

    private byte[] frontKey()
    {
        return SecretFile.read(directory.resolve("frontrw-------"));
    }

    private TourbillonAsyncClient as(final UserPassword user)
    {
        return TourbillonAsyncClient.connect(options().user(user));
    }

    private static ErrorCode errorOf(final CompletableFuture<?> future)
    {
        return assertThrows(TourbillonException.class, () -> Clients.await(future)).code();
    }

    private void assertRefused(final ErrorCode code, final UserPassword user)
    {
        assertEquals(code, assertThrows(TourbillonException.class, () -> as(user)).code());
    }

    @Test
    void shouldLetAVouchedUserDoWhatItsRolesMayAndNothingElse()
    {
        for (final byte[] secret : new byte[][]{frontKey(), node.ownToken()})
        {
            try (TourbillonAsyncClient carol = as(UserPassword.vouchedFor("carol", secret)))
            {
                Clients.await(carol.put("a", "1"));
                assertEquals(ErrorCode.PERMISSION_DENIED, errorOf(carol.put("b", "1")));
                assertEquals(ErrorCode.PERMISSION_DENIED, errorOf(carol.auth().deleteUser("ann")));
            }
        }
        try (TourbillonAsyncClient chief = as(UserPassword.vouchedFor("root", frontKey())))
        {
            Clients.await(chief.auth().users());
        }
        final byte[] wrong = frontKey();
        wrong[0] ^= 1;
        assertRefused(ErrorCode.AUTH_FAILED, UserPassword.vouchedFor("root", wrong));
        assertRefused(ErrorCode.AUTH_FAILED, UserPassword.vouchedFor("nobody", frontKey()));
    }

    @Test
    void shouldAskAFrontAgainWhenItsUserHasChangedAndRefuseWhoIsGone()
    {
        try (TourbillonAsyncClient ann = as(UserPassword.vouchedFor("ann", frontKey())))
        {
            Clients.await(ann.put("a", "1"));
            Clients.await(root.auth().changePassword("ann", "pen".toCharArray()));
            Clients.await(ann.put("a", "2"));
            Clients.await(root.auth().deleteUser("ann"));
            assertEquals(ErrorCode.AUTH_FAILED, errorOf(ann.put("a", "3")));
        }
    }

    @Test
    void shouldEndATokenByTheOptionOfItsTime()
    {
        final UserPassword token = UserPassword.ofToken(TokenAsker.ask(config, UserPassword.of("ann", "pencil".toCharArray())));
        try (TourbillonAsyncClient ann = as(token))
        {
            Clients.await(ann.put("a", "1"));
            assertEquals(ErrorCode.PERMISSION_DENIED, errorOf(ann.put("b", "1")));
            aheadMs.set(TimeUnit.SECONDS.toMillis(20));
            assertRefused(ErrorCode.INVALID_AUTH_TOKEN, token);
            Clients.await(ann.put("a", "2")); // what is open stays open
        }
    }

    @Test
    void shouldNotStartWithAFrontKeyThatOthersMayRead() throws IOException
    {
        final NodeConfig open = TestConfig.in(directory.resolve("other")).set(NodeOption.FRONT_KEY_FILE, keyFile("rw-r--r--").toString());
        final NodeException refusal = assertThrows(NodeException.class, () -> Node.launch(open));
        assertTrue(refusal.getMessage().contains("front-key-file"), refusal::getMessage);
        assertFalse(refusal.getMessage().contains(SECRET));
    }
}
