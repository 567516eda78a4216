package io.tourbillon.tools.ctl;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The flags of every command, before or after its word, and from the environment: {@code TBCTL_ENDPOINTS} and so on. */
final class GlobalFlags
{
    private static final String ENVIRONMENT_PREFIX = "TBCTL_";

    private GlobalFlags()
    {
    }

    static Flags declare(final Flags flags)
    {
        return flags
            .duration("command-timeout", "5s", "Timeout for short running command (excluding dial timeout)")
            .text("connection-key-file", (char)0, "", "File with the secret that clients must prove to know, if the nodes have one")
            .duration("dial-timeout", "2s", "Dial timeout for client connections")
            .text("endpoints", (char)0, "127.0.0.1:2479",
                "Nodes, separated by commas: host:port, or ipc:DIRECTORY of a node's media driver")
            .bool("help", 'h', "Help for the command")
            .bool("hex", "Print byte strings as hex encoded strings")
            .text("password", (char)0, "", "Password for authentication (if this is used, --user is the name alone)")
            .text("user", (char)0, "", "username[:password] for authentication (prompt if password is not supplied)")
            .text("write-out", 'w', "simple", "Set the output format (fields, json, simple, table)");
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
