package io.tourbillon.perf.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server's counters from its /metrics page, etcd's or our front's, fetched on a thread of their own that is idle otherwise. */
public final class EtcdMetrics implements AutoCloseable
{
    private static final int TIMEOUT_MS = 8_000;
    /** Pages that are thrown away before the first that counts: a JVM's first ones take it hundreds of milliseconds of processor time. */
    private static final int WARM_UPS = 10;
    private static final int HEALTH_TIMEOUT_MS = 1_000;

    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final String host;
    private final int port;

    EtcdMetrics(final String host, final int port)
    {
        this.host = host;
        this.port = port;
        executor.execute(this::warmUp);
    }

    private void warmUp()
    {
        try
        {
            for (int i = 0; i < WARM_UPS; i++)
            {
                read(host, port, "/metrics", TIMEOUT_MS);
            }
        }
        catch (final IOException ignore)
        {
            return; // whoever asks next is told
        }
    }

    CompletableFuture<ServerStatus> request()
    {
        return CompletableFuture.supplyAsync(this::fetch, executor);
    }

    private ServerStatus fetch()
    {
        return parse(page(host, port));
    }

    /**
     * Reads the page. Blocks.
     *
     * @param host of the server.
     * @param port for etcd's clients.
     * @return its text.
     */
    public static String page(final String host, final int port)
    {
        try
        {
            return read(host, port, "/metrics", TIMEOUT_MS);
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private static String read(final String host, final int port, final String path, final int timeoutMs) throws IOException
    {
        final HttpURLConnection connection = (HttpURLConnection)new URL("http://" + host + ":" + port + path).openConnection();
        connection.setConnectTimeout(timeoutMs);
        connection.setReadTimeout(timeoutMs);
        try (InputStream in = connection.getInputStream())
        {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * Syncs are those of the write-ahead log and of the store's commits: a put that waits for one waits for the disk.
     *
     * @param text of the page.
     * @return the counters that we compare.
     */
    static ServerStatus parse(final String text)
    {
        final long walSyncs = counter(text, "etcd_disk_wal_fsync_duration_seconds_count");
        final long commits = counter(text, "etcd_disk_backend_commit_duration_seconds_count");
        final long puts = Math.max(counter(text, "etcd_mvcc_put_total"), counter(text, "etcd_debugging_mvcc_put_total"));
        return new ServerStatus(walSyncs < 0 ? -1 : walSyncs + commits, puts, -1, -1,
            walSyncs + " syncs of the log, " + commits + " commits of the store since start");
    }

    private static long counter(final String text, final String name)
    {
        return (long)figure(text, name);
    }

    /**
     * Finds a figure.
     *
     * @param text of the page.
     * @param name with its labels, as it stands there.
     * @return the figure; -1 if it is not there.
     */
    public static double figure(final String text, final String name)
    {
        for (final String line : text.split("\n"))
        {
            if (line.startsWith(name + " "))
            {
                return Double.parseDouble(line.substring(name.length() + 1).trim());
            }
        }
        return -1;
    }

    /**
     * @param host of the etcd.
     * @param port of the etcd, for clients.
     * @return whether it answers and has a leader. Blocks shortly.
     */
    static boolean isHealthy(final String host, final int port)
    {
        try
        {
            return read(host, port, "/health", HEALTH_TIMEOUT_MS).contains("true");
        }
        catch (final IOException ex)
        {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20)); // not yet: the caller asks again until its deadline
            return false;
        }
    }

    @Override
    public void close()
    {
        executor.shutdownNow();
    }
}
