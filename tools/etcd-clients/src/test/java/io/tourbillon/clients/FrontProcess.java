package io.tourbillon.clients;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** A front in a process of its own, started by its script. */
final class FrontProcess implements AutoCloseable
{
    private static final Path SCRIPT = Path.of("../bin/tourbillon-front").toAbsolutePath().normalize();
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

    private final Path log;
    private final String url;
    private final Process process;

    /** Waits until it serves. */
    FrontProcess(final Path directory, final String name, final List<String> endpoints) throws IOException
    {
        log = directory.resolve(name + ".log");
        url = "http://127.0.0.1:" + EtcdMember.freePort();
        process = new ProcessBuilder(SCRIPT.toString(), "--endpoints", String.join(",", endpoints), "--listen-client-urls", url)
            .redirectErrorStream(true).redirectOutput(log.toFile()).start();
        final long startNs = System.nanoTime();
        while (!log().contains("ready to serve client requests on " + url))
        {
            assertTrue(process.isAlive() && System.nanoTime() - startNs < DEADLINE_NS, log());
            LockSupport.parkNanos(20_000_000);
        }
    }

    String url()
    {
        return url;
    }

    String log() throws IOException
    {
        return Files.readString(log);
    }

    String page(final String path) throws Exception
    {
        return HttpClient.newHttpClient().send(
            HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    /** As an operator does: it ends by itself, cleanly. */
    void end() throws Exception
    {
        process.destroy();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it does not end");
        assertEquals(0, process.exitValue(), log());
        assertTrue(log().endsWith("info stopped\n"), log());
    }

    @Override
    public void close()
    {
        process.destroyForcibly();
    }
}
