package io.tourbillon.transport.etcd.port;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.RangeRequest;
import io.tourbillon.transport.etcd.api.RangeResponse;
import io.tourbillon.transport.etcd.counts.CallCounters;
import io.tourbillon.transport.etcd.http.FrontPages;
import io.tourbillon.transport.etcd.http.HttpFront;
import io.tourbillon.transport.etcd.http.HttpLimits;
import io.tourbillon.transport.etcd.http.HttpRig;
import io.tourbillon.transport.etcd.json.JsonGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** TLS on the port: both protocols, clients' certificates, files that are replaced. */
@Timeout(120)
class TlsPortTest
{
    private static final List<String> BOTH = List.of("TLSv1.3", "TLSv1.2");
    private static final PortLimits LIMITS = new PortLimits(1 << 20, 100, 8192, 5000, 7_200_000, 20_000, 100, 10_000);

    @TempDir
    private static Path directory;
    private static TestAuthority authority;
    private static TestAuthority strangers;
    private static TestAuthority.Issued server;
    private static TestAuthority.Issued otherServer;
    private static TestAuthority.Issued client;
    private static TestAuthority.Issued strangersClient;

    private final Queue<String> warnings = new ConcurrentLinkedQueue<>();
    private final Path certFile = directory.resolve("used.crt");
    private final Path keyFile = directory.resolve("used.key");
    private final Path crlFile = directory.resolve("used.crl");
    private volatile String seenName;
    private FrontPort port;

    @BeforeAll
    static void issue() throws Exception
    {
        authority = new TestAuthority(directory, "authority");
        strangers = new TestAuthority(directory, "strangers");
        server = authority.issue("server", "server");
        otherServer = authority.issue("other", "other server", "-keyalg", "RSA", "-keysize", "2048");
        client = authority.issue("client", "ann");
        strangersClient = strangers.issue("stranger", "ann");
    }

    @AfterEach
    void close()
    {
        port.close();
    }

    private final class Kv extends KVGrpc.KVImplBase
    {
        @Override
        public void range(final RangeRequest request, final StreamObserver<RangeResponse> observer)
        {
            observer.onNext(RangeResponse.newBuilder().setCount(7).build());
            observer.onCompleted();
        }
    }

    private final class NameReader implements ServerInterceptor
    {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
            final ServerCall<Q, A> call, final Metadata headers, final ServerCallHandler<Q, A> next)
        {
            seenName = call.getAttributes().get(ClientCertificate.COMMON_NAME);
            return next.startCall(call, headers);
        }
    }

    private void listen(final Path trustedCaFile, final Path listOfRevoked, final List<String> suites, final List<String> protocols)
        throws IOException
    {
        use(server);
        final List<ServerServiceDefinition> services = List.of(ServerInterceptors.intercept(new Kv().bindService(), new NameReader()));
        final CallCounters calls = new CallCounters(services);
        final HttpFront http = new HttpFront(new HttpLimits(1 << 20, 8192, Set.of(), Set.of("nobody.example"), 30_000, 30_000),
            new JsonGateway(services, calls, 1 << 20));
        http.pages(request -> new FrontPages.Page(200, "text/plain", Map.of(), "page".getBytes(UTF_8)));
        port = new FrontPort(List.of(), List.of(new InetSocketAddress("127.0.0.1", 0)), services, calls, LIMITS, http,
            new TlsSettings(certFile, keyFile, trustedCaFile, listOfRevoked, suites, protocols), warnings::add);
    }

    private void use(final TestAuthority.Issued issued) throws IOException
    {
        replace(issued.keyFile(), keyFile);
        replace(issued.certFile(), certFile);
    }

    private static void replace(final Path from, final Path to) throws IOException
    {
        final Path made = Files.createTempFile(directory, "new", "");
        Files.copy(from, made, StandardCopyOption.REPLACE_EXISTING);
        Files.move(made, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private long countByGrpc(final TestAuthority.Issued own, final String... protocols) throws Exception
    {
        final SslContextBuilder tls = GrpcSslContexts.forClient().trustManager(authority.rootFile().toFile());
        if (own != null)
        {
            tls.keyManager(own.key(), own.certificate());
        }
        if (protocols.length > 0)
        {
            tls.protocols(protocols);
        }
        final ManagedChannel channel = NettyChannelBuilder.forAddress(port.addresses().get(0)).sslContext(tls.build()).build();
        try
        {
            return KVGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS)
                .range(RangeRequest.getDefaultInstance()).getCount();
        }
        finally
        {
            channel.shutdownNow();
        }
    }

    private void assertRefused(final TestAuthority.Issued own, final String... protocols)
    {
        final Status status = assertThrows(StatusRuntimeException.class, () -> countByGrpc(own, protocols)).getStatus();
        assertEquals(Status.Code.UNAVAILABLE, status.getCode(), status::toString);
    }

    private static SSLContext sslContext(final TestAuthority.Issued own) throws Exception
    {
        final KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", TestAuthority.certificate(authority.rootFile()));
        final TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        final KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        if (own != null)
        {
            store.setKeyEntry("own", own.key(), new char[0], new X509Certificate[] {own.certificate()});
        }
        keys.init(store, new char[0]);
        final SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private SSLSocket socket(final SSLContext context, final String... applicationProtocols) throws IOException
    {
        final SSLSocket socket = (SSLSocket)context.getSocketFactory().createSocket("127.0.0.1", port.addresses().get(0).getPort());
        socket.setSoTimeout(20_000);
        final SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(applicationProtocols);
        socket.setSSLParameters(parameters);
        return socket;
    }

    private String serverName() throws Exception
    {
        try (SSLSocket socket = socket(sslContext(client)))
        {
            socket.startHandshake();
            return ((X509Certificate)socket.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
        }
    }

    @Test
    void shouldServeBothProtocolsToWhoeverAgreesOnThem() throws Exception
    {
        listen(null, null, List.of(), BOTH);
        assertEquals(7, countByGrpc(null));
        assertNull(seenName);
        final HttpClient both = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).sslContext(sslContext(null)).build();
        final HttpResponse<String> page = both.send(HttpRequest.newBuilder(
            URI.create("https://127.0.0.1:" + port.addresses().get(0).getPort() + "/health")).build(), HttpResponse.BodyHandlers.ofString());
        assertEquals(HttpClient.Version.HTTP_1_1, page.version());
        assertEquals("page", page.body()); // though the host is none of the white list: TLS has proven whom the client meant
        for (final String[] offered : new String[][] {{}, {"http/1.1"}, {"h2", "http/1.1"}})
        {
            try (SSLSocket socket = socket(sslContext(null), offered))
            {
                socket.getOutputStream().write(HttpRig.request("POST", "/v3/kv/range", "{}", "Connection: close").getBytes(UTF_8));
                final String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
                assertTrue(answer.endsWith("{\"count\":\"7\"}"), answer);
                assertEquals(offered.length == 0 ? "" : "http/1.1", socket.getApplicationProtocol());
            }
        }
    }

    @Test
    void shouldOutliveWhoDoesNotSpeakTls() throws Exception
    {
        listen(null, null, List.of(), BOTH);
        try (HttpRig rig = new HttpRig(port.addresses().get(0)))
        {
            rig.say("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThrows(IOException.class, rig::read);
        }
        assertEquals(7, countByGrpc(null));
    }

    @Test
    void shouldTakeClientsByTheirCertificatesAndTellWhoTheyAre() throws Exception
    {
        listen(authority.rootFile(), null, List.of(), BOTH);
        assertEquals(7, countByGrpc(client));
        assertEquals("ann", seenName);
        seenName = "none";
        assertRefused(null);
        assertRefused(strangersClient);
        assertRefused(null, "TLSv1.2");
        assertEquals("none", seenName);
        try (SSLSocket socket = socket(sslContext(client)))
        {
            socket.getOutputStream().write(HttpRig.request("POST", "/v3/kv/range", "{}", "Connection: close").getBytes(UTF_8));
            assertTrue(new String(socket.getInputStream().readAllBytes(), UTF_8).endsWith("{\"count\":\"7\"}"));
            assertNull(seenName); // the gateway's clients are nobody by their certificate
        }
    }

    @Test
    void shouldRefuseWhoIsRevokedFromTheNextConnectionOn() throws Exception
    {
        authority.revoke(crlFile);
        listen(authority.rootFile(), crlFile, List.of(), BOTH);
        assertEquals(7, countByGrpc(client));
        authority.revoke(crlFile, client.certificate().getSerialNumber());
        assertRefused(client);
        authority.revoke(crlFile, server.certificate().getSerialNumber());
        assertEquals(7, countByGrpc(client));
    }

    @Test
    void shouldUseReplacedFilesAndGoOnWithTheOldOnesWhereTheNewAreNoGood() throws Exception
    {
        listen(null, null, List.of(), BOTH);
        assertEquals("O=test,CN=server", reversed(serverName()));
        replace(otherServer.certFile(), certFile); // its key is not there yet
        assertEquals("O=test,CN=server", reversed(serverName()));
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(warnings.remove().endsWith(keyFile + ": is not the key of " + certFile));
        assertEquals("O=test,CN=server", reversed(serverName()));
        assertEquals(0, warnings.size(), warnings::toString);
        replace(otherServer.keyFile(), keyFile);
        assertEquals("O=test,CN=other server", reversed(serverName()));
        Files.writeString(keyFile, "nonsense");
        Files.delete(certFile);
        assertEquals("O=test,CN=other server", reversed(serverName()));
        assertFalse(warnings.isEmpty());
        assertEquals(7, countByGrpc(null));
    }

    private static String reversed(final String name)
    {
        final int commaAt = name.indexOf(',');
        return name.startsWith("CN") ? name.substring(commaAt + 1) + "," + name.substring(0, commaAt) : name;
    }

    @Test
    void shouldKeepToTheVersionsAndSuitesItIsGiven() throws Exception
    {
        listen(null, null, List.of("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"), List.of("TLSv1.2"));
        assertRefused(null, "TLSv1.3");
        try (SSLSocket socket = socket(sslContext(null)))
        {
            socket.startHandshake();
            assertEquals("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", socket.getSession().getCipherSuite());
        }
        port.close();
        listen(null, null, List.of(), List.of("TLSv1.3"));
        assertRefused(null, "TLSv1.2");
        assertEquals(7, countByGrpc(null, "TLSv1.3"));
    }

    @Test
    void shouldRefuseToListenWithFilesThatAreNoGood() throws Exception
    {
        listen(null, null, List.of(), BOTH);
        for (final TlsSettings wrong : List.of(
            new TlsSettings(directory.resolve("none"), keyFile, null, null, List.of(), BOTH),
            new TlsSettings(keyFile, certFile, null, null, List.of(), BOTH),
            new TlsSettings(certFile, client.keyFile(), null, null, List.of(), BOTH),
            new TlsSettings(certFile, keyFile, keyFile, null, List.of(), BOTH),
            new TlsSettings(certFile, keyFile, null, null, List.of("TLS_NO_SUCH"), BOTH)))
        {
            assertThrows(IOException.class, () -> new TlsContext(wrong, warnings::add), wrong::toString);
        }
    }
}
