package io.tourbillon.perf.front;

import io.tourbillon.perf.Tool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code perf/bin/front}. */
@Command(name = "front", mixinStandardHelpOptions = true,
    description = "Many watchers, sessions, leases and bad clients, and what the others notice of them. Each scenario prints a markdown " +
        "table. Exit code 1: void.",
    subcommands = {FanOut.class, Bystanders.class, LeaseStorm.class, Hostile.class, Steady.class, BroadcastCost.class,
        LongRange.class, Connections.class})
public final class FrontTool implements Runnable
{
    @Spec
    private CommandSpec spec;

    /**
     * Runs it.
     *
     * @param args scenario and options.
     */
    public static void main(final String[] args)
    {
        Tool.run(new FrontTool(), args);
    }

    @Override
    public void run()
    {
        throw new ParameterException(spec.commandLine(), "which scenario? --help lists them");
    }
}
