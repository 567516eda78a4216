package io.tourbillon.tools.server;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What a front in a process of its own is told. */
class FrontOptionsTest
{
    private static final String SECRET = "s".repeat(32);

    @TempDir
    private Path directory;

    private static String complaint(final String... args)
    {
        return assertThrows(RuntimeException.class, () -> new FrontOptions(args)).getMessage();
    }

    @Test
    void shouldGoToItsMembersAndListenWhereItIsTold() throws Exception
    {
        final FrontOptions options = new FrontOptions("--endpoints", "127.0.0.1:2479,127.0.0.1:2579",
            "--listen-client-urls=http://0.0.0.0:9,http://[::1]:9", "--election-timeout", "100");
        assertEquals("127.0.0.1:2479,127.0.0.1:2579", options.config().endpoint());
        assertEquals(List.of("/0.0.0.0:9", "/[0:0:0:0:0:0:0:1]:9"), options.config().addresses().stream().map(Object::toString).toList());
        assertEquals(5_200, options.config().requestTimeoutMs());
        assertTrue(options.config().silenceMs() < 5_000, "one that has others does not wait for a dead one");
        assertNull(options.config().frontSecret());
        assertEquals(Long.MAX_VALUE, new FrontOptions().config().silenceMs());
        assertEquals("127.0.0.1:2479", new FrontOptions().endpoints());
    }

    @Test
    void shouldSpeakForUsersByTheMembersSecretAlone() throws Exception
    {
        final Path key = Files.writeString(directory.resolve("front.key"), SECRET);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        assertArrayEquals(SECRET.getBytes(US_ASCII), new FrontOptions("--front-key-file", key.toString()).config().frontSecret().get());
        assertTrue(complaint("--auth-token", "jwt,sign-method=HS256,priv-key=x").contains("must have a front-key-file"));
        final List<String> warnings = new ArrayList<>();
        new FrontOptions("--trusted-ca-file", "roots.pem").warn(warnings::add);
        assertTrue(warnings.get(0).contains("are nobody's"), warnings::toString);
    }

    @Test
    void shouldRefuseWhatIsNoneOfItsOptions()
    {
        assertEquals("unknown option: --data-dir", complaint("--data-dir", "x"));
        assertEquals("unknown option: help", complaint("help"));
        assertTrue(complaint("--listen-client-urls=").contains("must not be empty"));
        assertTrue(complaint("--listen-client-urls", "ftp://h:1").contains("must be http://host:port"));
        assertTrue(complaint("--listen-client-urls", "https://127.0.0.1:1").contains("cert-file: must be set"));
    }

    @Test
    void shouldDescribeItsOptionsAndNoOthers()
    {
        final String help = FrontOptions.help();
        assertTrue(help.contains("--endpoints=<list>") && help.contains("loopback alone") && help.contains("--config-file"), help);
        FrontOptions.OPTIONS.forEach((option) -> assertTrue(help.contains("--" + option.key() + "="), option.key()));
        assertTrue(!help.contains("--data-dir") && !help.contains("--auto-tls"), help);
    }
}
