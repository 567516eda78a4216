package io.tourbillon.transport.aeron;

import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.DriverDirectory;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.journal.Durability;
import io.tourbillon.journal.Forcer;
import io.tourbillon.mvcc.ApplyVersion;
import io.tourbillon.mvcc.AutoCompaction;
import org.agrona.BitUtil;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Settings of a node: parsed, judged by {@link #faults()}, then opened by {@link Node#launch(NodeConfig)}. Parsing and judging touch
 * neither
 * disk nor network. One thread at a time; the node reads it once.
 */
public final class NodeConfig
{
    private static final long KIB = 1024;
    private static final long PROGRESS_NOTIFY_NS_MIN = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PROGRESS_NOTIFY_NS_MAX = TimeUnit.HOURS.toNanos(24);

    private final EnumMap<NodeOption, String> values = new EnumMap<>(NodeOption.class);
    private final List<String> unknown = new ArrayList<>();
    private Forcer forcer = Forcer.FDATASYNC;
    private NanoClock compactionClock;
    private int applyVersion = ApplyVersion.NEWEST;
    private EpochClock epochClock = SystemEpochClock.INSTANCE;

    /** All options at their defaults. */
    public NodeConfig()
    {
    }

    /**
     * Takes texts by their keys. Never throws: what is wrong is told by {@link #faults()}.
     *
     * @param texts by {@link NodeOption#key()}.
     * @return the settings.
     */
    public static NodeConfig parse(final Map<String, String> texts)
    {
        final NodeConfig config = new NodeConfig();
        for (final Map.Entry<String, String> entry : texts.entrySet())
        {
            final NodeOption option = NodeOption.ofKey(entry.getKey());
            if (option == null)
            {
                config.unknown.add(entry.getKey() + "=" + entry.getValue() + ": no such option");
            }
            else
            {
                config.set(option, entry.getValue());
            }
        }
        return config;
    }

    /**
     * @param option to set.
     * @param value  its text, as on the command line.
     * @return this.
     */
    public NodeConfig set(final NodeOption option, final String value)
    {
        values.put(option, value.trim());
        return this;
    }

    /**
     * @param value what forces the journal's files; another one than {@link Forcer#FDATASYNC} injects faults.
     * @return this.
     */
    public NodeConfig forcer(final Forcer value)
    {
        forcer = value;
        return this;
    }

    /** @return what forces the journal's files. */
    public Forcer forcer()
    {
        return forcer;
    }

    /**
     * @param value the clock that auto-compaction goes by, instead of the duty cycle's time: lets a test turn it.
     * @return this.
     */
    NodeConfig compactionClock(final NanoClock value)
    {
        compactionClock = value;
        return this;
    }

    /** @return the clock that auto-compaction goes by; null: the duty cycle's time. */
    NanoClock compactionClock()
    {
        return compactionClock;
    }

    /**
     * @param value newest version of what entries do that this node knows: lets a test mix nodes of several builds.
     * @return this.
     */
    NodeConfig applyVersion(final int value)
    {
        applyVersion = value;
        return this;
    }

    /** @return newest version of what entries do that this node knows. */
    int applyVersion()
    {
        return applyVersion;
    }

    /**
     * @param value the clock that tokens end by, instead of the system's: lets a test turn it.
     * @return this.
     */
    NodeConfig epochClock(final EpochClock value)
    {
        epochClock = value;
        return this;
    }

    /** @return the clock that tokens end by. */
    EpochClock epochClock()
    {
        return epochClock;
    }

    /**
     * @param option to look up.
     * @return its text: as set, or the default.
     */
    public String text(final NodeOption option)
    {
        return values.getOrDefault(option, option.defaultValue());
    }

    /**
     * Judges the settings.
     *
     * @return every fault with key, value and what is allowed; empty if there is none.
     */
    public List<String> faults()
    {
        final List<String> faults = new ArrayList<>(unknown);
        for (final NodeOption option : NodeOption.values())
        {
            if (!isAllowed(option, text(option)))
            {
                faults.add(option.key() + "=" + text(option) + ": must be " + option.allowed());
            }
        }
        if (faults.isEmpty())
        {
            judgeTogether(faults);
        }
        return faults;
    }

    private void judgeTogether(final List<String> faults)
    {
        if (!PeerAddress.isLoopback(text(NodeOption.LISTEN_CLIENT)))
        {
            faults.add("listen-client=" + text(NodeOption.LISTEN_CLIENT) +
                ": must be a loopback address: frames of clients carry no MAC, and there is no encryption");
        }
        ClientUrls.judge(this, faults);
        ClientUrls.judgePort(this, faults);
        requirePeerAddress(faults, NodeOption.LISTEN_PEER, text(NodeOption.LISTEN_PEER));
        if (number(NodeOption.HEARTBEAT_INTERVAL) > number(NodeOption.ELECTION_TIMEOUT) / 2)
        {
            faults.add("heartbeat-interval=" + number(NodeOption.HEARTBEAT_INTERVAL) + ": must be at most half of election-timeout = " +
                number(NodeOption.ELECTION_TIMEOUT) / 2);
        }
        if (number(NodeOption.LEASE_READ_DRIFT) >= number(NodeOption.ELECTION_TIMEOUT))
        {
            faults.add("lease-read-drift-ms=" + number(NodeOption.LEASE_READ_DRIFT) + ": must be less than election-timeout = " +
                number(NodeOption.ELECTION_TIMEOUT));
        }
        judgeMembers(faults);
        judgeJoining(faults);
        BroadcastPlan.parse(text(NodeOption.BROADCAST), hasClusterKey(), faults);
        if (autoCompaction() == null)
        {
            faults.add("auto-compaction-retention=" + text(NodeOption.AUTO_COMPACTION_RETENTION) + ": must be " + (isPeriodic() ?
                "a number of hours or a time such as 90m or 1h30m" : "a number of revisions") + ", or 0");
        }
        if (progressNotifyIntervalNs() == 0)
        {
            faults.add("watch-progress-notify-interval=" + text(NodeOption.WATCH_PROGRESS_NOTIFY_INTERVAL) +
                ": must be a time such as 10m or 5s, from 100ms to 24h");
        }
        if (peerHost().equals(clientHost()) && (peerPort() == clientPort() || peerPort() == responsePort()))
        {
            faults.add("listen-peer=" + text(NodeOption.LISTEN_PEER) + ": must be another port than listen-client's " +
                clientPort() + " and the answers' " + responsePort());
        }
        if (number(NodeOption.SEGMENT_BYTES) < 4 * number(NodeOption.MAX_REQUEST_BYTES))
        {
            faults.add("journal-segment-bytes=" + text(NodeOption.SEGMENT_BYTES) + ": must be at least 4 x max-request-bytes = " +
                4 * number(NodeOption.MAX_REQUEST_BYTES));
        }
        final long timeoutMs = number(NodeOption.CONNECTION_TIMEOUT_MS);
        if (timeoutMs < 3 * number(NodeOption.KEEP_ALIVE_MS) || timeoutMs >= number(NodeOption.IMAGE_LIVENESS_MS))
        {
            faults.add("connection-timeout-ms=" + timeoutMs + ": must be in [3 x keep-alive-ms, image-liveness-ms) = [" +
                3 * number(NodeOption.KEEP_ALIVE_MS) + ", " + number(NodeOption.IMAGE_LIVENESS_MS) + ")");
        }
    }

    private void judgeMembers(final List<String> faults)
    {
        final ClusterMembers members = clusterMembers();
        if (members == null)
        {
            return;
        }
        faults.addAll(members.faults());
        final String ownAddress = members.addressOf(name());
        if (ownAddress == null)
        {
            faults.add("initial-cluster=" + text(NodeOption.INITIAL_CLUSTER) + ": must have this member, name=" + name());
        }
        else if (!ownAddress.equals(text(NodeOption.LISTEN_PEER)))
        {
            faults.add("initial-cluster=" + text(NodeOption.INITIAL_CLUSTER) + ": says " + ownAddress + " of " + name() +
                ", listen-peer says " + text(NodeOption.LISTEN_PEER));
        }
        for (final String address : members.addresses())
        {
            requirePeerAddress(faults, NodeOption.INITIAL_CLUSTER, address);
        }
    }

    private void judgeJoining(final List<String> faults)
    {
        for (final NodeOption option : List.of(NodeOption.MEMBER_ID, NodeOption.CLUSTER_ID))
        {
            if (!text(option).isEmpty() && hexNumber(option) <= 0)
            {
                faults.add(option.key() + "=" + text(option) + ": must be a positive number in hex");
            }
            if (isJoining() && text(option).isEmpty())
            {
                faults.add(option.key() + ": must be set with initial-cluster-state=existing: `tbctl member add` prints it");
            }
        }
    }

    /** @return whether it joins a cluster at its first start. */
    boolean isJoining()
    {
        return "existing".equals(text(NodeOption.INITIAL_CLUSTER_STATE));
    }

    /** @return value of an id; 0 if it is none. */
    long hexNumber(final NodeOption option)
    {
        final String text = text(option);
        return text.matches("[0-9a-fA-F]{1,16}") ? Long.parseUnsignedLong(text, 16) : 0;
    }

    /** @return the members to start with, perhaps with faults; null if this one is alone. */
    ClusterMembers clusterMembers()
    {
        final String text = text(NodeOption.INITIAL_CLUSTER);
        return text.isEmpty() ? null : ClusterMembers.parse(text, text(NodeOption.INITIAL_CLUSTER_TOKEN));
    }

    private void requirePeerAddress(final List<String> faults, final NodeOption option, final String address)
    {
        if (!PeerAddress.isAllowed(address, hasClusterKey()))
        {
            faults.add(option.key() + "=" + address + (hasClusterKey() ?
                ": must be an IP address that others can reach" : ": must be a loopback address unless there is a cluster-key-file"));
        }
    }

    /** @return what is broadcast, without faults. */
    List<BroadcastPlan> broadcasts()
    {
        return BroadcastPlan.parse(text(NodeOption.BROADCAST), hasClusterKey(), new ArrayList<>());
    }

    /** @return whether members prove their messages to each other. */
    public boolean hasClusterKey()
    {
        return !text(NodeOption.CLUSTER_KEY_FILE).isEmpty();
    }

    private static boolean isAllowed(final NodeOption option, final String value)
    {
        return switch (option.kind())
        {
            case TEXT, PATH -> value.length() >= option.min() && value.length() <= option.max();
            case CHOICE -> option.choices().contains(value);
            case ADDRESS -> isInRange(option, parseNumber(value.substring(value.lastIndexOf(':') + 1))) && value.lastIndexOf(':') > 0;
            case POWER_OF_TWO -> isInRange(option, parseNumber(value)) && Long.bitCount(parseNumber(value)) == 1;
            default -> isInRange(option, parseNumber(value));
        };
    }

    private static boolean isInRange(final NodeOption option, final long number)
    {
        return number >= option.min() && number <= option.max();
    }

    /** Gives -1, which no option allows, for what is not a number. */
    private static long parseNumber(final String text)
    {
        if (!text.matches("[0-9]{1,15}[kmgKMG]?"))
        {
            return -1;
        }
        final char last = Character.toLowerCase(text.charAt(text.length() - 1));
        final long unit = last == 'k' ? KIB : last == 'm' ? KIB * KIB : last == 'g' ? KIB * KIB * KIB : 1;
        final long number = Long.parseLong(unit == 1 ? text : text.substring(0, text.length() - 1));
        return number > Long.MAX_VALUE / unit ? -1 : number * unit;
    }

    /**
     * @param option whose kind is a number.
     * @return its value in the option's unit.
     */
    public long number(final NodeOption option)
    {
        assert option.kind().isNumber() : option;
        return parseNumber(text(option));
    }

    /**
     * @param option whose kind is a number of at most 31 bits.
     * @return its value in the option's unit.
     */
    public int intNumber(final NodeOption option)
    {
        return Math.toIntExact(number(option));
    }

    /** @return directory of the embedded media driver. Touches the disk only to see whether there is shared memory. */
    public Path driverDirectory()
    {
        final String chosen = text(NodeOption.DRIVER_DIR);
        return (chosen.isEmpty() ? DriverDirectory.of(clientPort()) : Path.of(chosen)).toAbsolutePath().normalize();
    }

    /**
     * Reads what clients must prove to know.
     *
     * @return the key; null = none.
     * @throws NodeException if the file cannot be read, is open to others, or too short.
     */
    public ConnectionKey readConnectionKey()
    {
        final String file = text(NodeOption.CONNECTION_KEY_FILE);
        return file.isEmpty() ? null : new ConnectionKey(ClusterKey.secret(NodeOption.CONNECTION_KEY_FILE, Path.of(file)));
    }

    /**
     * @return what is in front-key-file; null = there is none. Reads the file.
     * @throws NodeException if it cannot be read, is too short or too long, or others may read or change it.
     */
    public byte[] readFrontKey()
    {
        final String file = text(NodeOption.FRONT_KEY_FILE);
        return file.isEmpty() ? null : ClusterKey.secret(NodeOption.FRONT_KEY_FILE, Path.of(file));
    }

    /**
     * @param option whose text is a time as Go writes it, such as 1h30m.
     * @return its nanoseconds; -1 if it is none.
     */
    public long durationNs(final NodeOption option)
    {
        return "0".equals(text(option)) ? 0 : (long)GoDuration.ns(text(option));
    }

    /** @return name of the member. */
    public String name()
    {
        return text(NodeOption.NAME);
    }

    /** @return the data directory. */
    public Path dataDir()
    {
        return Path.of(text(NodeOption.DATA_DIR)).toAbsolutePath();
    }

    /** @return host for clients, as given. */
    public String clientHost()
    {
        return host(NodeOption.LISTEN_CLIENT);
    }

    /** @return UDP port of requests. */
    public int clientPort()
    {
        return port(NodeOption.LISTEN_CLIENT);
    }

    /** @return UDP port that answers come from. */
    public int responsePort()
    {
        return clientPort() + Protocol.RESPONSE_PORT_DISTANCE;
    }

    /** @return where etcd's clients are to be served, each {@code http://host:port} or {@code https://host:port}; empty: nowhere. */
    public List<String> listenClientUrls()
    {
        return ClientUrls.of(text(NodeOption.LISTEN_CLIENT_URLS));
    }

    /** @return where etcd's clients are told to go, each with its scheme. */
    public List<String> advertisedClientUrls()
    {
        final List<String> advertised = ClientUrls.of(text(NodeOption.ADVERTISE_CLIENT_URLS));
        return advertised.isEmpty() ? listenClientUrls() : advertised;
    }

    /** @return host for peers, as given. */
    public String peerHost()
    {
        return host(NodeOption.LISTEN_PEER);
    }

    /** @return UDP port for peers. */
    public int peerPort()
    {
        return port(NodeOption.LISTEN_PEER);
    }

    /** @return the address for clients. */
    public InetSocketAddress clientAddress()
    {
        return new InetSocketAddress(clientHost(), clientPort());
    }

    /** @return whether acknowledged writes are on the disk. */
    public Durability durability()
    {
        return "fsync".equals(text(NodeOption.DURABILITY)) ? Durability.FSYNC : Durability.NONE;
    }

    /**
     * @return bytes of replies of one session that may wait: as set, but at least one event with the value and the one before it, and
     * raised to a power of two.
     */
    public int replyQueueLength()
    {
        return BitUtil.findNextPositivePowerOfTwo(
            (int)Math.max(number(NodeOption.REPLY_QUEUE_BYTES), 2 * number(NodeOption.MAX_REQUEST_BYTES) + 64 * KIB));
    }

    /** @return of all sessions: as set, but at least one session's. */
    ReplyMemory newReplyMemory()
    {
        return new ReplyMemory(replyQueueLength(), Math.max(number(NodeOption.MAX_REPLY_BYTES), replyQueueLength()));
    }

    /** @return silence, or standstill, after which a client is taken for gone. */
    long connectionTimeoutNs()
    {
        return TimeUnit.MILLISECONDS.toNanos(number(NodeOption.CONNECTION_TIMEOUT_MS));
    }

    private boolean isPeriodic()
    {
        return "periodic".equals(text(NodeOption.AUTO_COMPACTION_MODE));
    }

    /** @return what is compacted while this member leads; null if the texts say nothing that can be. */
    AutoCompaction autoCompaction()
    {
        return Retention.parse(isPeriodic(), text(NodeOption.AUTO_COMPACTION_RETENTION));
    }

    /** @return nanoseconds between two words of progress; 0 if the text says nothing that can be. */
    long progressNotifyIntervalNs()
    {
        final double ns = GoDuration.ns(text(NodeOption.WATCH_PROGRESS_NOTIFY_INTERVAL));
        return ns >= PROGRESS_NOTIFY_NS_MIN && ns <= PROGRESS_NOTIFY_NS_MAX ? (long)ns : 0;
    }

    /** @return true if idle threads spin. */
    public boolean isBusy()
    {
        return "busy".equals(text(NodeOption.IDLE));
    }

    private String host(final NodeOption option)
    {
        final String address = text(option);
        return address.substring(0, address.lastIndexOf(':'));
    }

    private int port(final NodeOption option)
    {
        final String address = text(option);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }
}
