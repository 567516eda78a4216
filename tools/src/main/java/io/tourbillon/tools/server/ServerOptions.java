package io.tourbillon.tools.server;

import io.tourbillon.transport.aeron.NodeOption;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;

/**
 * The launcher's command line: {@code --name value} and {@code --name=value} of each {@link NodeOption}. Read by hand, not by picocli: its
 * classes are in a format too old for a class-data archive, and loading some 230 of them is a good part of a start. It prints the help.
 */
final class ServerOptions
{
    static final String CONFIG_FILE = "config-file";

    private final Predicate<String> isKnown;
    private final Map<String, String> given = new LinkedHashMap<>();
    private boolean isHelpWanted;
    private boolean isVersionWanted;

    /**
     * @throws IllegalArgumentException if a word is no option, an option has no value, or is given twice.
     */
    ServerOptions(final String... words)
    {
        this((name) -> NodeOption.ofKey(name) != null, words);
    }

    /**
     * @param isKnown tells by its name without dashes whether there is an option, besides the config file.
     * @throws IllegalArgumentException if a word is no option, an option has no value, or is given twice.
     */
    ServerOptions(final Predicate<String> isKnown, final String... words)
    {
        this.isKnown = isKnown;
        for (int i = 0; i < words.length; i++)
        {
            switch (words[i])
            {
                case "-h", "--help" -> isHelpWanted = true;
                case "--version" -> isVersionWanted = true;
                default -> i += take(words[i], i + 1 < words.length ? words[i + 1] : null);
            }
        }
    }

    /** Takes an option with its value: how many words behind it that was. */
    private int take(final String word, final String next)
    {
        final int equalsAt = word.indexOf('=');
        final String name = equalsAt < 0 ? word : word.substring(0, equalsAt);
        if (!isOption(name))
        {
            throw new IllegalArgumentException("unknown option: " + word);
        }
        final boolean isNext = equalsAt < 0;
        final String value = isNext ? next : word.substring(equalsAt + 1);
        if (value == null || isNext && value.startsWith("--"))
        {
            throw new IllegalArgumentException("option " + name + " has no value");
        }
        if (given.put(name.substring(2), value) != null)
        {
            throw new IllegalArgumentException("option " + name + " is given twice");
        }
        return isNext ? 1 : 0;
    }

    private boolean isOption(final String name)
    {
        return name.startsWith("--") && (name.equals("--" + CONFIG_FILE) || isKnown.test(name.substring(2)));
    }

    boolean isHelpWanted()
    {
        return isHelpWanted;
    }

    boolean isVersionWanted()
    {
        return isVersionWanted;
    }

    /**
     * The settings by key: those of the config file, and over them those of the command line.
     *
     * @throws IOException if the config file cannot be read.
     */
    Map<String, String> settings() throws IOException
    {
        final Map<String, String> settings = new LinkedHashMap<>();
        if (given.containsKey(CONFIG_FILE))
        {
            readFile(Path.of(given.get(CONFIG_FILE)), settings);
        }
        settings.putAll(given);
        settings.remove(CONFIG_FILE);
        return settings;
    }

    private static void readFile(final Path configFile, final Map<String, String> settings) throws IOException
    {
        final Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(configFile, StandardCharsets.UTF_8))
        {
            properties.load(reader);
        }
        for (final String key : properties.stringPropertyNames())
        {
            settings.put(key, properties.getProperty(key));
        }
    }
}
