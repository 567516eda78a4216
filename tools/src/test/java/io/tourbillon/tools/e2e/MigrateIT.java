package io.tourbillon.tools.e2e;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.tourbillon.transport.etcd.api.CompactionRequest;
import io.tourbillon.transport.etcd.api.DeleteRangeRequest;
import io.tourbillon.transport.etcd.api.KVGrpc;
import io.tourbillon.transport.etcd.api.LeaseGrantRequest;
import io.tourbillon.transport.etcd.api.LeaseGrpc;
import io.tourbillon.transport.etcd.api.LeaseRevokeRequest;
import io.tourbillon.transport.etcd.api.PutRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import static com.google.protobuf.ByteString.copyFromUtf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** A running etcd is copied to a node while it is written to, and cut over. */
@Timeout(180)
class MigrateIT
{
    private static final int KEYS = 2_500;
    private static final long LEASE_ID = 4711;
    private static final long ENDED_LEASE_ID = 4712;

    @TempDir
    Path directory;
    private int port;
    private Process etcd;
    private ManagedChannel channel;
    private KVGrpc.KVBlockingStub kv;
    private LeaseGrpc.LeaseBlockingStub leases;

    @BeforeEach
    void startEtcd() throws IOException
    {
        assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, "etcd"))),
            "no etcd here to copy from (Debian: apt-get install etcd-server)");
        port = freePort();
        final String client = "http://127.0.0.1:" + port;
        final String peer = "http://127.0.0.1:" + freePort();
        etcd = new ProcessBuilder("etcd", "--data-dir", directory.resolve("etcd").toString(), "--listen-client-urls", client,
            "--advertise-client-urls", client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", "default=" + peer, "--unsafe-no-fsync", "--heartbeat-interval", "10", "--election-timeout", "100")
            .redirectErrorStream(true).redirectOutput(directory.resolve("etcd.log").toFile()).start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        kv = KVGrpc.newBlockingStub(channel);
        leases = LeaseGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void endEtcd() throws InterruptedException
    {
        if (etcd != null)
        {
            channel.shutdownNow();
            etcd.destroyForcibly();
            etcd.waitFor();
        }
    }

    @Test
    void shouldCopyKeysAndLeasesFollowChangesAndCutOver() throws Exception
    {
        fill();
        try (NodeProcess node = NodeProcess.start(directory, NodeProcess.freePorts()))
        {
            final Ctl ctl = new Ctl(node.endpoint());
            final Path out = directory.resolve("migrate.out");
            final Path err = directory.resolve("migrate.err");
            final Process migrate = ctl.process(out, err, "migrate", "--from", "http://127.0.0.1:" + port);
            try (OutputStream stdin = migrate.getOutputStream())
            {
                await(out, err, "following changes");
                put("k/00001", "changed", 0);
                put("new", "1", LEASE_ID);
                kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(copyFromUtf8("k/00002")).build());
                leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(ENDED_LEASE_ID).build());
                tryToCutOverWhileSomebodyWrites(stdin, out, err);
                stdin.write("cut-over\n".getBytes(UTF_8));
                stdin.flush();
                assertTrue(migrate.waitFor(60, TimeUnit.SECONDS), () -> EtcdProcess.read(out) + EtcdProcess.read(err));
            }
            finally
            {
                migrate.destroyForcibly();
            }
            assertEquals(0, migrate.exitValue(), () -> EtcdProcess.read(out) + EtcdProcess.read(err));
            assertTrue(EtcdProcess.read(out).contains("cut over at revision"), () -> EtcdProcess.read(out));
            assertEquals("changed", ctl.ok("get", "k/00001", "--print-value-only").trim());
            assertEquals("", ctl.ok("get", "k/00002"));
            assertEquals(String.valueOf(KEYS + 1), ctl.ok("get", "", "--from-key", "--count-only").trim());
            final String lease = ctl.ok("lease", "timetolive", Long.toHexString(LEASE_ID), "--keys");
            assertTrue(lease.contains("granted with TTL(600s)") && lease.contains("leased") && lease.contains("new"), lease);
            assertTrue(ctl.ok("lease", "timetolive", Long.toHexString(ENDED_LEASE_ID)).contains("already expired"));
        }
    }

    @Test
    void shouldRefuseADestinationWithKeysAndSayThatASourceIsNotThere() throws Exception
    {
        fill();
        try (NodeProcess node = NodeProcess.start(directory, NodeProcess.freePorts()))
        {
            final Ctl ctl = new Ctl(node.endpoint());
            ctl.ok("put", "here", "already");
            assertTrue(ctl.fails(1, "migrate", "--from", "127.0.0.1:" + port, "--once").contains("has 1 such keys already"));
            assertEquals(List.of("cut over at revision"), List.of(
                ctl.ok("migrate", "--from", "127.0.0.1:" + port, "--prefix", "k/", "--once").lines()
                    .filter(line -> line.startsWith("cut over")).findFirst().orElse("").substring(0, 20)));
            assertEquals(String.valueOf(KEYS), ctl.ok("get", "k/", "--prefix", "--count-only").trim());
            assertEquals("already", ctl.ok("get", "here", "--print-value-only").trim());
            assertTrue(ctl.fails(2, "migrate", "--from", "127.0.0.1:1", "--once").contains("the etcd that is copied from"));
        }
    }

    private void tryToCutOverWhileSomebodyWrites(final OutputStream stdin, final Path out, final Path err) throws Exception
    {
        final AtomicBoolean isOver = new AtomicBoolean();
        final Thread writer = new Thread(() ->
        {
            while (!isOver.get())
            {
                put("new", "1", LEASE_ID);
            }
        });
        writer.start();
        try
        {
            stdin.write("cut-over\n".getBytes(UTF_8));
            stdin.flush();
            await(out, err, "not cut over: somebody still writes there");
        }
        finally
        {
            isOver.set(true);
            writer.join();
        }
    }

    private void fill()
    {
        leases.withWaitForReady().leaseGrant(LeaseGrantRequest.newBuilder().setID(LEASE_ID).setTTL(600).build());
        leases.leaseGrant(LeaseGrantRequest.newBuilder().setID(ENDED_LEASE_ID).setTTL(600).build());
        for (int i = 0; i < KEYS; i++)
        {
            put("k/%05d".formatted(i), "value " + i, 0);
        }
        put("leased", "1", LEASE_ID);
        final long revision = put("ended", "1", ENDED_LEASE_ID);
        kv.compact(CompactionRequest.newBuilder().setRevision(revision).build());
    }

    private long put(final String key, final String value, final long lease)
    {
        return kv.put(PutRequest.newBuilder().setKey(copyFromUtf8(key)).setValue(ByteString.copyFromUtf8(value)).setLease(lease).build())
            .getHeader().getRevision();
    }

    private static void await(final Path out, final Path err, final String text)
    {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!EtcdProcess.read(out).contains(text))
        {
            assertTrue(System.nanoTime() - deadlineNs < 0, () -> EtcdProcess.read(out) + EtcdProcess.read(err));
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static int freePort() throws IOException
    {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")))
        {
            return socket.getLocalPort();
        }
    }
}
