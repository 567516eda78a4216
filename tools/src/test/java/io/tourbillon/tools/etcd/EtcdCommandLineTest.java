package io.tourbillon.tools.etcd;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** How etcd's command line, environment and file are read; complaints are those of etcd 3.4.23. */
class EtcdCommandLineTest
{
    @TempDir
    private Path directory;

    private static EtcdCommandLine parse(final String words)
    {
        return EtcdCommandLine.parse(words.isEmpty() ? new String[0] : words.split(" "), Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "--name n,                        name, n",
        "--name=n,                        name, n",
        "-name n,                         name, n",
        "-name=n,                         name, n",
        "--name a --name b,               name, b",
        "--name=,                         name, ''",
        "--name --debug,                  name, --debug",
        "'',                              name, default",
        "--debug,                         debug, true",
        "-debug=0,                        debug, false",
        "--client-cert-auth --name n,     client-cert-auth, true",
        "--client-cert-auth=F --name n,   client-cert-auth, false",
        "--heartbeat-interval 0x10,       heartbeat-interval, 16",
        "--quota-backend-bytes=-1,        quota-backend-bytes, -1",
        "--grpc-keepalive-interval 1h30m, grpc-keepalive-interval, 1h30m",
        "--experimental-max-learners 3,   max-learners, 3",
        "--initial-cluster a=http://h:1,  initial-cluster, a=http://h:1",
        "--name n --,                     name, n",
    })
    void shouldReadAFlagAsGoDoes(final String words, final String flag, final String expected)
    {
        assertEquals(expected, parse(words).value(flag));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--foo                       | 2 | flag provided but not defined: -foo",
        "-foo=1                      | 2 | flag provided but not defined: -foo",
        "--experimental-foo          | 2 | flag provided but not defined: -experimental-foo",
        "--name                      | 2 | flag needs an argument: -name",
        "--debug=maybe               | 2 | invalid boolean value \"maybe\" for -debug: parse error",
        "--heartbeat-interval x      | 2 | invalid value \"x\" for flag -heartbeat-interval: parse error",
        "--election-timeout=-1       | 2 | invalid value \"-1\" for flag -election-timeout: parse error",
        "--grpc-keepalive-timeout 5  | 2 | invalid value \"5\" for flag -grpc-keepalive-timeout: parse error",
        "--initial-cluster-state=x   | 2 | invalid value \"x\" for flag -initial-cluster-state: invalid value",
        "---name                     | 2 | bad flag syntax: ---name",
        "--=x                        | 2 | bad flag syntax: --=x",
        "extra                       | 1 | error verifying flags, 'extra' is not a valid flag. See 'etcd --help'.",
        "--debug true                | 1 | error verifying flags, 'true' is not a valid flag. See 'etcd --help'.",
        "--listen-peer-urls h:1      | 2 | invalid value \"h:1\" for flag -listen-peer-urls: " +
            "URL scheme must be http, https, unix, or unixs: h:1",
        "--listen-peer-urls http://h | 2 | invalid value \"http://h\" for flag -listen-peer-urls: " +
            "URL address does not have the form \"host:port\": http://h",
        "--config-file /no/such      | 1 | error verifying flags, open /no/such: no such file or directory. See 'etcd --help'.",
    })
    void shouldComplainAsEtcdDoes(final String words, final int exitCode, final String message)
    {
        final EtcdException complaint = assertThrows(EtcdException.class, () -> parse(words));
        assertEquals(message, complaint.getMessage());
        assertEquals(exitCode, complaint.exitCode());
    }

    @Test
    void shouldLetAFlagWinOverTheEnvironmentAndTellOfIt()
    {
        final EtcdCommandLine line = EtcdCommandLine.parse(new String[]{"--name", "flag"}, Map.of("ETCD_NAME", "environment",
            "ETCD_HEARTBEAT_INTERVAL", "50", "ETCD_STRICT_RECONFIG_CHECK", "f", "ETCD_FOO", "1", "ETCD_DATA_DIR", "", "ETCDCTL_API", "3"));
        assertEquals("flag", line.value("name"));
        assertEquals("50", line.value("heartbeat-interval"));
        assertEquals("false", line.value("strict-reconfig-check"));
        assertFalse(line.isGiven("data-dir"));
        assertEquals(List.of("unrecognized environment variable ETCD_FOO=1",
            "recognized environment variable ETCD_NAME, but unused: shadowed by corresponding flag"), line.warnings());
        final EtcdException complaint = assertThrows(EtcdException.class,
            () -> EtcdCommandLine.parse(new String[0], Map.of("ETCD_MAX_TXN_OPS", "many")));
        assertEquals("invalid value \"many\" for ETCD_MAX_TXN_OPS: parse error", complaint.getMessage());
        assertEquals(1, complaint.exitCode());
    }

    @Test
    void shouldReadEveryFlagFromTheEnvironment()
    {
        for (final EtcdFlag flag : EtcdFlags.all())
        {
            if (flag.use() != EtcdFlag.Use.LAUNCHER)
            {
                final String value = switch (flag.kind())
                {
                    case BOOL -> "true";
                    case UINT, INT -> "7";
                    case DURATION -> "7s";
                    case URLS -> "http://127.0.0.1:7";
                    case CLUSTER_STATE -> "existing";
                    case TEXT -> "seven";
                };
                assertEquals(value, EtcdCommandLine.parse(new String[0], Map.of(flag.environmentName(), value)).value(flag.name()));
            }
        }
    }

    @Test
    void shouldTakeNothingButTheFileIfThereIsOne() throws IOException
    {
        final Path file = Files.writeString(directory.resolve("etcd.yml"), """
            # as etcd's sample
            name: 'file'
            heartbeat-interval: 50
            grpc-keepalive-interval: 7200000000000
            listen-peer-urls: http://localhost:2380
            initial-cluster:
            log-outputs: [stderr, /tmp/log]
            client-transport-security:
              cert-file: c.pem
              client-cert-auth: true
            peer-transport-security:
              key-file: p.pem
              allowed-cn: [x, y]
            socket-options:
              reuse-port: true
            no-such-thing: 1
            """);
        final EtcdCommandLine line = EtcdCommandLine.parse(
            new String[]{"--election-timeout=500", "--cluster-key-file", "key", "--config-file", file.toString()},
            Map.of("ETCD_DATA_DIR", "elsewhere"));
        assertEquals("file", line.value("name"));
        assertEquals("50", line.value("heartbeat-interval"));
        assertEquals("1000", line.value("election-timeout"));
        assertEquals("", line.value("data-dir"));
        assertEquals("", line.value("initial-cluster"));
        assertEquals(7_200_000_000_000L, EtcdFlag.durationNs(line.value("grpc-keepalive-interval")));
        assertEquals("stderr,/tmp/log", line.value("log-outputs"));
        assertEquals("c.pem", line.value("cert-file"));
        assertEquals("true", line.value("client-cert-auth"));
        assertEquals("p.pem", line.value("peer-key-file"));
        assertEquals("x,y", line.value("peer-cert-allowed-cn"));
        assertEquals("true", line.value("socket-reuse-port"));
        assertEquals("key", line.value("cluster-key-file"));
        assertEquals(List.of("unknown key in the configuration file: no-such-thing"), line.warnings());
        assertEquals("file", EtcdCommandLine.parse(new String[0], Map.of("ETCD_CONFIG_FILE", file.toString())).value("name"));
    }

    @Test
    void shouldSayWhereAFileIsWrong() throws IOException
    {
        final Path file = directory.resolve("etcd.yml");
        for (final String text : List.of("- a list", "name: [", "heartbeat-interval: fast", "client-transport-security: 1"))
        {
            Files.writeString(file, text);
            assertEquals(1, assertThrows(EtcdException.class, () -> parse("--config-file " + file)).exitCode(), text);
        }
    }

    @Test
    void shouldKnowWhoWantsHelp()
    {
        assertTrue(parse("--help --foo").isHelpWanted());
        assertTrue(parse("-h").isHelpWanted());
        assertTrue(parse("--version").isVersionWanted());
        assertFalse(parse("--version=false").isVersionWanted());
    }
}
