package io.tourbillon.perf;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Facts of the machine that figures are worth nothing without. */
public final class Machine
{
    private Machine()
    {
    }

    /**
     * Prints processor, cores, memory, kernel, JDK, and the file system below a directory.
     *
     * @param out       to print to.
     * @param directory whose file system is told.
     */
    public static void print(final PrintStream out, final Path directory)
    {
        out.printf(Locale.ROOT, "machine: %d cores, %s, %s, Linux %s, JDK %s%n",
            Runtime.getRuntime().availableProcessors(),
            field(Path.of("/proc/cpuinfo"), "model name"),
            field(Path.of("/proc/meminfo"), "MemTotal"),
            System.getProperty("os.version"),
            System.getProperty("java.vm.version"));
        out.printf(Locale.ROOT, "files:   %s, load average %s%n", fileSystem(directory), firstLine(Path.of("/proc/loadavg")));
    }

    private static String fileSystem(final Path directory)
    {
        try
        {
            return Files.getFileStore(directory).type();
        }
        catch (final IOException ex)
        {
            return "unknown file system (" + ex.getMessage() + ")";
        }
    }

    private static String field(final Path file, final String name)
    {
        try
        {
            for (final String line : Files.readAllLines(file))
            {
                if (line.startsWith(name))
                {
                    return line.substring(line.indexOf(':') + 1).trim();
                }
            }
            return name + " unknown";
        }
        catch (final IOException ex)
        {
            return name + " unreadable";
        }
    }

    private static String firstLine(final Path file)
    {
        try
        {
            return Files.readAllLines(file).get(0);
        }
        catch (final IOException ex)
        {
            return "unreadable";
        }
    }
}
