package io.tourbillon.tools.e2e;

import io.tourbillon.codecs.DriverDirectory;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

/** A member started by the drop-in's script with etcd's flags. What a killed one leaves in shared memory goes when this is closed. */
final class EtcdProcess implements AutoCloseable
{
    private static final Path SCRIPT = Path.of("bin/etcd").toAbsolutePath();
    private static final Pattern ENDPOINT = Pattern.compile("\"listen-client\":\"([^\"]+)\"");

    private final Process process;
    private final Path out;
    private final Path err;
    private final int clientPort;
    private final long startNs = System.nanoTime();

    private EtcdProcess(final Process process, final Path out, final Path err, final int clientPort)
    {
        this.process = process;
        this.out = out;
        this.err = err;
        this.clientPort = clientPort;
    }

    /** Starts it in a directory and does not wait for it. */
    static EtcdProcess launch(
        final Path directory, final int clientPort, final Map<String, String> environment, final String... flags) throws IOException
    {
        final Path out = Files.createTempFile(directory, "etcd", ".out");
        final Path err = Files.createTempFile(directory, "etcd", ".err");
        final List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(List.of(flags));
        final ProcessBuilder builder =
            new ProcessBuilder(command).directory(directory.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().putAll(environment);
        return new EtcdProcess(builder.start(), out, err, clientPort);
    }

    /** Waits until its log has the line that scripts wait for, and gives the milliseconds from the start of the script. */
    long awaitReady() throws IOException
    {
        while (!stderr().contains("ready to serve client requests"))
        {
            assertTrue(process.isAlive(), () -> "it has ended: " + stderr());
            if (System.nanoTime() - startNs > TimeUnit.MILLISECONDS.toNanos(NodeProcess.START_DEADLINE_MS))
            {
                fail("not ready in time: " + stderr());
            }
            LockSupport.parkNanos(5_000_000);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    }

    /** Where tbctl finds it, as its log tells. */
    String endpoint()
    {
        final Matcher matcher = ENDPOINT.matcher(stderr());
        assertTrue(matcher.find(), this::stderr);
        return matcher.group(1);
    }

    int awaitExit() throws InterruptedException
    {
        assertTrue(process.waitFor(NodeProcess.START_DEADLINE_MS, TimeUnit.MILLISECONDS), () -> "has not ended: " + stderr());
        return process.exitValue();
    }

    /** SIGTERM: gives the milliseconds until it has ended. */
    long terminate() throws InterruptedException
    {
        final long termNs = System.nanoTime();
        process.destroy();
        awaitExit();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - termNs);
    }

    /** SIGKILL. */
    void kill() throws InterruptedException
    {
        process.destroyForcibly();
        awaitExit();
    }

    int exitCode()
    {
        return process.exitValue();
    }

    String stdout()
    {
        return read(out);
    }

    String stderr()
    {
        return read(err);
    }

    Path driverDirectory()
    {
        return DriverDirectory.of(clientPort);
    }

    static String read(final Path file)
    {
        try
        {
            return Files.readString(file);
        }
        catch (final IOException ex)
        {
            return ex.toString();
        }
    }

    /** Asks first. */
    @Override
    public void close() throws IOException
    {
        process.destroy();
        try
        {
            process.waitFor(10, TimeUnit.SECONDS);
        }
        catch (final InterruptedException ignore)
        {
            Thread.currentThread().interrupt(); // then it is killed at once
        }
        if (process.isAlive())
        {
            process.destroyForcibly();
        }
        if (Files.exists(driverDirectory()))
        {
            deleteAll(driverDirectory());
        }
    }

    private static void deleteAll(final Path directory) throws IOException
    {
        Files.walkFileTree(directory, new SimpleFileVisitor<>()
        {
            @Override
            public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) throws IOException
            {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(final Path visited, final IOException failure) throws IOException
            {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
