package io.tourbillon.tools.etcd;

import io.tourbillon.codecs.Protocol;
import io.tourbillon.tools.QuietLogging;
import io.tourbillon.tools.server.EventLog;
import io.tourbillon.tools.server.EventLog.Level;
import io.tourbillon.tools.server.Tourbillon;
import io.tourbillon.transport.aeron.NodeVersion;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Starts a node by etcd's command line, environment or configuration file, and tells of it in etcd's words. */
public final class Etcd
{
    /** The version whose behaviour this is: digits and dots. */
    static final String VERSION = Protocol.ETCD_VERSION;
    private static final List<String> LEVELS = List.of("debug", "info", "warn", "error", "panic", "fatal");
    private static final List<String> OTHER_PROGRAMS = List.of("gateway", "grpc-proxy");

    private final PrintStream out;
    private final PrintStream err;

    Etcd(final PrintStream out, final PrintStream err)
    {
        this.out = out;
        this.err = err;
    }

    /**
     * Runs a member until it is told to stop or fails, and ends the process.
     *
     * @param args etcd's flags.
     */
    public static void main(final String[] args)
    {
        System.exit(new Etcd(System.out, System.err).run(args, System.getenv()));
    }

    /**
     * Does what a start does before there is a node, so that its classes are known. Blocks on nothing.
     *
     * @param dataDir of a member that is not started.
     */
    public static void rehearse(final Path dataDir)
    {
        final PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
        final Etcd etcd = new Etcd(nowhere, nowhere);
        etcd.run(new String[]{"--version"}, Map.of());
        final EtcdCommandLine line = EtcdCommandLine.parse(new String[]{"--name", "a", "--data-dir=" + dataDir,
            "--listen-client-urls", "http://127.0.0.1:2379", "--advertise-client-urls", "http://127.0.0.1:2379",
            "--listen-peer-urls", "http://127.0.0.1:2380", "--initial-advertise-peer-urls", "http://127.0.0.1:2380",
            "--initial-cluster", "a=http://127.0.0.1:2380,b=http://localhost:22380", "--snapshot-count=10000"}, Map.of());
        final EventLog log = etcd.log(line);
        EtcdSettings.of(line).warnings().forEach((warning) -> log.tell(Level.WARN, "flag", "message", warning));
        log.tell(Level.INFO, "ready", "member", "1", "term", 1L, "is_new", true);
    }

    int run(final String[] args, final Map<String, String> environment)
    {
        try
        {
            if (args.length > 0 && OTHER_PROGRAMS.contains(args[0]))
            {
                throw EtcdException.ofVerify("etcd " + args[0] + " is not supported: there is no proxy");
            }
            final EtcdCommandLine line = EtcdCommandLine.parse(args, environment);
            if (line.isHelpWanted() || line.isVersionWanted())
            {
                out.print(line.isHelpWanted() ? EtcdHelp.text() : version());
                out.flush();
                return Tourbillon.EXIT_OK;
            }
            return start(line);
        }
        catch (final EtcdException ex)
        {
            if (ex.exitCode() == EtcdException.EXIT_FLAG)
            {
                err.print(ex.getMessage() + System.lineSeparator() + EtcdHelp.USAGE);
                err.flush();
            }
            else
            {
                new EventLog(new ZapForm(false), Level.INFO, err, err, Clock.systemUTC())
                    .tell(Level.ERROR, "fatal", "message", ex.getMessage());
            }
            return ex.exitCode();
        }
    }

    private int start(final EtcdCommandLine line)
    {
        final EventLog log = log(line);
        final EtcdSettings made = EtcdSettings.of(line);
        QuietLogging.install();
        made.warnings().forEach((warning) -> log.tell(Level.WARN, "flag", "message", warning));
        return Tourbillon.run(made.settings(), log);
    }

    private EventLog log(final EtcdCommandLine line)
    {
        final String format = line.value("log-format");
        final String levelName = "true".equals(line.value("debug")) ? "debug" : line.value("log-level");
        if (!List.of("json", "console").contains(format))
        {
            throw EtcdException.ofVerify("unknown log format: " + format);
        }
        if (!LEVELS.contains(levelName))
        {
            throw EtcdException.ofVerify("unrecognized level: \"" + levelName + "\"");
        }
        final PrintStream stream = LogOutputs.open(line.value("log-outputs"), out, err);
        final int index = LEVELS.indexOf(levelName);
        final Level least = index <= 1 ? Level.INFO : index == 2 ? Level.WARN : Level.ERROR;
        return new EventLog(new ZapForm(format.equals("console")), least, stream, stream, Clock.systemUTC());
    }

    private static String version()
    {
        return "etcd Version: " + VERSION + "\nGit SHA: Tourbillon " + NodeVersion.VERSION +
            "\nGo Version: none, Java " + System.getProperty("java.version") +
            "\nGo OS/Arch: " + System.getProperty("os.name").toLowerCase(java.util.Locale.ROOT) + '/' + architecture() + '\n';
    }

    private static String architecture()
    {
        final String name = System.getProperty("os.arch");
        return name.equals("x86_64") ? "amd64" : name.equals("aarch64") ? "arm64" : name;
    }
}
