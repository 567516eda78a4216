package io.tourbillon.transport.aeron;

import io.tourbillon.mvcc.Limits;

import java.util.List;

/**
 * Every setting of a node: its key (as on the command line, in a config file and in {@link NodeConfig#parse}), kind, default, range and why
 * it is there. The table of options is generated from this.
 */
public enum NodeOption
{
    /** Name of the member. */
    NAME("name", Kind.TEXT, "default", 1, 64,
        "Human-readable name of this member; part of what its id is made from at the first start."),
    /** Data directory. */
    DATA_DIR("data-dir", Kind.PATH, "tourbillon-data", 1, 4096,
        "Directory of journal and store. One node at a time: it is locked."),
    /** Client address. */
    LISTEN_CLIENT("listen-client", Kind.ADDRESS, "127.0.0.1:2479", 1024, 65533,
        "UDP address for clients; answers leave from the port two above. Loopback only: frames of clients carry no MAC."),
    /** Where etcd's clients are served. */
    LISTEN_CLIENT_URLS("listen-client-urls", Kind.TEXT, "http://127.0.0.1:2379", 0, 1024,
        "Where etcd's clients (gRPC and JSON) are served: http://host:port,... or, by TLS, https://host:port,... with an IP address or " +
        "localhost. Empty: nowhere. etcd's option and default."),
    /** Where etcd's clients are told to go. */
    ADVERTISE_CLIENT_URLS("advertise-client-urls", Kind.TEXT, "", 0, 1024,
        "Where this member tells etcd's clients that it is, in `member list`: http://host:port,... or https://host:port,... " +
        "Empty: what listen-client-urls says. etcd's option."),
    /** Whose web pages may ask. */
    CORS("cors", Kind.TEXT, "*", 0, 4096,
        "Origins, separated by commas, whose web pages may read what listen-client-urls answers by HTTP/1; * for all, empty for none. " +
        "etcd's option and default."),
    /** Names of this host. */
    HOST_WHITELIST("host-whitelist", Kind.TEXT, "*", 0, 4096,
        "Names and addresses, separated by commas, by which listen-client-urls may be asked by HTTP/1 without TLS; * or empty for all. " +
        "Keeps out web pages that have their own name point here. etcd's option and default."),
    /** Certificate. */
    CERT_FILE("cert-file", Kind.PATH, "", 0, 4096,
        "Certificate of https URLs of listen-client-urls, with those between it and its root, in PEM. Read anew when it is replaced, as " +
        "are the other files of TLS; no restart. etcd's option."),
    /** Its key. */
    KEY_FILE("key-file", Kind.PATH, "", 0, 4096,
        "Private key of cert-file, in PEM. etcd's option."),
    /** A certificate that the node makes. */
    AUTO_TLS("auto-tls", Kind.CHOICE, "false", List.of("true", "false"),
        "Without a cert-file, serve https URLs of listen-client-urls by a certificate that the node makes for itself, in fixtures/client " +
        "of the data-dir, and keeps. Clients that are not given it cannot tell who answers. etcd's option and default."),
    /** For how long. */
    SELF_SIGNED_CERT_VALIDITY("self-signed-cert-validity", Kind.COUNT, "1", 1, 100,
        "Years for which a certificate that auto-tls makes counts. etcd's option and default."),
    /** Certificates of clients. */
    CLIENT_CERT_AUTH("client-cert-auth", Kind.CHOICE, "false", List.of("true", "false"),
        "Take only clients with a certificate of trusted-ca-file; its common name is the user of gRPC's clients that bring no token. " +
        "etcd's option and default."),
    /** Roots of clients' certificates. */
    TRUSTED_CA_FILE("trusted-ca-file", Kind.PATH, "", 0, 4096,
        "Roots of clients' certificates, in PEM. Where it is given clients must have one, with client-cert-auth or without, as in etcd."),
    /** Revoked certificates. */
    CLIENT_CRL_FILE("client-crl-file", Kind.PATH, "", 0, 4096,
        "List of clients' certificates that are revoked, in PEM or DER. etcd's option."),
    /** Cipher suites. */
    CIPHER_SUITES("cipher-suites", Kind.TEXT, "", 0, 4096,
        "Cipher suites of TLS 1.2, separated by commas, by their registered names; those of TLS 1.3 are always there. Empty: the JDK's. " +
        "etcd's option."),
    /** Oldest TLS. */
    TLS_MIN_VERSION("tls-min-version", Kind.CHOICE, "TLS1.2", List.of("TLS1.2", "TLS1.3", ""),
        "Oldest version of TLS that is spoken. etcd's option; empty: TLS1.2."),
    /** Newest TLS. */
    TLS_MAX_VERSION("tls-max-version", Kind.CHOICE, "", List.of("TLS1.2", "TLS1.3", ""),
        "Newest version of TLS that is spoken. etcd's option; empty: the newest there is."),
    /** Calls of a connection. */
    MAX_CONCURRENT_STREAMS("max-concurrent-streams", Kind.COUNT, "4294967295", 1, 4_294_967_295L,
        "Calls under way on one connection of etcd's clients. etcd's option and default: no bound."),
    /** Pings of clients. */
    GRPC_KEEPALIVE_MIN_TIME("grpc-keepalive-min-time", Kind.TEXT, "5s", 1, 32,
        "A gRPC client that pings more often is sent away: a time such as 5s. etcd's option and default."),
    /** Pings for clients. */
    GRPC_KEEPALIVE_INTERVAL("grpc-keepalive-interval", Kind.TEXT, "2h", 1, 32,
        "Silence after which a gRPC client is pinged, a time such as 2h; 0: never. etcd's option and default."),
    /** Patience with clients. */
    GRPC_KEEPALIVE_TIMEOUT("grpc-keepalive-timeout", Kind.TEXT, "20s", 1, 32,
        "For the answer to a ping, a time such as 20s; then the client is given up. etcd's option and default."),
    /** Patience with new connections. */
    CLIENT_URL_HANDSHAKE("client-url-handshake-ms", Kind.MILLISECONDS, "120000", 100, 600_000,
        "Within this a new connection of etcd's clients must have begun to speak HTTP/1 or HTTP/2, TLS before it included."),
    /** Connections of etcd's clients. */
    MAX_CLIENT_URL_CONNECTIONS("max-client-url-connections", Kind.COUNT, "16384", 1, 1_048_576,
        "Connections of etcd's clients at each of listen-client-urls; one more is closed."),
    /** Peer address. */
    LISTEN_PEER("listen-peer", Kind.ADDRESS, "127.0.0.1:2480", 1024, 65535,
        "UDP address for other members, an IP address that they can reach. Loopback only unless there is a cluster-key-file."),
    /** Where operators' pages are. */
    LISTEN_METRICS_URLS("listen-metrics-urls", Kind.TEXT, "", 0, 4096,
        "Where /status (for people), /metrics, /health, /livez, /readyz and /version are served: http://host:port,... Whoever reaches them may " +
        "read them. Empty: nowhere. etcd's option."),
    /** Form of the log. */
    LOG_FORMAT("log-format", Kind.CHOICE, "text", List.of("text", "json"),
        "Form of the lines that tell what happens, one an event: what is as it should be on stdout, warnings and errors on stderr. " +
        "json: an object a line, with ts (RFC 3339), level, event and fields."),
    /** Cluster key. */
    CLUSTER_KEY_FILE("cluster-key-file", Kind.PATH, "", 0, 4096,
        "File with the secret of the cluster, at least 32 bytes, the same for each member, closed to others. With it members prove each " +
        "message to each other. It does not encrypt."),
    /** Connection key. */
    CONNECTION_KEY_FILE("connection-key-file", Kind.PATH, "", 0, 4096,
        "File with a secret that each client must prove to know when it connects, at least 32 bytes, closed to others. It says nothing " +
        "of users, and does not encrypt."),
    /** Key of fronts. */
    FRONT_KEY_FILE("front-key-file", Kind.PATH, "", 0, 4096,
        "File with a secret by which a front in another process speaks for users whom it knows by other means than a password, at least " +
        "32 bytes, closed to others. Who has it is any user, root too. Empty: none does."),
    /** Tokens of etcd's clients. */
    AUTH_TOKEN("auth-token", Kind.TEXT, "simple", 1, 4096,
        "Tokens of etcd's clients. simple: of the cluster. jwt,sign-method=...,pub-key=FILE,priv-key=FILE,ttl=5m: JSON web tokens, as " +
        "with etcd; without priv-key (a secret for HS256, HS384, HS512) they are only taken. etcd's option and default."),
    /** Life of tokens. */
    AUTH_TOKEN_TTL("auth-token-ttl", Kind.SECONDS, "300", 1, 31_536_000,
        "How long a token opens sessions of the user whom a member has given it to; a use does not make it longer. etcd's option and " +
        "default."),
    /** Members. */
    INITIAL_CLUSTER("initial-cluster", Kind.TEXT, "", 0, 4096,
        "Members that the cluster starts with, this one among them: name=host:port,... by their listen-peer. Empty: this member alone."),
    /** Cluster token. */
    INITIAL_CLUSTER_TOKEN("initial-cluster-token", Kind.TEXT, "tourbillon-cluster", 1, 256,
        "Tells clusters apart whose members have the same names and addresses: part of what their ids are made from."),
    /** New or existing. */
    INITIAL_CLUSTER_STATE("initial-cluster-state", Kind.CHOICE, "new", List.of("new", "existing"),
        "new: make a cluster of initial-cluster. existing: join one, with the member-id and cluster-id that `tbctl member add` has " +
        "printed. Looked at at the first start alone, as etcd does."),
    /** Own id, of a member that joins. */
    MEMBER_ID("member-id", Kind.TEXT, "", 0, 16,
        "Id of a member that joins an existing cluster, in hex, as `tbctl member add` has printed it."),
    /** Cluster's id, of a member that joins. */
    CLUSTER_ID("cluster-id", Kind.TEXT, "", 0, 16,
        "Id of the cluster that a member joins, in hex, as `tbctl member add` has printed it."),
    /** Learners. */
    MAX_LEARNERS("max-learners", Kind.COUNT, "1", 0, 31,
        "Most members without a vote at once. etcd's option and default."),
    /** Strictness about changes. */
    STRICT_RECONFIG_CHECK("strict-reconfig-check", Kind.CHOICE, "true", List.of("true", "false"),
        "Refuse a change of members that would leave fewer started or connected ones than a majority. etcd's option and default."),
    /** Lease reads. */
    LEASE_READ_DRIFT("lease-read-drift-ms", Kind.MILLISECONDS, "0", 0, 50_000,
        "Linearizable reads without a round of heartbeats, on the word that members' clocks go apart by no more than this within an " +
        "election-timeout, which must be longer. The same on all members. 0: off."),
    /** Heartbeats. */
    HEARTBEAT_INTERVAL("heartbeat-interval", Kind.MILLISECONDS, "100", 1, 10_000,
        "Time between a leader's heartbeats. At most half of election-timeout."),
    /** Journal kept for others. */
    CATCH_UP_BYTES("catch-up-bytes", Kind.BYTES, "512m", 0, 1L << 40,
        "Journal that a checkpoint leaves for members that lag behind; one that lacks more is sent the state. A member alone keeps none."),
    /** Bytes a second of images. */
    SNAPSHOT_RATE("snapshot-rate", Kind.BYTES, "32m", 1 << 20, 1L << 34,
        "Bytes a second that a leader spends on sending its state to members that lack too much, to all of them together."),
    /** Election time-out. */
    ELECTION_TIMEOUT("election-timeout", Kind.MILLISECONDS, "1000", 10, 50_000,
        "A member that has not heard its leader for so long, up to twice as long, campaigns. The same on all members."),
    /** First election. */
    INITIAL_ELECTION_TICK_ADVANCE("initial-election-tick-advance", Kind.CHOICE, "true", List.of("true", "false"),
        "A member that has just started and hears no leader campaigns as soon as it reaches a majority, without an election-timeout of " +
        "waiting. etcd's option and default."),
    /** Durability. */
    DURABILITY("durability", Kind.CHOICE, "fsync", List.of("fsync", "none"),
        "fsync: nothing is acknowledged before it is on the disk. none: left to the kernel, a power cut loses acknowledged writes."),
    /** Threading mode. */
    MODE("mode", Kind.CHOICE, "auto", List.of("auto", "folded", "shared", "dedicated"),
        "How agents share threads. auto: shared from 6 cores on, else folded."),
    /** Idle strategy. */
    IDLE("idle", Kind.CHOICE, "backoff", List.of("backoff", "busy"),
        "What a thread does that has nothing to do. busy: spins, for hosts with a core to spare for each thread."),
    /** Media driver's directory. */
    DRIVER_DIR("driver-dir", Kind.PATH, "", 0, 4096,
        "Directory of the embedded media driver; empty: in /dev/shm by user and client port, which is where clients look."),
    /** Journal segment length. */
    SEGMENT_BYTES("journal-segment-bytes", Kind.BYTES, "32m", 4L << 20, 1L << 30,
        "Length of one journal file. Written with zeros before use, so a short one starts faster and a long one rolls less often."),
    /** Ring length. */
    RING_SLOTS("ring-slots", Kind.POWER_OF_TWO, "8192", 64, 1L << 16,
        "Slots between sequencer, journal and apply; bounds the entries of one force."),
    /** Checkpoint by bytes. */
    CHECKPOINT_JOURNAL_BYTES("checkpoint-journal-bytes", Kind.BYTES, "192m", 1L << 20, 1L << 40,
        "A checkpoint is due after so many journal bytes, and from 32m on if it is cheap for these; bounds what a start replays."),
    /** Checkpoint by time. */
    CHECKPOINT_SECONDS("checkpoint-seconds", Kind.SECONDS, "300", 1, 86_400,
        "A checkpoint is due after so many seconds in which something was written."),
    /** Page pool. */
    POOL_BYTES("pool-bytes", Kind.BYTES, "512m", 16L << 20, 1L << 40,
        "Memory for pages not yet in a checkpoint; the rest caches others. When they fill it, writing pauses until a checkpoint ends."),
    /** Longest request. */
    MAX_REQUEST_BYTES("max-request-bytes", Kind.BYTES, "1536k", 1024, 4L << 20,
        "Longest request; a longer one is answered 'request is too large'. etcd's option and default."),
    /** Operations of a transaction. */
    MAX_TXN_OPS("max-txn-ops", Kind.COUNT, "128", 1, Limits.TXN_OPS_TOTAL_MAX,
        "Most compares, success or failure operations of a transaction, with those around it; a longer one is answered " +
        "'too many operations in txn request'. etcd's option and default."),
    /** Quota. */
    QUOTA_BACKEND_BYTES("quota-backend-bytes", Kind.BYTES, "0", 0, 1L << 50,
        "Live data, keys, values and history, that the cluster may hold: beyond it puts are refused, until deletes and a compaction have " +
        "freed a tenth. The leader's counts: the same on all members. etcd's option; space that is free counts as free. 0: no quota."),
    /** Auto-compaction by what. */
    AUTO_COMPACTION_MODE("auto-compaction-mode", Kind.CHOICE, "periodic", List.of("periodic", "revision"),
        "What auto-compaction-retention means. etcd's option and default."),
    /** Auto-compaction. */
    AUTO_COMPACTION_RETENTION("auto-compaction-retention", Kind.TEXT, "0", 1, 32,
        "History that the leader keeps when it compacts by itself: hours or a time such as 90m (periodic), or revisions. " +
        "etcd's option and default. 0: it does not."),
    /** Words of progress. */
    WATCH_PROGRESS_NOTIFY_INTERVAL("watch-progress-notify-interval", Kind.TEXT, "10m", 2, 32,
        "How often a watcher that has asked for progress hears how far it is while there are no events for it: a time such as 10m or 5s, " +
        "from 100ms to 24h; up to a tenth is added. etcd's option and default."),
    /** Broadcasts. */
    BROADCAST("broadcast", Kind.TEXT, "", 0, 4096,
        "Key prefixes whose events are published once for any number of subscribers: name=PREFIX[,PREFIX...][@CHANNEL]; ... on " +
        "Aeron's CHANNEL, aeron:ipc unless named, stream 720 and so on. Whoever reaches it may read it. Each takes three terms in " +
        "driver-dir: 48 MiB unless CHANNEL has a term-length."),
    /** Connections. */
    MAX_CONNECTIONS("max-connections", Kind.COUNT, "256", 1, 1024,
        "Client connections. Each takes three terms in the driver's directory while it is there, its requests three of the client's: " +
        "6 MiB with terms of 1 MiB, so 256 take 1.5 GiB, and 96 MiB with terms of 64 KiB."),
    /** Sessions of all connections. */
    MAX_SESSIONS_OF_NODE("max-sessions", Kind.COUNT, "16384", 1, 1_048_576,
        "Sessions of all connections together; one more is answered 'too many sessions'."),
    /** Sessions a connection. */
    MAX_SESSIONS("max-sessions-per-connection", Kind.COUNT, "1024", 1, 65_536,
        "Sessions of one connection."),
    /** In flight. */
    MAX_IN_FLIGHT("max-in-flight", Kind.COUNT, "1024", 1, 65_536,
        "Unanswered requests of one session; one more is answered 'too many requests in flight'."),
    /** In flight of those who share. */
    MAX_SHARED_IN_FLIGHT("max-shared-in-flight", Kind.COUNT, "1024", 64, 65_536,
        "Unanswered requests that busy connections share where more than one asks, a quarter of it where one asks for little; the rest " +
        "waits in their streams, not in front of the others. More where answers take long because members are far apart."),
    /** Chunk memory. */
    MAX_CHUNK_BYTES("max-chunk-bytes", Kind.BYTES, "64m", 1L << 20, 1L << 32,
        "Memory for requests that arrive in chunks, over all connections; a session holds at most four of max-request-bytes."),
    /** Reply queue. */
    REPLY_QUEUE_BYTES("reply-queue-bytes", Kind.BYTES, "4m", 64L << 10, 1L << 30,
        "Replies of one session that wait for its client to read; beyond it the session is closed, its outcome unknown. " +
        "Never less than 2 x max-request-bytes; raised to a power of two."),
    /** Reply queues together. */
    MAX_REPLY_BYTES("max-reply-bytes", Kind.BYTES, "64m", 1L << 20, 1L << 40,
        "Memory off the heap for replies that wait, over all sessions; who would exceed it is closed as if its own queue were full. " +
        "Never less than reply-queue-bytes."),
    /** Keep-alive. */
    KEEP_ALIVE_MS("keep-alive-ms", Kind.MILLISECONDS, "1000", 50, 60_000,
        "A client that has nothing to say says so this often."),
    /** Connection time-out. */
    CONNECTION_TIMEOUT_MS("connection-timeout-ms", Kind.MILLISECONDS, "5000", 200, 300_000,
        "Silence after which a connection is dropped with its sessions. Must be at least 3 keep-alives and below image-liveness-ms."),
    /** Aeron's image liveness. */
    IMAGE_LIVENESS_MS("image-liveness-ms", Kind.MILLISECONDS, "10000", 500, 600_000,
        "Silence after which Aeron gives up a stream. Messages may be lost beyond it, so our own time-out comes first."),
    /** Driver time-out. */
    DRIVER_TIMEOUT_MS("driver-timeout-ms", Kind.MILLISECONDS, "30000", 1000, 600_000,
        "A media driver silent for so long is dead, which ends the node. Long, because a host with few cores may pause a thread."),
    /** Term length of streams to and from clients. */
    TERM_BYTES("term-bytes", Kind.POWER_OF_TWO, "1m", 64L << 10, 64L << 20,
        "Term length of an answer stream; a publication takes three of them in the driver's directory.");

    /** How a value reads. */
    public enum Kind
    {
        /** Any text; the range is its length. */
        TEXT("text"),
        /** A path; the range is its length. */
        PATH("path"),
        /** host:port; the range is the port's. */
        ADDRESS("host:port"),
        /** One of a list. */
        CHOICE("one of"),
        /** A number, with k, m or g for KiB, MiB, GiB. */
        BYTES("bytes"),
        /** A number that is a power of two, with k, m or g. */
        POWER_OF_TWO("power of two"),
        /** A number. */
        COUNT("count"),
        /** A number of milliseconds. */
        MILLISECONDS("ms"),
        /** A number of seconds. */
        SECONDS("s");

        private final String label;

        Kind(final String label)
        {
            this.label = label;
        }

        /** @return as in the table of options. */
        public String label()
        {
            return label;
        }

        boolean isNumber()
        {
            return ordinal() >= BYTES.ordinal();
        }
    }

    private final String key;
    private final Kind kind;
    private final String defaultValue;
    private final long min;
    private final long max;
    private final List<String> choices;
    private final String why;

    NodeOption(final String key, final Kind kind, final String defaultValue, final long min, final long max, final String why)
    {
        this.key = key;
        this.kind = kind;
        this.defaultValue = defaultValue;
        this.min = min;
        this.max = max;
        this.choices = List.of();
        this.why = why;
    }

    NodeOption(final String key, final Kind kind, final String defaultValue, final List<String> choices, final String why)
    {
        this.key = key;
        this.kind = kind;
        this.defaultValue = defaultValue;
        this.min = 0;
        this.max = 0;
        this.choices = choices;
        this.why = why;
    }

    /**
     * @param key as on the command line, without dashes.
     * @return the option, or null if there is none.
     */
    public static NodeOption ofKey(final String key)
    {
        for (final NodeOption option : values())
        {
            if (option.key.equals(key))
            {
                return option;
            }
        }
        return null;
    }

    /** @return as on the command line, without dashes. */
    public String key()
    {
        return key;
    }

    /** @return how a value reads. */
    public Kind kind()
    {
        return kind;
    }

    /** @return the value unless set. */
    public String defaultValue()
    {
        return defaultValue;
    }

    /** @return lowest number, port or text length allowed. */
    public long min()
    {
        return min;
    }

    /** @return highest number, port or text length allowed. */
    public long max()
    {
        return max;
    }

    /** @return the values allowed for a {@link Kind#CHOICE}, else empty. */
    public List<String> choices()
    {
        return choices;
    }

    /** @return what it is for. */
    public String why()
    {
        return why;
    }

    /** @return what is allowed, in words: the end of a fault's text and a column of the table of options. */
    public String allowed()
    {
        return switch (kind)
        {
            case CHOICE -> "one of " + String.join(", ", choices);
            case TEXT, PATH -> "text of " + min + " to " + max + " characters";
            case ADDRESS -> "host:port with a port in [" + min + ", " + max + "]";
            case POWER_OF_TWO -> "a power of two in [" + min + ", " + max + "]";
            default -> "a number in [" + min + ", " + max + "]";
        };
    }
}
