package io.tourbillon.tools.server;

import io.tourbillon.tools.QuietLogging;
import io.tourbillon.tools.Signals;
import io.tourbillon.tools.Version;
import io.tourbillon.tools.server.EventLog.Level;
import io.tourbillon.transport.aeron.ConfigException;
import io.tourbillon.transport.aeron.NodeException;
import io.tourbillon.transport.etcd.EtcdFront;

import java.io.IOException;
import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Starts a front for etcd's clients alone, in front of members in other processes; ends it on SIGTERM or SIGINT. */
public final class TourbillonFront
{
    private static final long POLL_MS = 100;
    private static final int WARNINGS_MAX = 256;
    /** What sends a signal to a process and to its group means one. */
    private static final long SAME_SIGNAL_NS = TimeUnit.SECONDS.toNanos(1);

    private final PrintStream out;
    private final PrintStream err;
    private final Queue<String> warnings = new ArrayBlockingQueue<>(WARNINGS_MAX);
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicLong askedNs = new AtomicLong();
    /** A member that cannot be reached is tried again and again: each warning is told once. */
    private final Set<String> told = new HashSet<>();
    private EventLog log;

    TourbillonFront(final PrintStream out, final PrintStream err)
    {
        this.out = out;
        this.err = err;
        this.log = new EventLog(false, out, err, Clock.systemUTC());
    }

    /**
     * Runs a front until it is told to stop, and ends the process.
     *
     * @param args the options.
     */
    public static void main(final String[] args)
    {
        QuietLogging.install();
        final TourbillonFront front = new TourbillonFront(System.out, System.err);
        Signals.register("TERM", front::onSignal);
        Signals.register("INT", front::onSignal);
        System.exit(front.run(args));
    }

    /** The first asks for an orderly end; a later one is somebody who does not want to wait. */
    private void onSignal()
    {
        final long nowNs = System.nanoTime();
        if (askedNs.compareAndSet(0, nowNs | 1))
        {
            stop.countDown();
        }
        else if (nowNs - askedNs.get() > SAME_SIGNAL_NS)
        {
            Runtime.getRuntime().halt(Tourbillon.EXIT_FATAL);
        }
    }

    private int run(final String[] args)
    {
        try
        {
            final FrontOptions options = new FrontOptions(args);
            if (options.isHelpWanted() || options.isVersionWanted())
            {
                out.print(options.isHelpWanted() ? FrontOptions.help() :
                    "tourbillon-front Version: " + Version.text() + System.lineSeparator());
                out.flush();
                return Tourbillon.EXIT_OK;
            }
            log = new EventLog(options.isJsonLog(), out, err, Clock.systemUTC());
            QuietLogging.install((logger, message) -> log.tell(Level.WARN, "library", "logger", logger, "message", message));
            return serve(options);
        }
        catch (final IllegalArgumentException | ConfigException ex)
        {
            return fail(Tourbillon.EXIT_USAGE, ex.getMessage() + System.lineSeparator() + "See tourbillon-front --help");
        }
        catch (final IOException | NodeException | GeneralSecurityException ex)
        {
            return fail(Tourbillon.EXIT_FATAL, ex.getMessage());
        }
    }

    private int serve(final FrontOptions options) throws IOException, GeneralSecurityException
    {
        log.tell(Level.INFO, "starting", "version", Version.text(), "endpoints", options.endpoints(),
            "pid", ProcessHandle.current().pid());
        options.warn(warnings::offer);
        try (EtcdFront front = EtcdFront.listen(options.config(), (thrown) -> warnings.offer("the front for etcd's clients: " + thrown)))
        {
            front.pages(new FrontPagesAlone(front));
            front.connect();
            serve(front, options);
            log.tell(Level.INFO, "stopping", "reason", "signal");
        }
        log.tell(Level.INFO, "stopped");
        return Tourbillon.EXIT_OK;
    }

    /** Until it is asked to stop. */
    private void serve(final EtcdFront front, final FrontOptions options)
    {
        boolean wasReady = false;
        boolean wasServing = false;
        while (!isAsked())
        {
            for (String warning = warnings.poll(); warning != null; warning = warnings.poll())
            {
                if (told.size() < WARNINGS_MAX && told.add(warning))
                {
                    log.tell(Level.WARN, "warning", "message", warning);
                }
            }
            final boolean isServing = front.isServing();
            if (isServing && !wasReady)
            {
                wasReady = true;
                log.tellLine(Level.INFO, "ready", "tourbillon-front " + Version.text() + " ready to serve client requests on " +
                    options.urls() + ", members " + options.endpoints(), "listen_client_urls", options.urls());
            }
            else if (isServing != wasServing)
            {
                log.tell(isServing ? Level.INFO : Level.WARN, isServing ? "member-reached" : "no-member-reached");
            }
            wasServing = isServing;
        }
    }

    private boolean isAsked()
    {
        try
        {
            return stop.await(POLL_MS, TimeUnit.MILLISECONDS);
        }
        catch (final InterruptedException ignore)
        {
            Thread.currentThread().interrupt();
            return true; // treated as being asked to stop
        }
    }

    private int fail(final int exitCode, final String message)
    {
        log.tellLine(Level.ERROR, exitCode == Tourbillon.EXIT_USAGE ? "wrong-options" : "fatal",
            "tourbillon-front: " + message.replace(System.lineSeparator(), System.lineSeparator() + "tourbillon-front: "));
        return exitCode;
    }
}
