package io.tourbillon.tools.server;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tourbillon.tools.QuietLogging;
import io.tourbillon.tools.ctl.Tbctl;
import io.tourbillon.tools.etcd.Etcd;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.PutRequest;
import io.tourbillon.transport.etcd.api.RangeRequest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Does once what a node and tbctl do, on a node of its own, so that the JVM can write down the classes that took: the launchers run it
 * under {@code -XX:ArchiveClassesAtExit}. All its files, those of its media driver too, lie in the directory it is given, and stay there.
 */
public final class Rehearsal
{
    private static final int PORT_TRIES = 100;
    private static final int PORT_MIN = 20_000;
    private static final int PORTS = 10_000;
    /** Seconds of patience: on a machine with too much to do, a first start takes many times what it costs. */
    private static final String PATIENCE = "120s";
    private static final long PATIENCE_MS = 120_000;
    private static final String TXN = "mod(\"a\") > \"0\"\n\nget a\nput b \"2\"\n\nget a\n\n";

    private Rehearsal()
    {
    }

    /**
     * Rehearses, and ends the process.
     *
     * @param args an empty directory.
     * @throws Exception if it cannot; then there is no archive, and starts are slower.
     */
    public static void main(final String[] args) throws Exception
    {
        QuietLogging.install();
        System.exit(rehearse(Path.of(args[0])) ? 0 : 1);
    }

    private static boolean rehearse(final Path directory) throws Exception
    {
        final int port = freePorts();
        final int clientUrlPort = freeTcpPort();
        final Path driver = directory.resolve("driver");
        final Tourbillon tourbillon = new Tourbillon(System.out, System.err);
        final Thread server = new Thread(() -> serve(tourbillon, "--data-dir", directory.resolve("data").toString(),
            "--driver-dir", driver.toString(), "--listen-client", "127.0.0.1:" + port, "--listen-peer", "127.0.0.1:" + (port + 1),
            "--listen-client-urls", "http://127.0.0.1:" + clientUrlPort, "--journal-segment-bytes", "8m"), "rehearsal-server");
        server.setDaemon(true);
        server.start();
        try
        {
            Etcd.rehearse(directory.resolve("etcd"));
            return talk("ipc:" + driver) && talkAsEtcdsClient(clientUrlPort);
        }
        finally
        {
            tourbillon.onSignal();
            server.join(PATIENCE_MS);
        }
    }

    /** A node that cannot start ends the rehearsal at once: somebody waits to start his own. */
    private static void serve(final Tourbillon tourbillon, final String... options)
    {
        final int exitCode = tourbillon.run(options);
        if (exitCode != Tourbillon.EXIT_OK)
        {
            System.exit(exitCode);
        }
    }

    private static boolean talk(final String endpoint)
    {
        if (!tbctl(endpoint, "", "endpoint", "health"))
        {
            return false;
        }
        boolean isDone = tbctl(endpoint, "", "put", "a", "1", "--prev-kv");
        isDone &= tbctl(endpoint, "", "get", "a");
        isDone &= tbctl(endpoint, "", "get", "", "--prefix", "-w", "json");
        isDone &= tbctl(endpoint, "", "get", "", "--prefix", "-w", "fields");
        isDone &= tbctl(endpoint, "", "endpoint", "status", "-w", "table");
        isDone &= tbctl(endpoint, "", "member", "list");
        isDone &= tbctl(endpoint, TXN, "txn");
        isDone &= tbctl(endpoint, "", "del", "a");
        tbctl(endpoint, "", "get", "a", "--rev", "1000000");
        return isDone;
    }

    private static boolean talkAsEtcdsClient(final int port) throws IOException
    {
        final ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try
        {
            final KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_MS, TimeUnit.MILLISECONDS);
            final ByteString key = ByteString.copyFromUtf8("a");
            kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build());
            final boolean isDone = kv.range(RangeRequest.newBuilder().setKey(key).build()).getCount() == 1 && talkJson(port);
            System.out.println("as etcd's client: " + isDone);
            return isDone;
        }
        finally
        {
            channel.shutdownNow();
        }
    }

    private static boolean talkJson(final int port) throws IOException
    {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port))
        {
            socket.getOutputStream().write(("POST /v3/kv/range HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 14\r\n" +
                "\r\n{\"key\":\"YQ==\"}").getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8).endsWith("\"count\":\"1\"}");
        }
    }

    private static boolean tbctl(final String endpoint, final String input, final String... words)
    {
        final String[] flags = {"--endpoints", endpoint, "--dial-timeout", PATIENCE, "--command-timeout", PATIENCE};
        final String[] args = Arrays.copyOf(flags, flags.length + words.length);
        System.arraycopy(words, 0, args, flags.length, words.length);
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final int exitCode = Tbctl.run(args, new ByteArrayInputStream(input.getBytes(UTF_8)),
            new PrintStream(OutputStream.nullOutputStream(), false, UTF_8), new PrintStream(err, true, UTF_8));
        System.out.println(String.join(" ", words) + ": " + exitCode + " " + err.toString(UTF_8));
        return exitCode == 0;
    }

    /** Three ports in a row that nobody has now. */
    private static int freePorts() throws IOException
    {
        for (int i = 0; i < PORT_TRIES; i++)
        {
            final int port = PORT_MIN + (int)((System.nanoTime() / 1000 + ProcessHandle.current().pid() * 31 + i * 7L) % PORTS);
            if (isFree(port) && isFree(port + 1) && isFree(port + 2))
            {
                return port;
            }
        }
        throw new IOException("no three free UDP ports in a row found");
    }

    private static int freeTcpPort() throws IOException
    {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()))
        {
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(final int port)
    {
        try (DatagramSocket socket = new DatagramSocket(port, InetAddress.getLoopbackAddress()))
        {
            return socket.isBound();
        }
        catch (final IOException ignore)
        {
            return false; // taken: that is the answer
        }
    }
}
