package io.tourbillon.perf.store;

import io.tourbillon.perf.Tool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code perf/bin/store}. */
@Command(name = "store", mixinStandardHelpOptions = true,
    description = "What the store costs in bytes and in stalls. Each scenario prints a markdown table. Exit code 1: void.",
    subcommands = {
        BytesPerKey.class, CheckpointStall.class, Overwrite.class, ApplyBound.class, Watchers.class, Versions.class, Compaction.class,
        OpenTime.class, BytesWritten.class})
public final class StoreTool implements Runnable
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
        Tool.run(new StoreTool(), args);
    }

    @Override
    public void run()
    {
        throw new ParameterException(spec.commandLine(), "which scenario? --help lists them");
    }
}
