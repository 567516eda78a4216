package io.tourbillon.transport.aeron;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What may stand as a list of URLs for etcd's clients. Pure; any thread. */
final class ClientUrls
{
    private static final Pattern URL = Pattern.compile("(https?)://([0-9A-Za-z._-]+|\\[[0-9a-fA-F:.]+]):([0-9]{1,5})");
    private static final int PORT_MAX = 65_535;

    private ClientUrls()
    {
    }

    /** The entries of a list that is separated by commas, without blanks around them. */
    static List<String> of(final String text)
    {
        return text.isBlank() ? List.of() : List.of(text.trim().split("\\s*,\\s*", -1));
    }

    /** Adds what is wrong with the options for etcd's clients, with key, value and what must be. */
    static void judge(final NodeConfig config, final List<String> faults)
    {
        final String listening = config.text(NodeOption.LISTEN_CLIENT_URLS);
        final String advertised = config.text(NodeOption.ADVERTISE_CLIENT_URLS);
        if (!areUrls(of(listening), true))
        {
            faults.add(NodeOption.LISTEN_CLIENT_URLS.key() + "=" + listening + ": must be http://host:port,... or " +
                "https://host:port,... each once, with an IP address or localhost and a port in [1, " + PORT_MAX + "], or empty");
        }
        else if (advertised.isBlank() && !areUrls(of(listening), false))
        {
            faults.add(NodeOption.ADVERTISE_CLIENT_URLS.key() + ": must be set where " + NodeOption.LISTEN_CLIENT_URLS.key() + "=" +
                listening + " has an address that means all of this host");
        }
        if (!areUrls(of(advertised), false))
        {
            faults.add(NodeOption.ADVERTISE_CLIENT_URLS.key() + "=" + advertised + ": must be http://host:port,... or " +
                "https://host:port,... each once, with a host that clients can reach and a port in [1, " + PORT_MAX + "]");
        }
    }

    /** Adds what is wrong with the options for TLS and for gRPC. */
    static void judgePort(final NodeConfig config, final List<String> faults)
    {
        final boolean isSelfMade = "true".equals(config.text(NodeOption.AUTO_TLS)) &&
            config.text(NodeOption.CERT_FILE).isEmpty() && config.text(NodeOption.KEY_FILE).isEmpty();
        final boolean isSecure = config.text(NodeOption.LISTEN_CLIENT_URLS).contains("https://") && !isSelfMade;
        for (final NodeOption option : List.of(NodeOption.CERT_FILE, NodeOption.KEY_FILE))
        {
            if (isSecure && config.text(option).isEmpty())
            {
                faults.add(option.key() + ": must be set where listen-client-urls has https://");
            }
        }
        for (final NodeOption option : List.of(NodeOption.CLIENT_CERT_AUTH, NodeOption.CLIENT_CRL_FILE))
        {
            if (!config.text(option).equals(option.defaultValue()) && config.text(NodeOption.TRUSTED_CA_FILE).isEmpty())
            {
                faults.add(option.key() + "=" + config.text(option) + ": must have a trusted-ca-file");
            }
        }
        if ("TLS1.3".equals(config.text(NodeOption.TLS_MIN_VERSION)) && "TLS1.2".equals(config.text(NodeOption.TLS_MAX_VERSION)))
        {
            faults.add("tls-max-version=TLS1.2: must not be older than tls-min-version = TLS1.3");
        }
        for (final NodeOption option : List.of(
            NodeOption.GRPC_KEEPALIVE_MIN_TIME, NodeOption.GRPC_KEEPALIVE_INTERVAL, NodeOption.GRPC_KEEPALIVE_TIMEOUT))
        {
            final long ns = config.durationNs(option);
            if (ns < 0 || ns == 0 && option == NodeOption.GRPC_KEEPALIVE_TIMEOUT)
            {
                faults.add(option.key() + "=" + config.text(option) + ": must be a time such as " + option.defaultValue());
            }
        }
    }

    private static boolean areUrls(final List<String> urls, final boolean isListening)
    {
        final Set<String> known = new HashSet<>();
        for (final String url : urls)
        {
            final Matcher parts = URL.matcher(url);
            final int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
            if (port < 1 || port > PORT_MAX || !known.add(url))
            {
                return false;
            }
            final String host = parts.group(2);
            if (isListening ? !PeerAddress.isLiteral(host) : PeerAddress.isWildcard(host))
            {
                return false;
            }
        }
        return true;
    }
}
