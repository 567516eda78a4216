package io.tourbillon.tools.etcd;

import io.tourbillon.tools.etcd.EtcdFlag.Kind;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** etcd's configuration file: YAML with the flags' names, times in nanoseconds, those of TLS and of sockets in maps of their own. */
final class EtcdConfigFile
{
    private static final String CLIENT_SECURITY = "client-transport-security";
    private static final String PEER_SECURITY = "peer-transport-security";
    private static final String SOCKETS = "socket-options";

    private EtcdConfigFile()
    {
    }

    /**
     * @param file     to read.
     * @param warnings gets what the file says that is no flag.
     * @return values by flags' names, each of a flag that there is.
     * @throws EtcdException if it cannot be read.
     */
    static Map<String, String> read(final Path file, final List<String> warnings)
    {
        final Map<String, String> values = new LinkedHashMap<>();
        for (final Map.Entry<?, ?> entry : load(file).entrySet())
        {
            final String key = String.valueOf(entry.getKey());
            switch (key)
            {
                case CLIENT_SECURITY -> putAll(values, warnings, "", "client-", key, entry.getValue());
                case PEER_SECURITY -> putAll(values, warnings, "peer-", "peer-", key, entry.getValue());
                case SOCKETS -> putAll(values, warnings, "socket-", "", key, entry.getValue());
                default -> put(values, warnings, key, key, entry.getValue());
            }
        }
        return values;
    }

    private static Map<?, ?> load(final Path file)
    {
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8))
        {
            final Object loaded = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
            if (loaded == null)
            {
                return Map.of();
            }
            if (loaded instanceof final Map<?, ?> map)
            {
                return map;
            }
            throw fault(file + ": must be lines `name: value`");
        }
        catch (final NoSuchFileException ignore)
        {
            throw fault("open " + file + ": no such file or directory");
        }
        catch (final IOException | YAMLException ex)
        {
            throw fault(file + ": " + ex.getMessage());
        }
    }

    private static EtcdException fault(final String message)
    {
        return EtcdException.ofVerify("error verifying flags, " + message + ". See 'etcd --help'.");
    }

    private static void putAll(final Map<String, String> values, final List<String> warnings, final String prefix,
        final String allowedPrefix, final String key, final Object inner)
    {
        if (!(inner instanceof final Map<?, ?> map))
        {
            if (inner != null)
            {
                throw EtcdException.ofVerify("invalid " + key);
            }
            return;
        }
        for (final Map.Entry<?, ?> entry : map.entrySet())
        {
            final String name = String.valueOf(entry.getKey());
            final String flag = name.startsWith("allowed-") ? allowedPrefix + "cert-" + name :
                name.equals("client-crl-file") || name.equals("crl-file") ? allowedPrefix + "crl-file" : prefix + name;
            put(values, warnings, key + '.' + name, flag, entry.getValue());
        }
    }

    private static void put(
        final Map<String, String> values, final List<String> warnings, final String key, final String name, final Object value)
    {
        final EtcdFlag flag = EtcdFlags.ofName(name);
        if (flag == null || flag.use() == EtcdFlag.Use.LAUNCHER && List.of("config-file", "version").contains(name))
        {
            warnings.add("unknown key in the configuration file: " + key);
        }
        else if (value instanceof final List<?> list)
        {
            values.put(name, list.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        else if (value instanceof Number && flag.kind() == Kind.DURATION)
        {
            values.put(name, value + "ns");
        }
        else if (value != null && !(value.equals("") && flag.kind() != Kind.TEXT))
        {
            values.put(name, String.valueOf(value));
        }
    }
}
