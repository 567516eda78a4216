package io.tourbillon.transport.etcd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** An etcd to compare with. Who has none installed skips the test. */
final class EtcdProcess implements AutoCloseable
{
    private static final long READY_SECONDS = 60;

    private final Process process;
    private final InetSocketAddress address;

    EtcdProcess(final Path directory) throws IOException
    {
        final Path binary = List.of(System.getenv("PATH").split(":")).stream()
            .map(folder -> Path.of(folder, "etcd")).filter(Files::isExecutable).findFirst().orElse(null);
        assumeTrue(binary != null, "there is no etcd on the PATH to compare with");
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        final String clients = "http://127.0.0.1:" + address.getPort();
        final String peers = "http://127.0.0.1:" + freePort();
        process = new ProcessBuilder(binary.toString(), "--data-dir", directory.resolve("etcd").toString(),
            "--listen-client-urls", clients, "--advertise-client-urls", clients, "--listen-peer-urls", peers,
            "--initial-advertise-peer-urls", peers, "--initial-cluster", "default=" + peers)
            .redirectErrorStream(true).redirectOutput(directory.resolve("etcd.log").toFile()).start();
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_SECONDS);
        while (!isListening())
        {
            assertTrue(process.isAlive() && System.nanoTime() < deadlineNs, () -> "etcd does not start: " + directory.resolve("etcd.log"));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private static int freePort() throws IOException
    {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress()))
        {
            return socket.getLocalPort();
        }
    }

    private boolean isListening()
    {
        try (Socket socket = new Socket())
        {
            socket.connect(address);
            return true;
        }
        catch (final IOException ignore)
        {
            return false; // not yet
        }
    }

    InetSocketAddress address()
    {
        return address;
    }

    @Override
    public void close()
    {
        process.destroyForcibly();
    }
}
