package io.tourbillon.tools.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where a member's links to the others are, and who these are, by etcd's flags of peers. A peer URL's host and port are a UDP address; the
 * members reach each other where they say that they are, so that is also where one listens. In a data directory that has an identity the
 * flags of the first start count no more, as in etcd.
 */
final class EtcdMembers
{
    private static final String LISTEN = "listen-peer-urls";
    private static final String ADVERTISE = "initial-advertise-peer-urls";
    private static final String CLUSTER = "initial-cluster";
    private static final String KEY_FILE = "cluster-key-file";
    private static final String LOOPBACK = "127.0.0.1:";

    private final EtcdCommandLine line;
    private final List<String> warnings;
    private final Path identity;
    /** By name; the first of each. */
    private final Map<String, EtcdUrl> members = new LinkedHashMap<>();

    /**
     * @param line     what was given.
     * @param dataDir  of the member, which need not be there yet.
     * @param warnings gets what people should know.
     * @throws EtcdException in etcd's words.
     */
    EtcdMembers(final EtcdCommandLine line, final Path dataDir, final List<String> warnings)
    {
        this.line = line;
        this.warnings = warnings;
        this.identity = dataDir.resolve("identity");
        final String name = line.value("name");
        if (line.isGiven(CLUSTER) && !line.value(CLUSTER).isEmpty())
        {
            parse(line.value(CLUSTER));
        }
        else
        {
            members.put(name, advertised());
        }
        if (!isKnown())
        {
            requireSelf(name);
        }
    }

    private void parse(final String text)
    {
        for (final String part : text.split(","))
        {
            final int equalsAt = part.indexOf('=');
            if (equalsAt <= 0 || equalsAt == part.length() - 1)
            {
                throw EtcdException.ofVerify("error setting up initial cluster: empty URL given for \"" +
                    (equalsAt < 0 ? part : part.substring(0, Math.max(equalsAt, 0))).trim() + "\"");
            }
            add(part.substring(0, equalsAt).trim(), part.substring(equalsAt + 1).trim());
        }
    }

    private void add(final String name, final String url)
    {
        try
        {
            if (members.putIfAbsent(name, EtcdUrl.parse(url)) != null)
            {
                warnings.add("flag --initial-cluster: of the URLs of " + name + " the first counts, " + url + " does not");
            }
        }
        catch (final IllegalArgumentException ex)
        {
            throw EtcdException.ofVerify("error setting up initial cluster: " + ex.getMessage());
        }
    }

    private EtcdUrl advertised()
    {
        return first(ADVERTISE);
    }

    private EtcdUrl first(final String flag)
    {
        final List<EtcdUrl> urls = EtcdUrl.parseAll(line.value(flag));
        if (urls.isEmpty() || urls.get(0).port() < 0)
        {
            throw EtcdException.ofVerify("--" + flag + "=" + line.value(flag) + ": must have a host and a port");
        }
        return urls.get(0);
    }

    private void requireSelf(final String name)
    {
        final EtcdUrl own = members.get(name);
        if (own == null)
        {
            throw EtcdException.ofVerify("couldn't find local name \"" + name + "\" in the initial cluster configuration");
        }
        for (final EtcdUrl url : EtcdUrl.parseAll(line.value(ADVERTISE)))
        {
            if (url.port() == own.port() && (url.host().equals(own.host()) || url.literal().equals(own.literal())))
            {
                return;
            }
        }
        throw EtcdException.ofVerify("--initial-cluster has " + name + "=" + own.text() +
            " but missing from --initial-advertise-peer-urls=" + line.value(ADVERTISE));
    }

    /** Whether the data directory has its member already. */
    boolean isKnown()
    {
        return Files.exists(identity);
    }

    boolean isAlone()
    {
        return members.size() == 1;
    }

    private boolean hasKey()
    {
        return !line.value(KEY_FILE).isEmpty();
    }

    /** host:port, a literal, where this member is. */
    String ownAddress()
    {
        final String name = line.value("name");
        if (isKnown() && !line.isGiven(ADVERTISE) && !line.isGiven(CLUSTER))
        {
            final String before = addressIn(identity, name);
            return before != null ? before : alone(first(LISTEN));
        }
        final boolean isSaid = line.isGiven(ADVERTISE) || line.isGiven(CLUSTER);
        final EtcdUrl own = members.getOrDefault(name, advertised());
        return isAlone() ? alone(isSaid ? own : first(LISTEN)) : reachable(name, own);
    }

    /** Nobody need reach it: it starts also where others could not. */
    private String alone(final EtcdUrl url)
    {
        if (!url.isAnyHost() && (hasKey() || url.isLoopback()))
        {
            return withPort(url.address(), url.port());
        }
        final String address = withPort(LOOPBACK + url.port(), url.port());
        if (!url.isAnyHost())
        {
            warnings.add("peer URL " + url.text() + " is beyond loopback, where members need a cluster key: this one is alone and uses " +
                address + "; others can join it only if it is given --cluster-key-file (ETCD_CLUSTER_KEY_FILE)");
        }
        return address;
    }

    private String reachable(final String name, final EtcdUrl url)
    {
        if (url.isAnyHost() || url.port() <= 0)
        {
            throw EtcdException.ofVerify("--initial-cluster has " + name + "=" + url.text() + ": must be where others can reach it");
        }
        if (!hasKey() && !url.isLoopback())
        {
            throw EtcdException.ofVerify("--initial-cluster has " + name + "=" + url.text() + ", which is beyond loopback: there members " +
                "need a cluster key, --cluster-key-file FILE or ETCD_CLUSTER_KEY_FILE: the same secret of at least 32 bytes for each " +
                "(peer TLS flags have no effect)");
        }
        return url.address();
    }

    /** host:port of those that this one can ask. */
    List<String> otherAddresses()
    {
        return members.entrySet().stream().filter((member) -> !member.getKey().equals(line.value("name")))
            .map((member) -> reachable(member.getKey(), member.getValue())).toList();
    }

    /** name=host:port,... in the order in which they were given. */
    String initialCluster()
    {
        final String name = line.value("name");
        return isAlone() ? name + "=" + ownAddress() : members.entrySet().stream()
            .map((member) -> member.getKey() + "=" + reachable(member.getKey(), member.getValue()))
            .collect(Collectors.joining(","));
    }

    /** Where the member said at its first start that it was; null if the file does not tell. */
    private static String addressIn(final Path identity, final String name)
    {
        try
        {
            for (final String text : Files.readAllLines(identity))
            {
                for (final String member : text.startsWith("initialCluster=") ? text.substring(15).split(",") : new String[0])
                {
                    if (member.startsWith(name + "="))
                    {
                        return member.substring(name.length() + 1);
                    }
                }
            }
            return null;
        }
        catch (final IOException ex)
        {
            throw EtcdException.ofVerify("cannot read " + identity + ": " + ex);
        }
    }

    private static String withPort(final String address, final int port)
    {
        if (port != 0)
        {
            return address;
        }
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress()))
        {
            return address.substring(0, address.lastIndexOf(':') + 1) + socket.getLocalPort();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
