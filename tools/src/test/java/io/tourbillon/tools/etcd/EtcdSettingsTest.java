package io.tourbillon.tools.etcd;

import io.tourbillon.transport.aeron.NodeOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Which settings of a node etcd's flags amount to. */
class EtcdSettingsTest
{
    private static final String THREE = " --initial-cluster a=http://127.0.0.1:2380,b=http://127.0.0.1:22380,c=http://127.0.0.1:32380";

    @TempDir
    private Path directory;

    private EtcdSettings of(final String words)
    {
        final String all = "--data-dir " + directory.resolve("data") + (words.isEmpty() ? "" : " " + words.trim());
        return EtcdSettings.of(EtcdCommandLine.parse(all.split(" "), Map.of()));
    }

    private Map<String, String> settings(final String words)
    {
        return of(words).settings();
    }

    private String complaint(final String words)
    {
        return assertThrows(EtcdException.class, () -> of(words)).getMessage();
    }

    @Test
    void shouldTakeEtcdsDefaults()
    {
        final Map<String, String> settings = EtcdSettings.of(EtcdCommandLine.parse(new String[0], Map.of())).settings();
        assertEquals("default", settings.get("name"));
        assertEquals("default.etcd", settings.get("data-dir"));
        assertEquals("localhost:2380", settings.get("listen-peer"));
        assertEquals("default=localhost:2380", settings.get("initial-cluster"));
        assertEquals("etcd-cluster", settings.get("initial-cluster-token"));
        assertEquals("127.1.9.75:2379", settings.get("listen-client"));
        assertEquals("2g", settings.get("quota-backend-bytes"));
        assertEquals("fsync", settings.get("durability"));
    }

    @ParameterizedTest
    @CsvSource({
        "--heartbeat-interval 10 --election-timeout 100, heartbeat-interval,   10",
        "--heartbeat-interval 10 --election-timeout 100, election-timeout,     100",
        "--quota-backend-bytes 1000000,                  quota-backend-bytes,  1000000",
        "--quota-backend-bytes=-1,                       quota-backend-bytes,  0",
        "--max-txn-ops 10000,                            max-txn-ops,          1024",
        "--max-txn-ops 64,                               max-txn-ops,          64",
        "--max-request-bytes 33554432,                   max-request-bytes,    4194304",
        "--unsafe-no-fsync,                              durability,           none",
        "--strict-reconfig-check=false,                  strict-reconfig-check, false",
        "--auto-compaction-retention=5m0s,               auto-compaction-retention, 5m0s",
        "--listen-metrics-urls http://127.0.0.1:1234,    listen-metrics-urls,  http://127.0.0.1:1234",
        "--experimental-max-learners=2,                  max-learners,         2",
    })
    void shouldHandOnWhatANodeHas(final String words, final String option, final String expected)
    {
        assertEquals(expected, settings(words).get(option));
    }

    @Test
    void shouldWarnOnceOfEachFlagWithoutEffect()
    {
        final List<String> warnings = of("--snapshot-count 100 --enable-pprof=false --pre-vote --peer-auto-tls=false " +
            "--peer-key-file k --max-wals=1 --max-wals=2 --max-txn-ops=5000").warnings();
        assertEquals(4, warnings.size(), warnings::toString);
        assertTrue(warnings.get(0).startsWith("flag --snapshot-count has no effect here: "), warnings::toString);
        assertTrue(warnings.get(1).contains("links between members are NOT encrypted"), warnings::toString);
        assertTrue(warnings.get(2).startsWith("flag --max-wals "), warnings::toString);
        assertTrue(warnings.get(3).contains("it is 1024"), warnings::toString);
    }

    @Test
    void shouldReadTheMembersOfACluster()
    {
        final Map<String, String> settings = settings(
            "--name b --initial-advertise-peer-urls http://localhost:22380 --initial-cluster-token t" + THREE);
        assertEquals("127.0.0.1:22380", settings.get("listen-peer"));
        assertEquals("a=127.0.0.1:2380,b=127.0.0.1:22380,c=127.0.0.1:32380", settings.get("initial-cluster"));
        assertEquals("t", settings.get("initial-cluster-token"));
        final EtcdSettings several = of("--name a --initial-cluster a=http://127.0.0.1:1100,a=http://127.0.0.1:1101,b=http://127.0.0.1:1102 " +
            "--initial-advertise-peer-urls http://127.0.0.1:1101,http://127.0.0.1:1100");
        assertEquals("a=127.0.0.1:1100,b=127.0.0.1:1102", several.settings().get("initial-cluster"));
        assertEquals(1, several.warnings().size());
    }

    @Test
    void shouldComplainAsEtcdDoesOfFlagsThatDoNotGoTogether()
    {
        assertEquals("couldn't find local name \"default\" in the initial cluster configuration", complaint(THREE));
        assertEquals("--initial-cluster has b=http://127.0.0.1:22380 but missing from " +
            "--initial-advertise-peer-urls=http://localhost:2380", complaint("--name b" + THREE));
        assertEquals("--advertise-client-urls is required when --listen-client-urls is set explicitly",
            complaint("--listen-client-urls http://127.0.0.1:2379"));
        assertEquals("--election-timeout[100ms] should be at least as 5 times as --heartbeat-interval[50ms]",
            complaint("--heartbeat-interval 50 --election-timeout 100"));
        assertEquals("--election-timeout[60000ms] is too long, and should be set less than 50000ms", complaint("--election-timeout 60000"));
        assertTrue(complaint("--force-new-cluster").contains("tbctl snapshot restore"));
        assertTrue(complaint("--discovery-srv example.com").contains("initial-cluster"));
        assertTrue(complaint("--auto-compaction-mode hourly").contains("periodic, revision"));
        assertFalse(settings("--force-new-cluster=false --proxy off").isEmpty());
    }

    @Test
    void shouldStayOnLoopbackWithoutAClusterKey()
    {
        final String words = "--name a --initial-advertise-peer-urls http://192.0.2.1:2380 --initial-cluster a=http://192.0.2.1:2380";
        assertTrue(complaint(words + ",b=http://192.0.2.2:2380").contains("ETCD_CLUSTER_KEY_FILE"));
        assertEquals("a=192.0.2.1:2380,b=192.0.2.2:2380",
            settings(words + ",b=http://192.0.2.2:2380 --cluster-key-file key").get("initial-cluster"));
        final EtcdSettings alone = of(words);
        assertEquals("127.0.0.1:2380", alone.settings().get("listen-peer"));
        assertEquals(1, alone.warnings().size());
        assertEquals("127.0.0.1:2380", settings("--listen-peer-urls http://0.0.0.0:2380").get("listen-peer"));
    }

    @Test
    void shouldListenWhereAMemberAloneWasTold()
    {
        assertEquals("localhost:12380", settings("--listen-peer-urls http://localhost:12380").get("listen-peer"));
        final String any = settings("--listen-peer-urls http://localhost:0").get("listen-peer");
        assertTrue(any.startsWith("localhost:") && !any.endsWith(":0"), any);
    }

    @Test
    void shouldNotHeedTheFirstStartsFlagsInADirectoryThatHasAMember() throws IOException
    {
        final Path data = Files.createDirectories(directory.resolve("data"));
        Files.writeString(data.resolve("identity"), "format=1\nname=b\ninitialCluster=a=127.0.0.1:2380,b=127.0.0.1:22380\n");
        assertEquals("127.0.0.1:22380", settings("--name b").get("listen-peer"));
        final Map<String, String> settings = settings("--name b --initial-cluster-state existing --initial-cluster-token other " +
            "--initial-advertise-peer-urls http://127.0.0.1:22381");
        assertEquals("127.0.0.1:22381", settings.get("listen-peer"));
        assertFalse(settings.containsKey("initial-cluster") || settings.containsKey("initial-cluster-state"), settings::toString);
    }

    @Test
    void shouldFindItselfAmongTheMembersByItsPeerUrl()
    {
        final String members = "[{\"id\":4026531841,\"peerURLs\":[\"http://127.0.0.1:1100\"],\"name\":\"a\"}," +
            "{\"id\":16,\"peerURLs\":[\"http://no-such-host.invalid:1101\",\"http://localhost:1102\"],\"name\":\"\"}]";
        assertEquals("f0000001", EtcdJoin.idIn(members, "127.0.0.1:1100"));
        assertEquals("10", EtcdJoin.idIn(members, "127.0.0.1:1102"));
        assertEquals("10", EtcdJoin.idIn(members, "localhost:1102"));
        assertNull(EtcdJoin.idIn(members, "127.0.0.1:1103"));
        final Map<String, String> told = settings("--initial-cluster-state existing --member-id 1f --cluster-id 2f");
        assertEquals(List.of("existing", "1f", "2f"),
            List.of(told.get("initial-cluster-state"), told.get("member-id"), told.get("cluster-id")));
    }

    @Test
    void shouldNotTakeADirectoryOfEtcds() throws IOException
    {
        Files.createDirectories(directory.resolve("data/member"));
        assertTrue(complaint("").contains("etcd's own files"));
    }

    @Test
    void shouldTellClientsWhereTheyCanGo()
    {
        final EtcdSettings settings = of("--listen-client-urls http://:2379,http://localhost:2379,http://localhost:2379 " +
            "--advertise-client-urls http://0.0.0.0:2379,http://etcd_0:2379");
        assertEquals("http://0.0.0.0:2379,http://localhost:2379", settings.settings().get("listen-client-urls"));
        assertTrue(settings.settings().get("advertise-client-urls").matches("http://[1-9][0-9.]+:2379,http://etcd_0:2379"));
        assertEquals(1, settings.warnings().size());
        assertEquals("http://localhost:2379", settings("").get("advertise-client-urls"));
    }

    @Test
    void shouldNotServeWithoutTlsWhoAskedForIt()
    {
        for (final String flag : List.of("--client-cert-allowed-hostname h", "--auto-tls"))
        {
            assertTrue(NodeOption.ofKey(flag.substring(2).split(" ")[0]) != null || complaint(flag).contains("without TLS"), flag);
        }
        assertFalse(settings("--client-cert-auth=false --auto-tls=false").isEmpty());
    }

    /** Also where one's port for answers, two above, is the other's. */
    @Test
    void shouldGiveEachMemberOfAMachineAnEndpointOfItsOwn()
    {
        final Set<String> hosts = new HashSet<>();
        for (int port = 1024; port <= 65_533; port++)
        {
            final String address = NativeEndpoint.of(EtcdUrl.parse("http://0.0.0.0:" + port)).address();
            assertTrue(address.endsWith(":" + port), address);
            assertTrue(hosts.add(address.substring(0, address.indexOf(':'))), address);
        }
        final NativeEndpoint other = NativeEndpoint.of(EtcdUrl.parse("http://127.0.0.2:2379"));
        assertFalse(hosts.contains(other.address().substring(0, other.address().indexOf(':'))));
        assertTrue(other.directory().contains("-2379-"), other.directory());
        assertEquals("127.1.9.75:2379", settings("--listen-client-urls http://localhost:2379,http://10.0.0.1:2379 " +
            "--advertise-client-urls http://10.0.0.1:2379").get(NodeOption.LISTEN_CLIENT.key()));
        assertTrue(settings("--listen-client-urls http://127.0.0.1:2381 --advertise-client-urls http://127.0.0.1:2381 " +
            "--listen-peer-urls http://127.0.0.1:2383").get("listen-client").endsWith(":2381"));
    }
}
