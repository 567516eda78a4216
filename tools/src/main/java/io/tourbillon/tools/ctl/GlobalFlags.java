package io.tourbillon.tools.ctl;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The flags of every command, before or after its word, and from the environment: {@code TBCTL_ENDPOINTS} and so on. etcdctl's own
 * environment is not read: its endpoints are other ports.
 */
final class GlobalFlags
{
    private static final String ENVIRONMENT_PREFIX = "TBCTL_";
    private static final String KEEPALIVE_TIME = "keepalive-time";
    private static final String KEEPALIVE_TIMEOUT = "keepalive-timeout";
    private static final long SILENCE_MIN_MS = 30;

    private GlobalFlags()
    {
    }

    static Flags declare(final Flags flags)
    {
        return declareOfEtcd(flags)
            .duration("command-timeout", "5s", "Timeout for short running command (excluding dial timeout)")
            .text("connection-key-file", (char)0, "", "File with the secret that clients must prove to know, if the nodes have one")
            .bool("debug", "Tell on stderr what becomes of connections, and where an error arose")
            .duration("dial-timeout", "2s", "Dial timeout for client connections")
            .text("endpoints", (char)0, "127.0.0.1:2479",
                "Nodes, separated by commas: host:port, or ipc:DIRECTORY of a node's media driver")
            .bool("help", 'h', "Help for the command")
            .bool("hex", "Print byte strings as hex encoded strings")
            .bool("json", "Short for --write-out=json")
            .duration(KEEPALIVE_TIME, "2s", "With keepalive-timeout: silence after which a node is given up. Unset: as the node has it")
            .duration(KEEPALIVE_TIMEOUT, "6s", "See keepalive-time")
            .text("password", (char)0, "", "Password for authentication (if this is used, --user is the name alone)")
            .text("user", (char)0, "", "username[:password] for authentication (prompt if password is not supplied)")
            .text("write-out", 'w', "simple", "Set the output format (fields, json, protobuf, simple, table)");
    }

    /** What etcdctl's scripts may say: refused where something would rely on it, else without effect. */
    private static Flags declareOfEtcd(final Flags flags)
    {
        return TlsFlags.declare(flags, "")
            .text("auth-jwt-token", (char)0, "", "Refused: users log in with --user")
            .text("discovery-srv", 'd', "", "Refused: name the nodes with --endpoints")
            .text("discovery-srv-name", (char)0, "", "Refused: name the nodes with --endpoints")
            .boolTrue("insecure-discovery", "Without effect: there is no discovery")
            .bool("insecure-skip-tls-verify", "Without effect: there is no TLS")
            .number("max-recv-bytes", "Without effect: answers come in parts")
            .number("max-request-bytes", "Without effect: the node says how long a request may be");
    }

    /**
     * Judges what was given, and lets {@code --json} be what it is short for.
     *
     * @throws CtlException on a flag that asks for what there is not.
     */
    static void settle(final Flags flags)
    {
        TlsFlags.refuse(flags, "");
        TlsFlags.refuseUnlessEmpty(flags, "auth-jwt-token", "users log in with --user");
        TlsFlags.refuseUnlessEmpty(flags, "discovery-srv", "name the nodes with --endpoints");
        TlsFlags.refuseUnlessEmpty(flags, "discovery-srv-name", "name the nodes with --endpoints");
        if (flags.is("json"))
        {
            flags.putDefault("write-out", "json");
        }
    }

    /** Silence after which a node is given up, in ms; 0 = what is usual. etcdctl asks after the one time, and waits the other. */
    static long silenceMs(final Flags flags)
    {
        return !flags.has(KEEPALIVE_TIME) && !flags.has(KEEPALIVE_TIMEOUT) ? 0 :
            Math.max(SILENCE_MIN_MS, (flags.durationNs(KEEPALIVE_TIME) + flags.durationNs(KEEPALIVE_TIMEOUT)) / 1_000_000);
    }

    static void applyEnvironment(final Flags flags, final Map<String, String> environment)
    {
        for (final Flag flag : flags.all())
        {
            final String value = environment.get(ENVIRONMENT_PREFIX + flag.name.toUpperCase(Locale.ROOT).replace('-', '_'));
            if (value != null)
            {
                flags.putDefault(flag.name, value);
            }
        }
    }

    /** The position of the command's word; the number of words if there is none. */
    static int commandIndex(final List<String> words)
    {
        final Flags globals = declare(new Flags());
        int index = 0;
        while (index < words.size() && words.get(index).startsWith("-"))
        {
            index += takesNext(globals, words.get(index)) ? 2 : 1;
        }
        return Math.min(index, words.size());
    }

    private static boolean takesNext(final Flags globals, final String word)
    {
        if (word.contains("="))
        {
            return false;
        }
        for (final Flag flag : globals.all())
        {
            if (word.equals("--" + flag.name) || word.equals("-" + flag.shorthand))
            {
                return flag.kind != Flag.Kind.BOOLEAN;
            }
        }
        return false;
    }
}
