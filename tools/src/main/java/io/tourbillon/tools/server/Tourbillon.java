package io.tourbillon.tools.server;

import io.tourbillon.tools.QuietLogging;
import io.tourbillon.tools.Signals;
import io.tourbillon.tools.Version;
import io.tourbillon.tools.server.EventLog.Level;
import io.tourbillon.transport.aeron.ConfigException;
import io.tourbillon.transport.aeron.Node;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeEvents;
import io.tourbillon.transport.aeron.NodeException;
import io.tourbillon.transport.aeron.NodeOption;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Starts a node, says when it serves and what happens to it, ends it on SIGTERM or SIGINT. */
public final class Tourbillon
{
    /** Stopped because it was asked to. */
    public static final int EXIT_OK = 0;
    /** Could not start, or had to stop. */
    public static final int EXIT_FATAL = 1;
    /** Wrong options. */
    public static final int EXIT_USAGE = 2;
    /** How long a start may take, the replay of the journal included, before the launcher says that it takes long. */
    private static final long SLOW_START_MS = 10_000;
    /** How long an orderly end may take before the process is ended anyway: far more than a checkpoint needs. */
    private static final long CLOSE_DEADLINE_MS = 30_000;

    /** What sends a signal to a process and to its group, as timeout(1) does, means one: by then it has ended, or somebody is impatient. */
    private static final long SAME_SIGNAL_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long POLL_MS = 200;
    /** Warnings that wait to be told; more are counted. */
    private static final int WARNINGS_MAX = 256;

    private final PrintStream out;
    private final PrintStream err;
    private final Queue<String> warnings = new ArrayBlockingQueue<>(WARNINGS_MAX);
    private final AtomicLong untoldWarnings = new AtomicLong();
    private EventLog log;
    private boolean isTellingWhoJoins;
    private final CountDownLatch stop = new CountDownLatch(1);
    /** When it was asked to stop first; 0: not yet. */
    private final AtomicLong askedNs = new AtomicLong();
    private final AtomicBoolean isFailed = new AtomicBoolean();

    Tourbillon(final PrintStream out, final PrintStream err)
    {
        this.out = out;
        this.err = err;
        this.log = new EventLog(false, out, err, Clock.systemUTC());
    }

    /**
     * Runs a node until it is told to stop or fails, and ends the process.
     *
     * @param args the options.
     */
    public static void main(final String[] args)
    {
        QuietLogging.install();
        final Tourbillon tourbillon = new Tourbillon(System.out, System.err);
        tourbillon.listen();
        System.exit(tourbillon.run(args));
    }

    /**
     * Runs a node by settings that another launcher has read, until it is told to stop by a signal or fails. Blocks.
     *
     * @param settings by the keys of {@link NodeOption}.
     * @param log      to tell, instead of the node's own forms.
     * @return the exit code.
     */
    public static int run(final Map<String, String> settings, final EventLog log)
    {
        final Tourbillon tourbillon = new Tourbillon(System.out, System.err);
        tourbillon.log = log;
        tourbillon.isTellingWhoJoins = true;
        tourbillon.listen();
        QuietLogging.install(tourbillon::tellOfLibrary);
        try
        {
            final NodeConfig config = NodeConfig.parse(settings);
            return tourbillon.serve(config, OperatorPages.addresses(config.text(NodeOption.LISTEN_METRICS_URLS)));
        }
        catch (final IllegalArgumentException ex)
        {
            return tourbillon.fail(EXIT_USAGE, ex.getMessage());
        }
    }

    private void listen()
    {
        Signals.register("TERM", this::onSignal);
        Signals.register("INT", this::onSignal);
    }

    private void tellOfLibrary(final String logger, final String message)
    {
        log.tell(Level.WARN, "library", "logger", logger, "message", message);
    }

    /** The first asks for an orderly end; a later one is somebody who does not want to wait. */
    void onSignal()
    {
        final long nowNs = System.nanoTime();
        if (askedNs.compareAndSet(0, nowNs | 1))
        {
            stop.countDown();
        }
        else if (nowNs - askedNs.get() > SAME_SIGNAL_NS)
        {
            Runtime.getRuntime().halt(EXIT_FATAL);
        }
    }

    /**
     * Runs a node until it is told to stop or fails.
     *
     * @param args the options.
     * @return the exit code.
     */
    int run(final String[] args)
    {
        final NodeConfig config;
        final List<InetSocketAddress> pageAddresses;
        try
        {
            final ServerOptions options = new ServerOptions(args);
            if (options.isHelpWanted() || options.isVersionWanted())
            {
                out.print(options.isHelpWanted() ? ServerHelp.text() : "tourbillon Version: " + Version.text() + System.lineSeparator());
                out.flush();
                return EXIT_OK;
            }
            config = NodeConfig.parse(options.settings());
            logAs(config.text(NodeOption.LOG_FORMAT));
            pageAddresses = OperatorPages.addresses(config.text(NodeOption.LISTEN_METRICS_URLS));
        }
        catch (final IllegalArgumentException ex)
        {
            return fail(EXIT_USAGE, ex.getMessage() + System.lineSeparator() + "See tourbillon --help");
        }
        catch (final IOException ex)
        {
            return fail(EXIT_USAGE, "cannot read the config file: " + ex);
        }
        return serve(config, pageAddresses);
    }

    /** What libraries warn of comes in the same form. */
    private void logAs(final String format)
    {
        if ("json".equals(format))
        {
            log = new EventLog(true, out, err, Clock.systemUTC());
            QuietLogging.install(this::tellOfLibrary);
        }
    }

    private int serve(final NodeConfig config, final List<InetSocketAddress> pageAddresses)
    {
        log.tell(Level.INFO, "starting", "version", Version.text(), "name", config.name(), "data", config.dataDir().toString(),
            "pid", ProcessHandle.current().pid());
        if ("none".equals(config.text(NodeOption.DURABILITY)))
        {
            log.tell(Level.WARN, "durability-none",
                "message", "durability none: nothing is synced, a power cut loses acknowledged writes");
        }
        try
        {
            ConfigException.throwIfAny(config.faults());
            try (ClientFront front = new ClientFront(config, this::warn); Node node = Node.launch(config, new Events()))
            {
                serve(node, front, config, pageAddresses);
            }
        }
        catch (final ConfigException ex)
        {
            return fail(EXIT_USAGE, ex.getMessage());
        }
        catch (final NodeException ex)
        {
            return fail(EXIT_FATAL, ex.getMessage());
        }
        tellWarnings();
        log.tell(isFailed.get() ? Level.ERROR : Level.INFO, "stopped");
        return isFailed.get() ? EXIT_FATAL : EXIT_OK;
    }

    private void serve(final Node node, final ClientFront front, final NodeConfig config, final List<InetSocketAddress> pageAddresses)
    {
        final OperatorPages pages = new OperatorPages(node, front::calls, pageAddresses);
        front.serve(pages::pages, node.ownToken(), node.doorbell());
        final EventWatch watch = new EventWatch(node.pipelineCounters(), node.forceDurations(), node.stateCounters(), node.memberId(), log);
        announce(node, config, watch);
        final PeerPage peerPage = isTellingWhoJoins && stop.getCount() > 0 ? new PeerPage(node, config, log) : null;
        awaitStop(watch);
        log.tell(Level.INFO, "stopping", "reason", isFailed.get() ? "failure" : "signal");
        guardClose();
        front.close();
        if (peerPage != null)
        {
            peerPage.close();
        }
        pages.close();
    }

    private void announce(final Node node, final NodeConfig config, final EventWatch watch)
    {
        final long slowAtNs = System.nanoTime() + SLOW_START_MS * 1_000_000L;
        boolean isSlow = false;
        while (stop.getCount() > 0)
        {
            final boolean isReady = node.awaitReady(100);
            poll(watch);
            if (isReady)
            {
                log.tellLine(Level.INFO, "ready", readyLine(node, config), "name", config.name(),
                    "member", Long.toHexString(node.memberId()), "cluster", Long.toHexString(node.clusterId()),
                    "listen_client", config.text(NodeOption.LISTEN_CLIENT), "listen_peer", config.text(NodeOption.LISTEN_PEER),
                    "listen_client_urls", config.text(NodeOption.LISTEN_CLIENT_URLS), "driver", node.driverDirectory());
                return;
            }
            if (!isSlow && System.nanoTime() - slowAtNs > 0)
            {
                isSlow = true;
                log.tell(Level.WARN, "starting-takes-long", "message", "starting takes long: replaying the journal in " + config.dataDir());
            }
        }
    }

    private static String readyLine(final Node node, final NodeConfig config)
    {
        return "tourbillon " + Version.text() + " ready to serve client requests on " + config.text(NodeOption.LISTEN_CLIENT) +
            "/udp and ipc " + node.driverDirectory() +
            ", name " + config.name() + ", member " + Long.toHexString(node.memberId()) + ", cluster " +
            Long.toHexString(node.clusterId()) +
            (config.listenClientUrls().isEmpty() ? "" : ", etcd clients " + String.join(",", config.listenClientUrls())) +
            ", durability " + config.text(NodeOption.DURABILITY) + ", mode " + node.mode() + ", data " + config.dataDir();
    }

    /** What has happened is told meanwhile: nobody else logs. */
    private void awaitStop(final EventWatch watch)
    {
        try
        {
            while (!stop.await(POLL_MS, TimeUnit.MILLISECONDS))
            {
                poll(watch);
            }
            poll(watch);
        }
        catch (final InterruptedException ignore)
        {
            Thread.currentThread().interrupt(); // treated as being asked to stop
        }
    }

    private void poll(final EventWatch watch)
    {
        watch.poll();
        tellWarnings();
    }

    private void tellWarnings()
    {
        for (String warning = warnings.poll(); warning != null; warning = warnings.poll())
        {
            log.tell(Level.WARN, "warning", "message", warning);
        }
        final long untold = untoldWarnings.getAndSet(0);
        if (untold > 0)
        {
            log.tell(Level.WARN, "warnings-untold", "count", untold);
        }
    }

    /** An orderly end that hangs must not keep an operator's restart waiting: the journal has all that was acknowledged. */
    private void guardClose()
    {
        final Thread guard = new Thread(this::haltLate, "tourbillon-close-guard");
        guard.setDaemon(true);
        guard.start();
    }

    private void haltLate()
    {
        try
        {
            Thread.sleep(CLOSE_DEADLINE_MS);
        }
        catch (final InterruptedException ignore)
        {
            return; // nobody interrupts it; if somebody does, there is nothing to guard any more
        }
        log.tell(Level.ERROR, "stopping-takes-too-long", "message",
            "the node did not end within " + CLOSE_DEADLINE_MS + " ms: ending the process; nothing acknowledged is lost");
        Runtime.getRuntime().halt(EXIT_FATAL);
    }

    /** Any thread: none of the node's own must wait for whoever reads the log. */
    private void warn(final String message)
    {
        if (!warnings.offer(message))
        {
            untoldWarnings.incrementAndGet();
        }
    }

    private int fail(final int exitCode, final String message)
    {
        log.tellLine(Level.ERROR, exitCode == EXIT_USAGE ? "wrong-options" : "fatal",
            message.lines().map(line -> "tourbillon: " + line).reduce((a, b) -> a + System.lineSeparator() + b).orElse(""));
        return exitCode;
    }

    private final class Events implements NodeEvents
    {
        @Override
        public void onWarning(final String message)
        {
            warn(message);
        }

        @Override
        public void onFatal(final String message, final Throwable cause)
        {
            isFailed.set(true);
            fail(EXIT_FATAL, "fatal: " + message + (cause == null ? "" : " (" + cause + ")"));
            stop.countDown();
        }
    }
}
