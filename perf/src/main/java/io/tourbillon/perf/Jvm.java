package io.tourbillon.perf;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that starts another JVM like this one: the same java, class path and flags, but a heap of its own. */
public final class Jvm
{
    private Jvm()
    {
    }

    /**
     * @param heap  flags of its heap, such as -Xmx1g.
     * @param main  to run.
     * @param arguments of it.
     * @return a command for {@link ChildProcess#start}.
     */
    public static List<String> command(final List<String> heap, final Class<?> main, final List<String> arguments)
    {
        final List<String> flags = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
        flags.removeIf((flag) -> flag.startsWith("-Xm") || flag.startsWith("-agentlib") || flag.startsWith("-javaagent") ||
            flag.startsWith("-XX:+Use") || flag.startsWith("-XX:MaxDirect") || flag.startsWith("-ea"));
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(heap);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return command;
    }
}
