package io.tourbillon.tools.etcd;

import io.tourbillon.tools.etcd.EtcdFlag.Kind;
import io.tourbillon.tools.etcd.EtcdFlag.Use;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Every flag that an etcd of versions 3.4 to 3.7 takes, and what becomes of it here: the table in the README is made from this. A flag
 * {@code experimental-x} is {@code x} where there is one: so etcd renamed them.
 */
final class EtcdFlags
{
    private static final String EXPERIMENTAL = "experimental-";

    private static final List<EtcdFlag> ALL = List.of(
        // Who the member is, and where.
        flag("name", Kind.TEXT, Use.MEMBER, "default", "the member's name; at most 64 characters"),
        flag("data-dir", Kind.TEXT, Use.MEMBER, "", "NAME.etcd unless given; one with etcd's own files is refused"),
        flag("listen-peer-urls", Kind.URLS, Use.MEMBER, "http://localhost:2380",
            "where a member alone listens for others; otherwise it listens where it says that it is: initial-advertise-peer-urls"),
        flag("initial-advertise-peer-urls", Kind.URLS, Use.MEMBER, "http://localhost:2380",
            "host and port, UDP, of the links between members; the first URL counts, its scheme does not; a name is looked " +
            "up once, at the start"),
        flag("listen-client-urls", Kind.URLS, Use.MEMBER, "http://localhost:2379",
            "where etcd's API is served; the endpoint for tbctl and the clients of this project follows from it, see below"),
        flag("advertise-client-urls", Kind.URLS, Use.MEMBER, "http://localhost:2379", "told to clients by the list of members"),
        flag("listen-client-http-urls", Kind.URLS, Use.FRONT, "", ""),
        flag("listen-metrics-urls", Kind.URLS, Use.NODE, "", "/metrics, /health and others, without TLS"),
        flag("initial-cluster", Kind.TEXT, Use.MEMBER, "",
            "name=URL,... of all members; of several URLs of one name the first counts. Looked at at the first start alone"),
        flag("initial-cluster-state", Kind.CLUSTER_STATE, Use.MEMBER, "new",
            "looked at at the first start alone; of existing, see below"),
        flag("initial-cluster-token", Kind.TEXT, Use.MEMBER, "etcd-cluster", "looked at at the first start alone"),
        flag("cluster-key-file", Kind.TEXT, Use.MEMBER, "",
            "this project's own, not etcd's: the secret by which members know each other, without which they are on loopback only"),
        flag("member-id", Kind.TEXT, Use.MEMBER, "",
            "this project's own, not etcd's: of a member that joins and cannot ask; tbctl member add prints it"),
        flag("cluster-id", Kind.TEXT, Use.MEMBER, "",
            "this project's own, not etcd's: of a member that joins and cannot ask; tbctl member add prints it"),
        flag("discovery", Kind.TEXT, Use.REFUSED, "", "members are told by initial-cluster"),
        flag("discovery-token", Kind.TEXT, Use.REFUSED, "", "members are told by initial-cluster"),
        flag("discovery-endpoints", Kind.TEXT, Use.REFUSED, "", "members are told by initial-cluster"),
        flag("discovery-srv", Kind.TEXT, Use.REFUSED, "", "members are told by initial-cluster"),
        flag("discovery-srv-name", Kind.TEXT, Use.REFUSED, "", "members are told by initial-cluster"),
        flag("discovery-fallback", Kind.TEXT, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-proxy", Kind.TEXT, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-dial-timeout", Kind.DURATION, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-request-timeout", Kind.DURATION, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-keepalive-time", Kind.DURATION, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-keepalive-timeout", Kind.DURATION, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-insecure-transport", Kind.BOOL, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-insecure-skip-tls-verify", Kind.BOOL, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-cert", Kind.TEXT, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-key", Kind.TEXT, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-cacert", Kind.TEXT, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-user", Kind.TEXT, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        flag("discovery-password", Kind.TEXT, Use.NO_EFFECT, "", "members are told by initial-cluster"),
        // Settings of the node.
        flag("heartbeat-interval", Kind.UINT, Use.NODE, "100", "milliseconds"),
        flag("election-timeout", Kind.UINT, Use.NODE, "1000", "milliseconds, at least five heartbeat-intervals, at most 50000"),
        flag("initial-election-tick-advance", Kind.BOOL, Use.NODE, "true", "a member alone never waits"),
        flag("quota-backend-bytes", Kind.INT, Use.NODE, "0",
            "0: 2 GiB, as etcd. Less than 0: no quota. It counts live data and history, not the file: free space in it is free"),
        flag("auto-compaction-mode", Kind.TEXT, Use.NODE, "periodic", ""),
        flag("auto-compaction-retention", Kind.TEXT, Use.NODE, "0", ""),
        flag("max-txn-ops", Kind.UINT, Use.NODE, "128", "at most 1024; what is more is warned of, and 1024"),
        flag("max-request-bytes", Kind.UINT, Use.NODE, "1572864", "at most 4194304; what is more is warned of, and 4194304"),
        flag("max-learners", Kind.UINT, Use.NODE, "1", ""),
        flag("watch-progress-notify-interval", Kind.DURATION, Use.NODE, "10m", "from 100ms to 24h"),
        flag("strict-reconfig-check", Kind.BOOL, Use.NODE, "true", ""),
        flag("unsafe-no-fsync", Kind.BOOL, Use.NODE, "false", "--durability none: a power cut loses acknowledged writes"),
        flag("force-new-cluster", Kind.BOOL, Use.REFUSED, "false",
            "save a snapshot (tbctl snapshot save) and restore it into a new data directory (tbctl snapshot restore) instead"),
        flag("pre-vote", Kind.BOOL, Use.NO_EFFECT, "true", "an election always begins with it"),
        flag("wal-dir", Kind.TEXT, Use.NO_EFFECT, "", "the log is in the data directory"),
        flag("snapshot-count", Kind.UINT, Use.NO_EFFECT, "", "a checkpoint is due after so many bytes or so much time"),
        flag("snapshot-catchup-entries", Kind.UINT, Use.NO_EFFECT, "", "what is kept of the log for other members is told in bytes"),
        flag("max-snapshots", Kind.UINT, Use.NO_EFFECT, "", "there are no files of snapshots"),
        flag("max-wals", Kind.UINT, Use.NO_EFFECT, "", "files of the log go when a checkpoint has made them superfluous"),
        flag("backend-batch-interval", Kind.DURATION, Use.NO_EFFECT, "", "what is written together follows from the load"),
        flag("backend-batch-limit", Kind.INT, Use.NO_EFFECT, "", "what is written together follows from the load"),
        flag("backend-bbolt-freelist-type", Kind.TEXT, Use.NO_EFFECT, "", "the store is not bbolt"),
        flag("bootstrap-defrag-threshold-megabytes", Kind.UINT, Use.NO_EFFECT, "", "free space is given back as it comes"),
        flag("compaction-batch-limit", Kind.INT, Use.NO_EFFECT, "", "a compaction goes on in steps between writes"),
        flag("compaction-sleep-interval", Kind.DURATION, Use.NO_EFFECT, "", "a compaction goes on in steps between writes"),
        flag("corrupt-check-time", Kind.DURATION, Use.NO_EFFECT, "",
            "pages are proven by checksums as they are read; tbctl endpoint hashkv compares members"),
        flag("compact-hash-check-time", Kind.DURATION, Use.NO_EFFECT, "", "tbctl endpoint hashkv compares members"),
        flag("memory-mlock", Kind.BOOL, Use.NO_EFFECT, "", "memory is not locked"),
        flag("feature-gates", Kind.TEXT, Use.NO_EFFECT, "", "the gates are etcd's own"),
        flag("downgrade-check-time", Kind.DURATION, Use.NO_EFFECT, "", "no version goes back to an earlier one"),
        flag("v2-deprecation", Kind.TEXT, Use.NO_EFFECT, "", "there is no v2 API"),
        flag("enable-v2", Kind.BOOL, Use.NO_EFFECT, "", "there is no v2 API"),
        flag("raft-read-timeout", Kind.DURATION, Use.NO_EFFECT, "", "links between members are no TCP connections"),
        flag("raft-write-timeout", Kind.DURATION, Use.NO_EFFECT, "", "links between members are no TCP connections"),
        // Etcd's API: what serves it takes these.
        flag("auth-token", Kind.TEXT, Use.FRONT, "simple", ""),
        flag("auth-token-ttl", Kind.UINT, Use.FRONT, "300", ""),
        flag("bcrypt-cost", Kind.UINT, Use.NO_EFFECT, "", "passwords are kept as SCRAM verifiers"),
        flag("max-concurrent-streams", Kind.UINT, Use.FRONT, "", ""),
        flag("grpc-keepalive-min-time", Kind.DURATION, Use.FRONT, "", ""),
        flag("grpc-keepalive-interval", Kind.DURATION, Use.FRONT, "", ""),
        flag("grpc-keepalive-timeout", Kind.DURATION, Use.FRONT, "", ""),
        flag("enable-grpc-gateway", Kind.BOOL, Use.FRONT, "true", ""),
        flag("cors", Kind.TEXT, Use.FRONT, "*", ""),
        flag("host-whitelist", Kind.TEXT, Use.FRONT, "*", ""),
        flag("socket-reuse-port", Kind.BOOL, Use.FRONT, "false", ""),
        flag("socket-reuse-address", Kind.BOOL, Use.FRONT, "false", ""),
        flag("cert-file", Kind.TEXT, Use.CLIENT_TLS, "", ""),
        flag("key-file", Kind.TEXT, Use.CLIENT_TLS, "", ""),
        flag("client-cert-file", Kind.TEXT, Use.FRONT, "", ""),
        flag("client-key-file", Kind.TEXT, Use.FRONT, "", ""),
        flag("client-cert-auth", Kind.BOOL, Use.CLIENT_TLS, "false", ""),
        flag("client-crl-file", Kind.TEXT, Use.CLIENT_TLS, "", ""),
        flag("client-cert-allowed-hostname", Kind.TEXT, Use.CLIENT_TLS, "", ""),
        flag("trusted-ca-file", Kind.TEXT, Use.CLIENT_TLS, "", ""),
        flag("auto-tls", Kind.BOOL, Use.CLIENT_TLS, "false", "makes a certificate in fixtures/client of the data-dir, and keeps it"),
        flag("self-signed-cert-validity", Kind.UINT, Use.FRONT, "1", "years, from 1 to 100"),
        flag("cipher-suites", Kind.TEXT, Use.FRONT, "", ""),
        flag("tls-min-version", Kind.TEXT, Use.FRONT, "", ""),
        flag("tls-max-version", Kind.TEXT, Use.FRONT, "", ""),
        // Links between members.
        flag("peer-cert-file", Kind.TEXT, Use.PEER_TLS, "", ""),
        flag("peer-key-file", Kind.TEXT, Use.PEER_TLS, "", ""),
        flag("peer-client-cert-file", Kind.TEXT, Use.PEER_TLS, "", ""),
        flag("peer-client-key-file", Kind.TEXT, Use.PEER_TLS, "", ""),
        flag("peer-client-cert-auth", Kind.BOOL, Use.PEER_TLS, "", ""),
        flag("peer-trusted-ca-file", Kind.TEXT, Use.PEER_TLS, "", ""),
        flag("peer-auto-tls", Kind.BOOL, Use.PEER_TLS, "", ""),
        flag("peer-crl-file", Kind.TEXT, Use.PEER_TLS, "", ""),
        flag("peer-cert-allowed-cn", Kind.TEXT, Use.PEER_TLS, "", ""),
        flag("peer-cert-allowed-hostname", Kind.TEXT, Use.PEER_TLS, "", ""),
        flag("peer-skip-client-san-verification", Kind.BOOL, Use.PEER_TLS, "", ""),
        // Log, figures, tracing.
        flag("logger", Kind.TEXT, Use.LAUNCHER, "zap", "zap, whatever is asked for"),
        flag("log-level", Kind.TEXT, Use.LAUNCHER, "info",
            "debug, info, warn, error, panic or fatal; debug tells what info does, panic and fatal what error does"),
        flag("log-format", Kind.TEXT, Use.LAUNCHER, "json", "json or console"),
        flag("log-outputs", Kind.TEXT, Use.LAUNCHER, "default",
            "default and stderr, stdout, files to append to; several, separated by commas"),
        flag("log-package-levels", Kind.TEXT, Use.NO_EFFECT, "", "there is one level for all"),
        flag("debug", Kind.BOOL, Use.LAUNCHER, "false", "as log-level debug"),
        flag("enable-log-rotation", Kind.BOOL, Use.NO_EFFECT, "", "a file of the log is appended to"),
        flag("log-rotation-config-json", Kind.TEXT, Use.NO_EFFECT, "", "a file of the log is appended to"),
        flag("disable-log-sampling", Kind.BOOL, Use.NO_EFFECT, "", "no line is left out"),
        flag("enable-pprof", Kind.BOOL, Use.NO_EFFECT, "", "profiles of a JVM are taken with the JDK's tools"),
        flag("metrics", Kind.TEXT, Use.NO_EFFECT, "", "all there is is shown"),
        flag("warning-apply-duration", Kind.DURATION, Use.NO_EFFECT, "", "slow requests are counted, not logged"),
        flag("warning-unary-request-duration", Kind.DURATION, Use.NO_EFFECT, "", "slow requests are counted, not logged"),
        flag("enable-distributed-tracing", Kind.BOOL, Use.NO_EFFECT, "", "there are no traces"),
        flag("distributed-tracing-address", Kind.TEXT, Use.NO_EFFECT, "", "there are no traces"),
        flag("distributed-tracing-service-name", Kind.TEXT, Use.NO_EFFECT, "", "there are no traces"),
        flag("distributed-tracing-instance-id", Kind.TEXT, Use.NO_EFFECT, "", "there are no traces"),
        flag("distributed-tracing-sampling-rate", Kind.INT, Use.NO_EFFECT, "", "there are no traces"),
        flag("config-file", Kind.TEXT, Use.LAUNCHER, "",
            "a file of YAML; the other flags and the environment are then not looked at, but for cluster-key-file"),
        flag("version", Kind.BOOL, Use.LAUNCHER, "false", "prints the version of etcd whose behaviour this is"),
        // Of earlier versions.
        flag("experimental-initial-corrupt-check", Kind.BOOL, Use.NO_EFFECT, "", "pages are proven by checksums as they are read"),
        flag("experimental-compact-hash-check-enabled", Kind.BOOL, Use.NO_EFFECT, "", "tbctl endpoint hashkv compares members"),
        flag("experimental-enable-lease-checkpoint", Kind.BOOL, Use.NO_EFFECT, "", "a new leader knows how long leases last"),
        flag("experimental-enable-lease-checkpoint-persist", Kind.BOOL, Use.NO_EFFECT, "", "a new leader knows how long leases last"),
        flag("experimental-enable-v2v3", Kind.TEXT, Use.NO_EFFECT, "", "there is no v2 API"),
        flag("experimental-txn-mode-write-with-shared-buffer", Kind.BOOL, Use.NO_EFFECT, "", "transactions are of one kind"),
        flag("experimental-stop-grpc-service-on-defrag", Kind.BOOL, Use.NO_EFFECT, "", "there is nothing to defragment"),
        flag("experimental-set-member-localaddr", Kind.BOOL, Use.NO_EFFECT, "", "the address of links is that of the peer URL"),
        flag("experimental-peer-skip-client-san-verification", Kind.BOOL, Use.PEER_TLS, "", ""),
        flag("experimental-distributed-tracing-instance-id", Kind.TEXT, Use.NO_EFFECT, "", "there are no traces"),
        flag("proxy", Kind.TEXT, Use.REFUSED, "off", "there is no v2 proxy"),
        flag("proxy-failure-wait", Kind.UINT, Use.NO_EFFECT, "", "there is no v2 proxy"),
        flag("proxy-refresh-interval", Kind.UINT, Use.NO_EFFECT, "", "there is no v2 proxy"),
        flag("proxy-dial-timeout", Kind.UINT, Use.NO_EFFECT, "", "there is no v2 proxy"),
        flag("proxy-write-timeout", Kind.UINT, Use.NO_EFFECT, "", "there is no v2 proxy"),
        flag("proxy-read-timeout", Kind.UINT, Use.NO_EFFECT, "", "there is no v2 proxy"),
        flag("cluster-active-size", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("cluster-remove-delay", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("cluster-sync-interval", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("config", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("force", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("max-result-buffer", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("max-retry-attempts", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("peer-heartbeat-interval", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("peer-election-timeout", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("retry-interval", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("snapshot", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("v", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"),
        flag("vv", Kind.TEXT, Use.NO_EFFECT, "", "etcd ignores it, too"));

    private static final Map<String, EtcdFlag> BY_NAME = byName();

    private EtcdFlags()
    {
    }

    private static EtcdFlag flag(final String name, final Kind kind, final Use use, final String byDefault, final String note)
    {
        return new EtcdFlag(name, kind, use, byDefault, note);
    }

    private static Map<String, EtcdFlag> byName()
    {
        final Map<String, EtcdFlag> flags = new LinkedHashMap<>();
        for (final EtcdFlag flag : ALL)
        {
            if (flags.put(flag.name(), flag) != null)
            {
                throw new IllegalStateException("twice: " + flag.name());
            }
        }
        return flags;
    }

    static List<EtcdFlag> all()
    {
        return ALL;
    }

    /**
     * @param name without dashes, of today or of an earlier version.
     * @return null if etcd has no such flag.
     */
    static EtcdFlag ofName(final String name)
    {
        final EtcdFlag flag = BY_NAME.get(name);
        return flag == null && name.startsWith(EXPERIMENTAL) ? BY_NAME.get(name.substring(EXPERIMENTAL.length())) : flag;
    }
}
