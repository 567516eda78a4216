package io.tourbillon.transport.aeron;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A node in a process of its own, to be killed. One thread at a time. */
public final class NodeProcess implements AutoCloseable
{
    private static final String READY = "READY";
    private final Process process;
    private final Path output;

    private NodeProcess(final Process process, final Path output)
    {
        this.process = process;
        this.output = output;
    }

    /**
     * The other process.
     *
     * @param args options as key=value.
     */
    public static void main(final String[] args)
    {
        final NodeConfig config = new NodeConfig();
        for (final String arg : args)
        {
            config.set(NodeOption.ofKey(arg.substring(0, arg.indexOf('='))), arg.substring(arg.indexOf('=') + 1));
        }
        Node.launch(config, new NodeEvents()
        {
            @Override
            public void onReady()
            {
                System.out.println(READY);
            }

            @Override
            public void onFatal(final String message, final Throwable cause)
            {
                System.out.println("FATAL " + message);
                Runtime.getRuntime().halt(1);
            }
        });
    }

    /** Starts a node and waits until it serves. */
    static NodeProcess start(final NodeConfig config, final Path output) throws IOException
    {
        final NodeProcess started = launch(config, output, List.of(), List.of());
        try
        {
            Await.until(() -> "the node to be ready:\n" + started.output(), () -> !started.isAlive() || started.isReady());
            if (!started.isAlive())
            {
                throw new AssertionError("the node has ended:\n" + started.output());
            }
            return started;
        }
        catch (final AssertionError ex)
        {
            started.kill();
            throw ex;
        }
    }

    /**
     * Starts a node and does not wait for it.
     *
     * @param config  its settings.
     * @param output  what it says; replaced.
     * @param prefix  of the command: where it runs.
     * @param options of the JVM, beside this one's.
     * @return the process.
     * @throws IOException if it cannot be started.
     */
    public static NodeProcess launch(
        final NodeConfig config, final Path output, final List<String> prefix, final List<String> options) throws IOException
    {
        final List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments())
        {
            if (!argument.startsWith("-agentlib") && !argument.startsWith("-javaagent"))
            {
                command.add(argument);
            }
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), NodeProcess.class.getName()));
        for (final NodeOption option : NodeOption.values())
        {
            command.add(option.key() + "=" + config.text(option));
        }
        Files.deleteIfExists(output);
        return new NodeProcess(
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start(), output);
    }

    /** @return whether it has said that it serves. */
    public boolean isReady()
    {
        return output().contains(READY);
    }

    /** @return its id. */
    public long pid()
    {
        return process.pid();
    }

    /** @return what it has said. */
    public String output()
    {
        try
        {
            return Files.exists(output) ? Files.readString(output) : "";
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
    }

    /** @return whether it runs, or is stopped. */
    public boolean isAlive()
    {
        return process.isAlive();
    }

    /** SIGKILL, and waits for the end. */
    public void kill()
    {
        process.destroyForcibly();
        try
        {
            assert process.waitFor(20, TimeUnit.SECONDS) : "still alive";
        }
        catch (final InterruptedException ex)
        {
            throw new AssertionError(ex);
        }
    }

    @Override
    public void close()
    {
        kill();
    }
}
