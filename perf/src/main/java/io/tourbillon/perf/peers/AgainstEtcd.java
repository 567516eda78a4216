package io.tourbillon.perf.peers;

import io.tourbillon.perf.Machine;
import io.tourbillon.perf.Tool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code perf/bin/against-etcd}: the same work on an etcd and on us, in turns. */
@Command(name = "against-etcd", mixinStandardHelpOptions = true, sortOptions = false, usageHelpWidth = 140,
    description = "The same work on an etcd and on us, in turns A B B A, same durability, same directory; " +
        "prints the ratios with their spread. " +
        "Exit code 1: a run was void.")
public final class AgainstEtcd implements Callable<Integer>
{
    private static final List<Side> ORDER = List.of(Side.TOURBILLON, Side.ETCD, Side.ETCD, Side.TOURBILLON);

    @Option(names = "--durability", split = ",", defaultValue = "fsync",
        description = "fsync (etcd's default and ours), none (etcd: --unsafe-no-fsync), or both. Default: ${DEFAULT-VALUE}")
    private List<String> durabilities;

    @Mixin
    private BlockOptions options;

    /**
     * Runs it.
     *
     * @param args options.
     */
    public static void main(final String[] args)
    {
        Tool.run(new AgainstEtcd(), args);
    }

    @Override
    public Integer call() throws IOException
    {
        Machine.print(System.out, options.directory());
        boolean isSound = true;
        for (final String durability : durabilities)
        {
            final Comparison comparison = new Comparison(durability, options.windows());
            for (final Side side : ORDER)
            {
                comparison.add(side, new Block(side, durability, options).run(System.out));
            }
            for (final String workload : options.workloads())
            {
                comparison.print(System.out, workload);
            }
            isSound &= comparison.isSound(options.workloads());
        }
        System.out.println(isSound ? "\nevery run was sound" : "\nVOID: at least one run cannot be used");
        return isSound ? 0 : 1;
    }
}
