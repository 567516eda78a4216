package io.tourbillon.clients;

import io.etcd.jetcd.Auth;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static io.tourbillon.clients.JetcdIT.bytes;
import static io.tourbillon.clients.JetcdIT.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** jetcd by TLS: who is who is proven by certificates, and who cannot prove it is served nothing. */
@Timeout(120)
class JetcdTlsIT
{
    private static final long ANSWER_S = 30;

    @TempDir
    private Path directory;
    private Authority authority;
    private Authority foreign;
    private Authority.Issued server;

    @BeforeEach
    void issue() throws Exception
    {
        authority = new Authority(directory, "authority");
        foreign = new Authority(directory, "foreign");
        server = authority.issue("server");
    }

    /** It does not wait for a server that it can speak with: what is wrong is told. */
    private static Client client(final EtcdMember member, final Path root, final Authority.Issued own) throws Exception
    {
        final ClientBuilder builder = Client.builder().endpoints(member.url()).waitForReady(false).retryMaxAttempts(1);
        return builder.sslContext(context ->
        {
            context.trustManager(root.toFile());
            if (own != null)
            {
                context.keyManager(own.certFile().toFile(), own.keyFile().toFile());
            }
        }).build();
    }

    private static void assertNotServed(final EtcdMember member, final Path root, final Authority.Issued own) throws Exception
    {
        try (Client client = client(member, root, own))
        {
            final CompletableFuture<?> put = client.getKVClient().put(bytes("refused"), bytes("1"));
            final Throwable failure = assertThrows(ExecutionException.class, () -> get(put)).getCause();
            assertEquals(Status.Code.UNAVAILABLE, Status.fromThrowable(failure).getCode(), failure::toString);
        }
    }

    @Test
    void shouldServeWhoTrustsItsAuthorityAndNobodyElse() throws Exception
    {
        try (EtcdMember member = EtcdMember.secure(directory, "--cert-file", server.certFile().toString(),
            "--key-file", server.keyFile().toString()); Client client = client(member, authority.root(), null))
        {
            final BlockingQueue<WatchResponse> heard = new LinkedBlockingQueue<>();
            final long revision = get(client.getKVClient().put(bytes("a"), bytes("1"))).getHeader().getRevision();
            assertEquals("1", get(client.getKVClient().get(bytes("a"))).getKvs().get(0).getValue().toString());
            final WatchOption fromThere = WatchOption.builder().withRevision(revision).build();
            try (Watch.Watcher watcher = client.getWatchClient().watch(bytes("a"), fromThere, heard::add))
            {
                assertNotNull(heard.poll(ANSWER_S, TimeUnit.SECONDS), () -> "nothing is heard, closed: " + watcher.isClosed());
            }
            assertNotServed(member, foreign.root(), null);
            assertEquals(0, get(client.getKVClient().get(bytes("refused"))).getCount());
        }
    }

    @Test
    void shouldServeByACertificateOfItsOwnAndKeepIt() throws Exception
    {
        final Path made = directory.resolve("m0").resolve("fixtures").resolve("client").resolve("cert.pem");
        try (EtcdMember member = EtcdMember.secure(directory, "--auto-tls"))
        {
            final String before = Files.readString(made);
            try (Client client = client(member, made, null))
            {
                get(client.getKVClient().put(bytes("a"), bytes("1")));
            }
            assertNotServed(member, authority.root(), null);
            member.kill();
            member.start();
            assertEquals(before, Files.readString(made));
            try (Client client = client(member, made, null))
            {
                assertEquals("1", get(client.getKVClient().get(bytes("a"))).getKvs().get(0).getValue().toString());
            }
        }
    }

    @Test
    void shouldTakeWhoHasACertificateForWhomItNames() throws Exception
    {
        try (EtcdMember member = EtcdMember.secure(directory, "--cert-file", server.certFile().toString(),
            "--key-file", server.keyFile().toString(), "--client-cert-auth", "--trusted-ca-file", authority.root().toString());
            Client root = client(member, authority.root(), authority.issue("root"));
            Client ann = client(member, authority.root(), authority.issue("ann")))
        {
            final Auth auth = root.getAuthClient();
            JetcdIT.addRootAndReader(auth);
            get(root.getKVClient().put(bytes("r/a"), bytes("1")));
            get(auth.authEnable());

            assertEquals(1, get(ann.getKVClient().get(bytes("r/a"))).getCount());
            final CompletableFuture<?> put = ann.getKVClient().put(bytes("r/a"), bytes("2"));
            assertTrue(assertThrows(ExecutionException.class, () -> get(put)).getCause().getMessage().contains("permission denied"));
            get(root.getKVClient().put(bytes("r/a"), bytes("3")));

            assertNotServed(member, authority.root(), null);
            assertNotServed(member, authority.root(), foreign.issue("root"));
            assertEquals(0, get(root.getKVClient().get(bytes("refused"))).getCount());
            get(auth.authDisable());
        }
    }
}
