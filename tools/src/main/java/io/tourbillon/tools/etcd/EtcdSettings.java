package io.tourbillon.tools.etcd;

import io.tourbillon.tools.etcd.EtcdFlag.Kind;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeOption;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The settings of a node that etcd's flags amount to, and what people are to be told of the rest. */
final class EtcdSettings
{
    private static final String LISTEN_CLIENT_URLS = "listen-client-urls";
    private static final String ADVERTISE_CLIENT_URLS = "advertise-client-urls";
    private static final String DEFAULT_QUOTA = "2g";
    /** etcd's. */
    private static final long HEARTBEATS_MIN = 5;
    private static final long ELECTION_MS_MAX = 50_000;

    private final EtcdCommandLine line;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<String> warnings;

    private EtcdSettings(final EtcdCommandLine line)
    {
        this.line = line;
        this.warnings = new ArrayList<>(line.warnings());
    }

    /**
     * @param line what was given.
     * @return what that means.
     * @throws EtcdException if it cannot be.
     */
    static EtcdSettings of(final EtcdCommandLine line)
    {
        final EtcdSettings made = new EtcdSettings(line);
        made.putTimes();
        made.putClientUrls();
        for (final String name : line.names())
        {
            made.take(EtcdFlags.ofName(name));
        }
        made.putBounds();
        made.putMembers();
        final List<String> faults = NodeConfig.parse(made.settings).faults();
        if (!faults.isEmpty())
        {
            throw EtcdException.ofVerify(String.join("; ", faults));
        }
        return made;
    }

    /** By the keys of {@link NodeOption}. */
    Map<String, String> settings()
    {
        return settings;
    }

    List<String> warnings()
    {
        return warnings;
    }

    private void put(final NodeOption option, final String value)
    {
        settings.put(option.key(), value);
    }

    private void take(final EtcdFlag flag)
    {
        final String value = line.value(flag.name());
        switch (flag.use())
        {
            case NODE, FRONT, CLIENT_TLS -> handOn(flag, value);
            case NO_EFFECT ->
            {
                if (!isAsItIs(flag, value))
                {
                    warnings.add("flag --" + flag.name() + " has no effect here: " + flag.note());
                }
            }
            case PEER_TLS ->
            {
                if (!isAsItIs(flag, value))
                {
                    warnings.add("flag --" + flag.name() + " has no effect here: links between members are NOT encrypted; " +
                        "a cluster key (--cluster-key-file) authenticates them");
                }
            }
            case REFUSED ->
            {
                if (!value.isEmpty() && !value.equals(flag.byDefault()))
                {
                    throw EtcdException.ofVerify("flag --" + flag.name() + " is not supported: " + flag.note());
                }
            }
            default ->
            {
                // has a meaning of its own, below or in the launcher
            }
        }
    }

    /** Asked for is what is the case anyway. */
    private static boolean isAsItIs(final EtcdFlag flag, final String value)
    {
        return value.isEmpty() || flag.isBool() && value.equals(flag.byDefault().isEmpty() ? "false" : flag.byDefault());
    }

    private void handOn(final EtcdFlag flag, final String value)
    {
        final NodeOption option = NodeOption.ofKey(flag.name());
        if (option != null)
        {
            put(option, flag.kind() == Kind.DURATION ? timeFor(option, value) : value);
        }
        else if (flag.use() == EtcdFlag.Use.FRONT && !isAsItIs(flag, value) && !value.equals(flag.byDefault()))
        {
            warnings.add("flag --" + flag.name() + " has no effect here: this build does not have it");
        }
        else if (flag.use() == EtcdFlag.Use.CLIENT_TLS && !isAsItIs(flag, value))
        {
            throw EtcdException.ofVerify(
                "flag --" + flag.name() + " is not supported by this build, which would serve clients without TLS");
        }
    }

    private static String timeFor(final NodeOption option, final String value)
    {
        return switch (option.kind())
        {
            case MILLISECONDS -> Long.toString(TimeUnit.NANOSECONDS.toMillis(EtcdFlag.durationNs(value)));
            case SECONDS -> Long.toString(TimeUnit.NANOSECONDS.toSeconds(EtcdFlag.durationNs(value)));
            default -> value;
        };
    }

    private long number(final String name)
    {
        return Long.parseLong(line.value(name));
    }

    private void putTimes()
    {
        final long heartbeatMs = number("heartbeat-interval");
        final long electionMs = number("election-timeout");
        if (heartbeatMs == 0 || electionMs == 0)
        {
            throw EtcdException.ofVerify(
                "--" + (heartbeatMs == 0 ? "heartbeat-interval" : "election-timeout") + " must be >0 (set to 0ms)");
        }
        if (HEARTBEATS_MIN * heartbeatMs > electionMs)
        {
            throw EtcdException.ofVerify("--election-timeout[" + electionMs +
                "ms] should be at least as 5 times as --heartbeat-interval[" + heartbeatMs + "ms]");
        }
        if (electionMs > ELECTION_MS_MAX)
        {
            throw EtcdException.ofVerify("--election-timeout[" + electionMs + "ms] is too long, and should be set less than 50000ms");
        }
    }

    private void putClientUrls()
    {
        if (line.isGiven(LISTEN_CLIENT_URLS) && !line.isGiven(ADVERTISE_CLIENT_URLS))
        {
            throw EtcdException.ofVerify("--advertise-client-urls is required when --listen-client-urls is set explicitly");
        }
        final List<EtcdUrl> urls = EtcdUrl.parseAll(line.value(LISTEN_CLIENT_URLS));
        if (urls.isEmpty())
        {
            throw EtcdException.ofVerify("--listen-client-urls must not be empty");
        }
        final NativeEndpoint endpoint = NativeEndpoint.of(urls.get(0));
        put(NodeOption.LISTEN_CLIENT, endpoint.address());
        put(NodeOption.DRIVER_DIR, endpoint.directory());
        put(NodeOption.LISTEN_CLIENT_URLS, urls.stream().map((url) -> url.host().isEmpty() ? url.at("0.0.0.0").text() : url.text())
            .distinct().collect(Collectors.joining(",")));
        put(NodeOption.ADVERTISE_CLIENT_URLS, EtcdUrl.parseAll(line.value(ADVERTISE_CLIENT_URLS)).stream().map(this::advertised)
            .distinct().collect(Collectors.joining(",")));
    }

    /** etcd lets a member tell clients to go to all addresses there are. */
    private String advertised(final EtcdUrl url)
    {
        if (!url.isAnyHost())
        {
            return url.text();
        }
        final EtcdUrl told = url.at(EtcdUrl.ownHost());
        warnings.add("flag --" + ADVERTISE_CLIENT_URLS + ": nobody can go to " + url.text() + ", clients are told " + told.text());
        return told.text();
    }

    /** Bounds that are narrower here than in etcd, and what means something else here. */
    private void putBounds()
    {
        final long quotaBytes = number("quota-backend-bytes");
        put(NodeOption.QUOTA_BACKEND_BYTES, quotaBytes == 0 ? DEFAULT_QUOTA : Long.toString(Math.max(quotaBytes, 0)));
        putAtMost(NodeOption.MAX_TXN_OPS);
        putAtMost(NodeOption.MAX_REQUEST_BYTES);
        settings.remove("unsafe-no-fsync");
        put(NodeOption.DURABILITY, "true".equals(line.value("unsafe-no-fsync")) ? "none" : "fsync");
    }

    private void putAtMost(final NodeOption option)
    {
        final long value = number(option.key());
        if (value > option.max())
        {
            warnings.add("flag --" + option.key() + "=" + value + " is more than there can be here: it is " + option.max());
        }
        put(option, Long.toString(Math.min(value, option.max())));
    }

    private void putMembers()
    {
        final String name = line.value("name");
        final Path dataDir = Path.of(line.value("data-dir").isEmpty() ? name + ".etcd" : line.value("data-dir"));
        final EtcdMembers members = new EtcdMembers(line, dataDir, warnings);
        if (Files.exists(dataDir.resolve("member")) && !members.isKnown())
        {
            throw EtcdException.ofVerify("data directory " + dataDir + " holds etcd's own files (" + dataDir.resolve("member") +
                "), which cannot be read here: choose another --data-dir, and copy the keys from the running etcd " +
                "with etcdctl make-mirror");
        }
        put(NodeOption.NAME, name);
        put(NodeOption.DATA_DIR, dataDir.toString());
        put(NodeOption.CLUSTER_KEY_FILE, line.value("cluster-key-file"));
        if (members.isKnown())
        {
            put(NodeOption.LISTEN_PEER, members.ownAddress());
        }
        else if ("existing".equals(line.value("initial-cluster-state")))
        {
            put(NodeOption.LISTEN_PEER, members.ownAddress());
            putJoining(members);
        }
        else
        {
            final String initialCluster = members.initialCluster();
            put(NodeOption.INITIAL_CLUSTER, initialCluster);
            put(NodeOption.INITIAL_CLUSTER_TOKEN, line.value("initial-cluster-token"));
            put(NodeOption.LISTEN_PEER, addressIn(initialCluster, name));
        }
    }

    private static String addressIn(final String initialCluster, final String name)
    {
        for (final String member : initialCluster.split(","))
        {
            if (member.startsWith(name + "="))
            {
                return member.substring(name.length() + 1);
            }
        }
        throw new IllegalStateException(name + " is not in " + initialCluster);
    }

    /** The ids are the member's own that was added: told, or asked for. */
    private void putJoining(final EtcdMembers members)
    {
        final boolean isTold = line.isGiven("member-id") && line.isGiven("cluster-id");
        final EtcdJoin join = isTold ? new EtcdJoin(line.value("member-id"), line.value("cluster-id")) :
            EtcdJoin.find(members.otherAddresses(), members.ownAddress());
        put(NodeOption.INITIAL_CLUSTER_STATE, "existing");
        put(NodeOption.MEMBER_ID, join.memberId());
        put(NodeOption.CLUSTER_ID, join.clusterId());
    }
}
