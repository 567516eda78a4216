package io.tourbillon.tools.etcd;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a start was given: by etcd's command line, read as Go's flag package reads it, by {@code ETCD_*} of the environment, or by a
 * configuration file, which is all that counts if there is one. A flag wins over the environment. Read by hand and without the libraries of
 * command lines, whose classes are a good part of a start.
 */
final class EtcdCommandLine
{
    private static final String PREFIX = "ETCD_";
    private static final String CONFIG_FILE = "config-file";
    private static final String VERSION = "version";
    /** This project's own secret: etcd's files do not know it. */
    private static final String KEY_FILE = "cluster-key-file";

    private final Map<String, String> values = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private boolean isHelpWanted;

    private EtcdCommandLine()
    {
    }

    /**
     * Reads all there is, the configuration file among it.
     *
     * @param words       of the command line.
     * @param environment of the process.
     * @return what was given.
     * @throws EtcdException with etcd's words if it cannot be.
     */
    static EtcdCommandLine parse(final String[] words, final Map<String, String> environment)
    {
        final EtcdCommandLine line = new EtcdCommandLine();
        line.readWords(words);
        if (line.isHelpWanted || line.isVersionWanted())
        {
            return line;
        }
        final String configFile = line.values.getOrDefault(CONFIG_FILE, environment.getOrDefault(PREFIX + "CONFIG_FILE", ""));
        line.readEnvironment(environment, configFile.isEmpty());
        if (!configFile.isEmpty())
        {
            line.readFile(configFile);
        }
        return line;
    }

    private void readWords(final String[] words)
    {
        int i = 0;
        while (i < words.length && !isHelpWanted)
        {
            final String word = words[i];
            if (word.equals("--") && i + 1 == words.length)
            {
                return;
            }
            if (word.length() < 2 || word.charAt(0) != '-' || word.equals("--"))
            {
                throw EtcdException.ofVerify("error verifying flags, '" + words[word.equals("--") ? i + 1 : i] +
                    "' is not a valid flag. See 'etcd --help'.");
            }
            i += 1 + take(word, i + 1 < words.length ? words[i + 1] : null);
        }
    }

    /** Takes a flag with its value: how many words behind it that was. */
    private int take(final String word, final String next)
    {
        final String text = word.substring(word.startsWith("--") ? 2 : 1);
        if (text.isEmpty() || text.charAt(0) == '-' || text.charAt(0) == '=')
        {
            throw EtcdException.ofFlag("bad flag syntax: " + word);
        }
        final int equalsAt = text.indexOf('=');
        final String name = equalsAt < 0 ? text : text.substring(0, equalsAt);
        final EtcdFlag flag = EtcdFlags.ofName(name);
        if (flag == null)
        {
            isHelpWanted = name.equals("h") || name.equals("help");
            if (isHelpWanted)
            {
                return 0;
            }
            throw EtcdException.ofFlag("flag provided but not defined: -" + name);
        }
        final boolean isNext = equalsAt < 0 && !flag.isBool();
        if (isNext && next == null)
        {
            throw EtcdException.ofFlag("flag needs an argument: -" + name);
        }
        set(flag, isNext ? next : equalsAt < 0 ? "true" : text.substring(equalsAt + 1), "-" + name);
        return isNext ? 1 : 0;
    }

    private void set(final EtcdFlag flag, final String value, final String told)
    {
        try
        {
            values.put(flag.name(), flag.normalized(value));
        }
        catch (final IllegalArgumentException ex)
        {
            throw EtcdException.ofFlag("invalid " + (flag.isBool() ? "boolean " : "") + "value \"" + value + "\" for " +
                (flag.isBool() ? "" : "flag ") + told + ": " + ex.getMessage());
        }
    }

    /** In the order of their names, so that warnings come in the same order each time. */
    private void readEnvironment(final Map<String, String> environment, final boolean isAll)
    {
        for (final Map.Entry<String, String> variable : new TreeMap<>(environment).entrySet())
        {
            final String name = variable.getKey();
            if (name.startsWith(PREFIX) && !variable.getValue().isEmpty())
            {
                readVariable(name, variable.getValue(), isAll);
            }
        }
    }

    private void readVariable(final String variable, final String value, final boolean isAll)
    {
        final EtcdFlag flag =
            EtcdFlags.ofName(variable.substring(PREFIX.length()).toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
        if (flag == null || flag.name().equals(VERSION))
        {
            warnings.add("unrecognized environment variable " + variable + "=" + value);
        }
        else if (values.containsKey(flag.name()))
        {
            warnings.add("recognized environment variable " + variable + ", but unused: shadowed by corresponding flag");
        }
        else if (isAll || flag.name().equals(KEY_FILE))
        {
            try
            {
                values.put(flag.name(), flag.normalized(value));
            }
            catch (final IllegalArgumentException ex)
            {
                throw EtcdException.ofVerify("invalid value \"" + value + "\" for " + variable + ": " + ex.getMessage());
            }
        }
    }

    private void readFile(final String configFile)
    {
        final String keyFile = values.get(KEY_FILE);
        values.clear();
        if (keyFile != null)
        {
            values.put(KEY_FILE, keyFile);
        }
        EtcdConfigFile.read(Path.of(configFile), warnings).forEach((name, value) ->
        {
            final EtcdFlag flag = EtcdFlags.ofName(name);
            try
            {
                values.put(flag.name(), flag.normalized(value));
            }
            catch (final IllegalArgumentException ex)
            {
                throw EtcdException.ofVerify("error verifying flags, " + configFile + ": " + name + ": " + ex.getMessage());
            }
        });
    }

    boolean isHelpWanted()
    {
        return isHelpWanted;
    }

    boolean isVersionWanted()
    {
        return "true".equals(values.get(VERSION));
    }

    /** Whether it was given at all. */
    boolean isGiven(final String name)
    {
        return values.containsKey(name);
    }

    /** The value given, or the flag's default. */
    String value(final String name)
    {
        return values.getOrDefault(name, EtcdFlags.ofName(name).byDefault());
    }

    /** Those that were given, in the order in which they were. */
    Iterable<String> names()
    {
        return values.keySet();
    }

    /** What is odd about how they were given. */
    List<String> warnings()
    {
        return warnings;
    }
}
