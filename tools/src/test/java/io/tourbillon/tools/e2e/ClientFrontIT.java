package io.tourbillon.tools.e2e;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The front for etcd's clients in the process of a node. */
class ClientFrontIT
{
    private static final String PASSWORD = "changeit";

    @TempDir
    Path directory;
    private final int port = NodeProcess.freePorts();

    @Test
    void shouldServeEtcdsClientsBesideOursAndEndCleanly() throws Exception
    {
        final String url = "http://127.0.0.1:" + freeTcpPort();
        try (NodeProcess node = NodeProcess.startWithUrls(directory, port, url))
        {
            assertTrue(node.stdout().contains(", etcd clients " + url + ", durability"), node.stdout());
            final ManagedChannel channel = NettyChannelBuilder.forTarget(url.substring("http://".length())).usePlaintext().build();
            final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
            final ByteString key = ByteString.copyFromUtf8("front");
            kv.put(PutRequest.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8("1")).build());
            assertEquals("front\n1\n", new Ctl(node.endpoint()).ok("get", "front"));
            new Ctl(node.endpoint()).ok("put", "front", "2");
            assertEquals("2", kv.range(RangeRequest.newBuilder().setKey(key).build()).getKvs(0).getValue().toStringUtf8());
            assertTrue(page(url + "/metrics").contains(
                "grpc_server_started_total{grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"} 1.0\n"));
            channel.shutdownNow();
            node.terminate();
            assertEquals(0, node.awaitExit(20_000), node.stderr());
        }
    }

    @Test
    void shouldNotStartWhereAnAddressIsTaken() throws Exception
    {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            NodeProcess node = NodeProcess.launchWithUrls(directory, port, "http://127.0.0.1:" + taken.getLocalPort()))
        {
            assertEquals(1, node.awaitExit(NodeProcess.START_DEADLINE_MS), node.stderr());
            assertTrue(node.stderr().contains("tourbillon: listen-client-urls: cannot listen on /127.0.0.1:" + taken.getLocalPort()),
                node.stderr());
        }
    }

    @Test
    void shouldServeByTlsAndSayWhatIsWrongWithItsFiles() throws Exception
    {
        final Path store = directory.resolve("server.p12");
        final Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
            "-alias", "key", "-keyalg", "EC", "-dname", "CN=server", "-ext", "san=ip:127.0.0.1", "-storetype", "PKCS12", "-storepass",
            PASSWORD, "-keystore", store.toString()).redirectErrorStream(true).start();
        assertEquals(0, keytool.waitFor());
        final KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store))
        {
            keys.load(in, PASSWORD.toCharArray());
        }
        final Path certFile = directory.resolve("server.crt");
        final Path keyFile = directory.resolve("server.key");
        writePem(certFile, "CERTIFICATE", keys.getCertificate("key").getEncoded());
        writePem(keyFile, "PRIVATE KEY", keys.getKey("key", PASSWORD.toCharArray()).getEncoded());
        final String url = "https://127.0.0.1:" + freeTcpPort();
        try (NodeProcess node = NodeProcess.startWithUrls(
            directory, port, url, "--cert-file", certFile.toString(), "--key-file", keyFile.toString()))
        {
            final TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(keys);
            final SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            final HttpResponse<String> put = HttpClient.newBuilder().sslContext(context).build().send(
                HttpRequest.newBuilder(URI.create(url + "/v3/kv/put")).POST(
                    HttpRequest.BodyPublishers.ofString("{\"key\":\"dGxz\",\"value\":\"MQ==\"}")).build(),
                HttpResponse.BodyHandlers.ofString());
            assertEquals(200, put.statusCode(), put.body());
            assertEquals("tls\n1\n", new Ctl(node.endpoint()).ok("get", "tls"));
        }
        try (NodeProcess node = NodeProcess.launchWithUrls(
            directory, port, url, "--cert-file", keyFile.toString(), "--key-file", keyFile.toString()))
        {
            assertEquals(1, node.awaitExit(NodeProcess.START_DEADLINE_MS), node.stderr());
            assertTrue(node.stderr().contains("tourbillon: listen-client-urls: " + keyFile + ": "), node.stderr());
        }
    }

    private static String page(final String url) throws Exception
    {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    }

    private static void writePem(final Path file, final String kind, final byte[] der) throws IOException
    {
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der) +
            "\n-----END " + kind + "-----\n");
    }

    /** A TCP port that is free now. */
    static int freeTcpPort() throws IOException
    {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()))
        {
            return socket.getLocalPort();
        }
    }
}
