package io.tourbillon.tools.server;

import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.etcd.FrontConfig;
import io.tourbillon.transport.etcd.counts.MethodCounters;
import io.tourbillon.transport.etcd.identity.JsonTokens;
import io.tourbillon.transport.etcd.port.SelfSigned;
import io.tourbillon.transport.etcd.port.TlsSettings;
import io.tourbillon.transport.http.CallFigures;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What options mean to a front for etcd's clients, in a node's process and in one of its own. */
final class FrontSettings
{
    /** etcd's patience with a request: this and two election time-outs. */
    private static final long REQUEST_TIMEOUT_MS = 5_000;

    private static final String SECURE = "https://";

    private FrontSettings()
    {
    }

    /** Tells what has no effect. */
    static void warn(final NodeConfig config, final Consumer<String> warning)
    {
        final boolean hasCertificate = !config.text(NodeOption.CERT_FILE).isEmpty();
        if (addresses(config, SECURE).isEmpty() && (hasCertificate || isAutoTls(config)))
        {
            warning.accept((hasCertificate ? "cert-file" : "auto-tls") +
                " is without effect: none of listen-client-urls is https://");
        }
        else if (hasCertificate && isAutoTls(config))
        {
            warning.accept("auto-tls is without effect: there is a cert-file");
        }
    }

    /** But for the node behind it, and its secret. Makes a certificate if one is to be made. */
    static FrontConfig of(final NodeConfig config) throws IOException, GeneralSecurityException
    {
        final String tokens = config.text(NodeOption.AUTH_TOKEN);
        return new FrontConfig()
            .jsonTokens("simple".equals(tokens) ? null : JsonTokens.of(tokens))
            .electionTimeoutMs(config.number(NodeOption.ELECTION_TIMEOUT))
            .authTokenTtlMs(TimeUnit.SECONDS.toMillis(config.number(NodeOption.AUTH_TOKEN_TTL)))
            .addresses(addresses(config, "http://"))
            .secureAddresses(addresses(config, SECURE))
            .tls(tls(config))
            .connectionKey(config.readConnectionKey())
            .requestTimeoutMs(REQUEST_TIMEOUT_MS + 2 * config.number(NodeOption.ELECTION_TIMEOUT))
            .requestBytesMax(config.intNumber(NodeOption.MAX_REQUEST_BYTES))
            .corsOrigins(Set.copyOf(words(config.text(NodeOption.CORS))))
            .hostWhitelist(Set.copyOf(words(config.text(NodeOption.HOST_WHITELIST))))
            .streamsMax((int)Math.min(Integer.MAX_VALUE, config.number(NodeOption.MAX_CONCURRENT_STREAMS)))
            .keepAlive(milliseconds(config, NodeOption.GRPC_KEEPALIVE_MIN_TIME), milliseconds(config, NodeOption.GRPC_KEEPALIVE_INTERVAL),
                milliseconds(config, NodeOption.GRPC_KEEPALIVE_TIMEOUT))
            .handshakeMs(config.number(NodeOption.CLIENT_URL_HANDSHAKE))
            .connectionsMax(config.intNumber(NodeOption.MAX_CLIENT_URL_CONNECTIONS));
    }

    private static TlsSettings tls(final NodeConfig config) throws IOException, GeneralSecurityException
    {
        if (addresses(config, SECURE).isEmpty())
        {
            return null;
        }
        final SelfSigned own = config.text(NodeOption.CERT_FILE).isEmpty() ? selfSigned(config) :
            new SelfSigned(path(config, NodeOption.CERT_FILE), path(config, NodeOption.KEY_FILE));
        return new TlsSettings(own.certFile(), own.keyFile(), path(config, NodeOption.TRUSTED_CA_FILE),
            path(config, NodeOption.CLIENT_CRL_FILE), words(config.text(NodeOption.CIPHER_SUITES)),
            Stream.of("TLSv1.3", "TLSv1.2")
                .filter((version) -> !version.equals("TLSv1.2") || !"TLS1.3".equals(config.text(NodeOption.TLS_MIN_VERSION)))
                .filter((version) -> !version.equals("TLSv1.3") || !"TLS1.2".equals(config.text(NodeOption.TLS_MAX_VERSION))).toList());
    }

    private static boolean isAutoTls(final NodeConfig config)
    {
        return "true".equals(config.text(NodeOption.AUTO_TLS));
    }

    /** For where clients are told to go, and for this host. */
    private static SelfSigned selfSigned(final NodeConfig config) throws IOException, GeneralSecurityException
    {
        Files.createDirectories(config.dataDir()); // the node's own, with the rights it has without this, too
        final Stream<String> urls = Stream.concat(config.listenClientUrls().stream(), config.advertisedClientUrls().stream());
        final Stream<String> told = urls.map(url -> url.replaceAll("^https?://\\[?|]?:[0-9]+$", ""));
        final List<String> hosts = Stream.concat(told, Stream.of("localhost", "127.0.0.1")).distinct().toList();
        return SelfSigned.in(config.dataDir().resolve("fixtures").resolve("client"), hosts,
            config.intNumber(NodeOption.SELF_SIGNED_CERT_VALIDITY));
    }

    private static Path path(final NodeConfig config, final NodeOption option)
    {
        return config.text(option).isEmpty() ? null : Path.of(config.text(option));
    }

    private static long milliseconds(final NodeConfig config, final NodeOption option)
    {
        return TimeUnit.NANOSECONDS.toMillis(config.durationNs(option));
    }

    private static List<String> words(final String list)
    {
        return list.isBlank() ? List.of() : List.of(list.trim().split("\\s*,\\s*"));
    }

    private static List<InetSocketAddress> addresses(final NodeConfig config, final String scheme)
    {
        return config.listenClientUrls().stream().filter((url) -> url.startsWith(scheme)).map(FrontSettings::address).toList();
    }

    private static InetSocketAddress address(final String url)
    {
        final URI uri = URI.create(url);
        return new InetSocketAddress(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort());
    }

    /** A method's counters, for who shows them. */
    static CallFigures figures(final MethodCounters method)
    {
        final Map<String, Long> handled = new LinkedHashMap<>();
        method.forEachCode(handled::put);
        return new CallFigures(method.service(), method.method(), method.type(), method.started(), method.received(),
            method.receivedBytes(), method.sent(), method.sentBytes(), handled);
    }
}
