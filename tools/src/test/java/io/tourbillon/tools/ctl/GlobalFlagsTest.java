package io.tourbillon.tools.ctl;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Flags that etcdctl's scripts say: taken, with effect or without, or refused by name. */
class GlobalFlagsTest
{
    private static Flags given(final String... words)
    {
        final Flags flags = GlobalFlags.declare(new Flags()).parse(Arrays.asList(words));
        GlobalFlags.settle(flags);
        return flags;
    }

    private static String refusal(final String... words)
    {
        final CtlException ex = assertThrows(CtlException.class, () -> given(words));
        assertEquals(ExitCode.BAD_FEATURE, ex.exitCode());
        return ex.getMessage();
    }

    @Test
    void shouldTakeWhatAsksForNothingElse()
    {
        given("--debug", "--insecure-transport", "--insecure-skip-tls-verify", "--insecure-discovery=false", "--max-request-bytes=100",
            "--max-recv-bytes", "100", "--cacert=", "--keepalive-time=1s", "--keepalive-timeout=2s");
        assertEquals("invalid argument \"x\" for \"--keepalive-time\" flag",
            assertThrows(CtlException.class, () -> given("--keepalive-time=x")).getMessage());
    }

    @Test
    void shouldRefuseByNameWhatItCannotGive()
    {
        for (final String name : List.of("cacert", "cert", "key", "auth-jwt-token", "discovery-srv", "discovery-srv-name"))
        {
            assertTrue(refusal("--" + name, "x").startsWith("--" + name + " is not supported: "), refusal("--" + name, "x"));
        }
        assertTrue(refusal("-d", "x").startsWith("--discovery-srv is"));
        assertEquals("--insecure-transport=false is not supported: the native protocol has no TLS", refusal("--insecure-transport=false"));
        final Flags fromEnvironment = GlobalFlags.declare(new Flags());
        GlobalFlags.applyEnvironment(fromEnvironment, Map.of("TBCTL_CERT", "file", "ETCDCTL_ENDPOINTS", "other:2379"));
        assertEquals("127.0.0.1:2479", fromEnvironment.get("endpoints"));
        assertThrows(CtlException.class, () -> GlobalFlags.settle(fromEnvironment));
        final Flags mirror = new Flags();
        Commands.of("make-mirror").declare(mirror);
        mirror.parse(List.of("--dest-key", "x"));
        assertTrue(assertThrows(CtlException.class, () -> TlsFlags.refuse(mirror, "dest-")).getMessage().startsWith("--dest-key is"));
    }

    @Test
    void shouldTakeJsonForItsLongForm()
    {
        assertEquals("simple", given().get("write-out"));
        assertEquals("json", given("--json").get("write-out"));
        assertEquals("table", given("--json=false", "-w", "table").get("write-out"));
    }

    /** As etcdctl: it asks after the one time, and waits for the other. */
    @Test
    void shouldGiveANodeUpAfterBothKeepaliveTimes()
    {
        assertEquals(0, GlobalFlags.silenceMs(given()));
        assertEquals(3_000, GlobalFlags.silenceMs(given("--keepalive-time=1s", "--keepalive-timeout=2s")));
        assertEquals(7_000, GlobalFlags.silenceMs(given("--keepalive-time=1s")));
        assertEquals(30, GlobalFlags.silenceMs(given("--keepalive-time=1ms", "--keepalive-timeout=1ms")));
    }

    /** Each word has a command, and no command has a flag that is everybody's, or a letter twice. */
    @Test
    void shouldKnowACommandForEachWord()
    {
        for (final String name : Commands.NAMES)
        {
            final Command command = Commands.of(name);
            assertNotNull(command, name);
            final Set<String> seen = new HashSet<>();
            final Flags globals = GlobalFlags.declare(new Flags());
            final Flags own = new Flags();
            command.declare(own);
            final List<Flag> all = new ArrayList<>();
            globals.all().forEach(all::add);
            own.all().forEach(all::add);
            for (final Flag flag : all)
            {
                assertTrue(seen.add("--" + flag.name), () -> name + " --" + flag.name);
                assertTrue(flag.shorthand == 0 || seen.add("-" + flag.shorthand), () -> name + " -" + flag.shorthand);
            }
        }
        assertEquals(Commands.NAMES.stream().sorted().toList(), Commands.NAMES);
        assertTrue(Commands.isGroup("member"));
        assertFalse(Commands.isGroup("get"));
    }
}
