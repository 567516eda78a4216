package io.tourbillon.transport.aeron;

import org.junit.jupiter.api.Test;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class NodeConfigTest
{
    private static List<String> faults(final String key, final String value)
    {
        return NodeConfig.parse(Map.of(key, value)).faults();
    }

    @Test
    void shouldHaveSoundDefaults()
    {
        assertEquals(List.of(), new NodeConfig().faults());
    }

    @Test
    void shouldTellAllFaultsAtOnceWithKeyValueAndRange()
    {
        final Map<String, String> texts = new LinkedHashMap<>();
        texts.put("no-such-option", "1");
        texts.put("durability", "perhaps");
        texts.put("ring-slots", "1000");
        texts.put("max-in-flight", "-3");
        final List<String> faults = NodeConfig.parse(texts).faults();
        assertEquals(4, faults.size(), faults::toString);
        assertTrue(faults.contains("no-such-option=1: no such option"));
        assertTrue(faults.contains("durability=perhaps: must be one of fsync, none"));
        assertTrue(faults.contains("ring-slots=1000: must be a power of two in [64, 65536]"));
        assertTrue(faults.contains("max-in-flight=-3: must be a number in [1, 65536]"));
        final ConfigException thrown = assertThrows(ConfigException.class, () -> Node.launch(NodeConfig.parse(texts)));
        assertTrue(thrown.getMessage().contains("durability=perhaps") && thrown.getMessage().contains("max-in-flight=-3"));
    }

    @Test
    void shouldWantBothIdsOfAMemberThatJoins()
    {
        assertEquals(2, faults("initial-cluster-state", "existing").size());
        assertEquals(List.of("member-id=xyz: must be a positive number in hex"), faults("member-id", "xyz"));
        assertEquals(List.of(), NodeConfig.parse(
            Map.of("initial-cluster-state", "existing", "member-id", "1f", "cluster-id", "7fffffffffffffff")).faults());
    }

    @Test
    void shouldWantABoundOfClocksBelowAnElectionTimeout()
    {
        assertEquals(List.of("lease-read-drift-ms=1000: must be less than election-timeout = 1000"), faults("lease-read-drift-ms", "1000"));
        assertEquals(List.of(), faults("lease-read-drift-ms", "999"));
    }

    @Test
    void shouldListenOnLoopbackOnly()
    {
        for (final String address : List.of("0.0.0.0:2479", "192.168.1.1:2479", "example.org:2479", "[2001:db8::1]:2479"))
        {
            assertTrue(faults("listen-client", address).toString().contains("must be a loopback address"), address);
            assertEquals(1, faults("listen-peer", address.replace("2479", "2480")).size(), address);
        }
        for (final String address : List.of("127.0.0.1:3000", "localhost:3000", "[::1]:3000", "127.8.9.1:3000"))
        {
            assertEquals(List.of(), faults("listen-client", address), address);
        }
        assertEquals(1, faults("listen-client", "127.0.0.1").size(), "no port");
        assertEquals(1, faults("listen-client", ":2479").size(), "no host");
        assertEquals(1, faults("listen-client", "127.0.0.1:80").size(), "a port below 1024");
        assertEquals(1, faults("listen-peer", "127.0.0.1:2481").size(), "the port that answers leave from");
    }

    @Test
    void shouldTakeUrlsForEtcdsClientsThatCanBeListenedAtAndReached()
    {
        for (final String urls : List.of("127.0.0.1:2379", "ftp://127.0.0.1:1", "http://example.org:2379",
            "http://127.0.0.1", "http://127.0.0.1:0", "http://127.0.0.1:65536", "http://127.0.0.1:2379/", "http://999.0.0.1:2379",
            "http://127.0.0.1:2379,", "http://127.0.0.1:2379,http://127.0.0.1:2379", "http://127.0.0.1:2379 http://127.0.0.1:2380"))
        {
            final String fault = faults("listen-client-urls", urls).toString();
            assertTrue(fault.startsWith("[listen-client-urls=" + urls + ": must be http://host:port"), urls + ": " + fault);
        }
        for (final String urls : List.of("", "http://localhost:2379", "http://127.0.0.1:2379,http://[::1]:2379 , http://10.0.0.1:80"))
        {
            assertEquals(List.of(), faults("listen-client-urls", urls), urls);
        }
        for (final String urls : List.of("http://0.0.0.0:2379", "http://[::]:2379", "127.0.0.1:2479", "http://a:1/x", "http://:1"))
        {
            final String fault = faults("advertise-client-urls", urls).toString();
            assertTrue(fault.startsWith("[advertise-client-urls=" + urls + ": must be http://host:port"), urls + ": " + fault);
        }
        assertEquals(List.of(), faults("advertise-client-urls", "https://etcd-1.example.org:443,http://10.0.0.1:2379"));
        assertTrue(faults("listen-client-urls", "http://0.0.0.0:2379").toString().startsWith("[advertise-client-urls: must be set where"));
        assertEquals(List.of(), NodeConfig.parse(
            Map.of("listen-client-urls", "http://0.0.0.0:2379", "advertise-client-urls", "http://10.0.0.1:2379")).faults());
    }

    @Test
    void shouldNotTakeUrlsByTlsWithoutWhatThatNeeds()
    {
        final String urls = "https://127.0.0.1:2379,http://127.0.0.1:2378";
        assertEquals(List.of("cert-file: must be set where listen-client-urls has https://",
            "key-file: must be set where listen-client-urls has https://"), faults("listen-client-urls", urls));
        assertEquals(List.of(), NodeConfig.parse(Map.of("listen-client-urls", urls, "cert-file", "c", "key-file", "k")).faults());
        assertEquals(List.of("client-cert-auth=true: must have a trusted-ca-file"), faults("client-cert-auth", "true"));
        assertEquals(List.of("client-crl-file=l: must have a trusted-ca-file"), faults("client-crl-file", "l"));
        assertEquals(List.of(), NodeConfig.parse(Map.of("client-cert-auth", "true", "trusted-ca-file", "c")).faults());
        assertEquals(1, NodeConfig.parse(Map.of("tls-min-version", "TLS1.3", "tls-max-version", "TLS1.2")).faults().size());
    }

    @Test
    void shouldTakeTimesOfGrpcAsGoWritesThem()
    {
        assertEquals(7_200_000_000_000L, new NodeConfig().durationNs(NodeOption.GRPC_KEEPALIVE_INTERVAL));
        assertEquals(List.of(), faults("grpc-keepalive-interval", "0"));
        assertEquals(List.of(), faults("grpc-keepalive-min-time", "0s"));
        for (final String time : List.of("0", "0s", "20", "soon", "-1s"))
        {
            assertEquals(List.of("grpc-keepalive-timeout=" + time + ": must be a time such as 20s"),
                faults("grpc-keepalive-timeout", time));
        }
    }

    @Test
    void shouldTakeAnIntervalOfProgressAsGoWritesATime()
    {
        assertEquals(600_000_000_000L, new NodeConfig().progressNotifyIntervalNs());
        final String key = "watch-progress-notify-interval";
        assertEquals(100_000_000, NodeConfig.parse(Map.of(key, "100ms")).progressNotifyIntervalNs());
        assertEquals(5_400_000_000_000L, NodeConfig.parse(Map.of(key, "1h30m")).progressNotifyIntervalNs());
        for (final String time : List.of("100", "99ms", "25h", "10 m", "-5s", "soon", "999999999h"))
        {
            assertEquals(List.of(key + "=" + time + ": must be a time such as 10m or 5s, from 100ms to 24h"), faults(key, time), time);
        }
    }

    @Test
    void shouldAnnounceTheNativeAddressAndThenWhereEtcdsClientsAreToGo()
    {
        assertEquals("127.0.0.1:2479,http://127.0.0.1:2379", MemberAnnouncement.clientUrls(new NodeConfig()));
        assertEquals("127.0.0.1:2479", MemberAnnouncement.clientUrls(NodeConfig.parse(Map.of("listen-client-urls", ""))));
        assertEquals("127.0.0.1:2479,http://a:1,https://b:2", MemberAnnouncement.clientUrls(NodeConfig.parse(
            Map.of("advertise-client-urls", "http://a:1, https://b:2", "listen-client-urls", "http://0.0.0.0:1"))));
        final String longest = "http://" + "a".repeat(1024 - 9) + ":1";
        assertEquals(List.of(), faults("advertise-client-urls", longest));
        assertEquals("127.0.0.1:2479," + longest,
            MemberAnnouncement.clientUrls(NodeConfig.parse(Map.of("advertise-client-urls", longest))));
    }

    @Test
    void shouldLeaveLoopbackForMembersOnlyAndWithAKeyOnly()
    {
        final Map<String, String> texts = new LinkedHashMap<>();
        texts.put("name", "a");
        texts.put("listen-peer", "10.0.0.1:2480");
        texts.put("initial-cluster", "a=10.0.0.1:2480,b=10.0.0.2:2480");
        final List<String> faults = NodeConfig.parse(texts).faults();
        assertEquals(3, faults.size(), faults::toString);
        assertTrue(faults.get(0).contains("unless there is a cluster-key-file"), faults::toString);
        texts.put("cluster-key-file", "key");
        assertEquals(List.of(), NodeConfig.parse(texts).faults());
        texts.put("listen-client", "10.0.0.1:2479");
        assertEquals(1, NodeConfig.parse(texts).faults().size(), "frames of clients carry no MAC");
        texts.remove("listen-client");
        for (final String address : List.of("0.0.0.0:2480", "224.0.0.1:2480", "example.org:2480", "[::]:2480"))
        {
            texts.put("listen-peer", address);
            texts.put("initial-cluster", "a=" + address);
            assertEquals(2, NodeConfig.parse(texts).faults().size(), address);
        }
    }

    @Test
    void shouldReadSizesWithUnits()
    {
        final NodeConfig config = NodeConfig.parse(Map.of("journal-segment-bytes", "16m", "max-request-bytes", "2048k", "pool-bytes",
        "1G"));
        assertEquals(List.of(), config.faults());
        assertEquals(16L << 20, config.number(NodeOption.SEGMENT_BYTES));
        assertEquals(2 << 20, config.intNumber(NodeOption.MAX_REQUEST_BYTES));
        assertEquals(1L << 30, config.number(NodeOption.POOL_BYTES));
        assertEquals(1, faults("pool-bytes", "many").size());
        assertEquals(1, faults("pool-bytes", "").size());
    }

    @Test
    void shouldKeepTimeOutsBelowAeronsOwn()
    {
        assertEquals(1, faults("connection-timeout-ms", "10000").size(), "Aeron gives the stream up at the same time");
        assertEquals(1, faults("connection-timeout-ms", "2000").size(), "less than three keep-alives");
        assertEquals(1, faults("image-liveness-ms", "4000").size());
    }

    @Test
    void shouldTellWhatEachOptionIsFor()
    {
        for (final NodeOption option : NodeOption.values())
        {
            assertTrue(option.why().length() > 20 && option.why().endsWith("."), option.key());
            assertEquals(option, NodeOption.ofKey(option.key()));
        }
    }
}
