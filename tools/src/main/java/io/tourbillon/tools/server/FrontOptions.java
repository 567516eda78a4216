package io.tourbillon.tools.server;

import io.tourbillon.transport.aeron.ConfigException;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.etcd.FrontConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The command line of a front in a process of its own: where its members are, and those options of a node that are the front's. */
final class FrontOptions
{
    static final String ENDPOINTS = "endpoints";
    static final String ENDPOINTS_DEFAULT = "127.0.0.1:2479";
    static final String ENDPOINTS_WHY =
        "Members by their listen-client, host:port or ipc:DIRECTORY,... The front is at one of them, and goes on at the next when that " +
        "one is silent or knows no leader. Members take clients on loopback alone: the front is on their host.";
    static final List<NodeOption> OPTIONS = List.of(
        NodeOption.LISTEN_CLIENT_URLS, NodeOption.CORS, NodeOption.HOST_WHITELIST, NodeOption.CERT_FILE, NodeOption.KEY_FILE,
        NodeOption.CLIENT_CERT_AUTH, NodeOption.TRUSTED_CA_FILE, NodeOption.CLIENT_CRL_FILE, NodeOption.CIPHER_SUITES,
        NodeOption.TLS_MIN_VERSION, NodeOption.TLS_MAX_VERSION, NodeOption.MAX_CONCURRENT_STREAMS, NodeOption.GRPC_KEEPALIVE_MIN_TIME,
        NodeOption.GRPC_KEEPALIVE_INTERVAL, NodeOption.GRPC_KEEPALIVE_TIMEOUT, NodeOption.CLIENT_URL_HANDSHAKE,
        NodeOption.MAX_CLIENT_URL_CONNECTIONS, NodeOption.CONNECTION_KEY_FILE, NodeOption.FRONT_KEY_FILE, NodeOption.AUTH_TOKEN,
        NodeOption.AUTH_TOKEN_TTL, NodeOption.ELECTION_TIMEOUT, NodeOption.MAX_REQUEST_BYTES, NodeOption.LOG_FORMAT);
    /** A member that is silent for so long is left for another. */
    private static final long SILENCE_MS = 2_000;

    private final ServerOptions words;
    private final String endpoints;
    private final NodeConfig config;

    /**
     * @throws IllegalArgumentException if a word is no option.
     * @throws ConfigException          if a value cannot be; the message lists all that cannot.
     * @throws IOException              if the config file cannot be read.
     */
    FrontOptions(final String... args) throws IOException
    {
        words = new ServerOptions((name) -> name.equals(ENDPOINTS) || OPTIONS.contains(NodeOption.ofKey(name)), args);
        final Map<String, String> settings = words.settings();
        final String given = settings.remove(ENDPOINTS);
        endpoints = given == null ? ENDPOINTS_DEFAULT : given.trim();
        // What a front has no use for must not be found wrong beside what it is told.
        settings.put(NodeOption.ADVERTISE_CLIENT_URLS.key(), "http://localhost:2379");
        settings.put(NodeOption.HEARTBEAT_INTERVAL.key(), "1");
        config = NodeConfig.parse(settings);
        if (!isHelpWanted() && !isVersionWanted())
        {
            judge();
        }
    }

    private void judge()
    {
        ConfigException.throwIfAny(config.faults());
        if (config.listenClientUrls().isEmpty())
        {
            throw new IllegalArgumentException("listen-client-urls: must not be empty");
        }
        if (!"simple".equals(config.text(NodeOption.AUTH_TOKEN)) && config.text(NodeOption.FRONT_KEY_FILE).isEmpty())
        {
            throw new IllegalArgumentException("auth-token: must have a front-key-file, the members', unless it is simple");
        }
    }

    boolean isHelpWanted()
    {
        return words.isHelpWanted();
    }

    boolean isVersionWanted()
    {
        return words.isVersionWanted();
    }

    boolean isJsonLog()
    {
        return "json".equals(config.text(NodeOption.LOG_FORMAT));
    }

    String endpoints()
    {
        return endpoints;
    }

    String urls()
    {
        return String.join(",", config.listenClientUrls());
    }

    void warn(final Consumer<String> warning)
    {
        FrontSettings.warn(config, warning);
        if (config.text(NodeOption.FRONT_KEY_FILE).isEmpty() && !config.text(NodeOption.TRUSTED_CA_FILE).isEmpty())
        {
            warning.accept("without a front-key-file, the members', the names in clients' certificates are nobody's");
        }
    }

    /** Reads the files of secrets. */
    FrontConfig config() throws IOException, GeneralSecurityException
    {
        final byte[] frontKey = config.readFrontKey();
        final FrontConfig front = FrontSettings.of(config).endpoint(endpoints).frontSecret(frontKey == null ? null : () -> frontKey);
        return endpoints.contains(",") ? front.silenceMs(SILENCE_MS) : front;
    }

    static String help()
    {
        final CommandSpec spec = CommandSpec.create().name("tourbillon-front");
        spec.usageMessage()
            .header("Serves etcd's clients in front of members in other processes; several may serve one cluster.")
            .description("")
            .optionListHeading("Options (sizes take k, m, g for KiB, MiB, GiB):%n")
            .footer("", "Exit codes: 0 stopped by a signal; 1 could not start; 2 wrong options.",
                "Example: tourbillon-front --endpoints 127.0.0.1:2479,127.0.0.1:2579 --listen-client-urls http://0.0.0.0:2379")
            .sortOptions(false)
            .showDefaultValues(false)
            .width(ServerHelp.HELP_WIDTH);
        spec.addOption(OptionSpec.builder("--" + ENDPOINTS).type(String.class).paramLabel("<list>")
            .description(ENDPOINTS_WHY + " [" + ENDPOINTS_DEFAULT + ']').build());
        return ServerHelp.usage(spec, OPTIONS);
    }
}
