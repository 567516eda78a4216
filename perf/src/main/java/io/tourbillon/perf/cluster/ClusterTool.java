package io.tourbillon.perf.cluster;

import io.tourbillon.perf.Tool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code perf/bin/cluster}. */
@Command(name = "cluster", mixinStandardHelpOptions = true,
    description = "Clusters of member processes on this machine. Each scenario prints a markdown table. Exit code 1: void.",
    subcommands = {CommitShape.class, Failover.class, Recovery.class, WatchFailover.class})
public final class ClusterTool implements Runnable
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
        Tool.run(new ClusterTool(), args);
    }

    @Override
    public void run()
    {
        throw new ParameterException(spec.commandLine(), "which scenario? --help lists them");
    }
}
