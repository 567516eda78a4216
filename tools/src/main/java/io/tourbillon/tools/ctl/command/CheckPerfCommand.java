package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;

import java.util.Locale;

/** {@code check perf}: puts at a rate that etcdctl's loads name, for a minute, and judges by etcdctl's bounds. It deletes its keys. */
public final class CheckPerfCommand implements Command
{
    private static final double ENOUGH = 0.9;
    private static final double SLOWEST_MAX_SECONDS = 0.5;
    private static final double DEVIATION_MAX_SECONDS = 0.1;

    @Override
    public String usage()
    {
        return "[options] [flags]";
    }

    @Override
    public String summary()
    {
        return "Check the performance of the cluster";
    }

    @Override
    public void declare(final Flags flags)
    {
        declareCheck(flags, "/tbctl-check-perf/").duration("duration", "60s", "How long to put");
    }

    static Flags declareCheck(final Flags flags, final String prefix)
    {
        return flags.bool("auto-compact", "Compact storage with last revision after test is finished.")
            .bool("auto-defrag", "Accepted for etcdctl's sake: nothing needs it.")
            .text("load", (char)0, "s", "The check's workload model. Accepted workloads: s(small), m(medium), l(large), xl(xLarge)")
            .text("prefix", (char)0, prefix, "The prefix for writing the check's keys.");
    }

    @Override
    public int run(final Context context)
    {
        final CheckLoad load = CheckLoad.of(context.flags().get("load"));
        final long durationNs = context.flags().durationNs("duration");
        final String prefix = context.flags().get("prefix");
        if (prefix.isEmpty() || durationNs < 1)
        {
            throw Words.badArgs("--prefix must not be empty, --duration must be positive");
        }
        final PutLoad puts;
        try (NodeLink node = context.connect())
        {
            PutLoad.requireEmpty(node, prefix);
            puts = new PutLoad(node, prefix, load.perfClients);
            puts.runPaced(load.perSecond, durationNs);
            tidy(context, node, prefix);
        }
        return judge(context, puts, load.perSecond);
    }

    static void tidy(final Context context, final NodeLink node, final String prefix)
    {
        PutLoad.clean(node, prefix);
        if (context.flags().is("auto-compact"))
        {
            node.compact(node.status().header().revision(), true);
        }
        if (context.flags().is("auto-defrag"))
        {
            DefragCommand.defragment(context, context.endpoints().get(0));
        }
    }

    private static int judge(final Context context, final PutLoad puts, final int wanted)
    {
        boolean isGood = puts.errors().isEmpty();
        puts.errors().forEach((error, count) -> context.out().print("FAIL: ERROR(" + error + ") -> " + count + "\n"));
        final int perSecond = (int)puts.perSecond() + 1;
        final boolean isEnough = puts.perSecond() / wanted > ENOUGH;
        context.out().print(isEnough ? "PASS: Throughput is " + perSecond + " writes/s\n" :
            "FAIL: Throughput too low: " + perSecond + " writes/s\n");
        final boolean isFast = puts.slowestSeconds() <= SLOWEST_MAX_SECONDS;
        context.out().print(String.format(Locale.ROOT, isFast ? "PASS: Slowest request took %fs\n" :
            "Slowest request took too long: %fs\n", puts.slowestSeconds()));
        final boolean isEven = puts.deviationSeconds() <= DEVIATION_MAX_SECONDS;
        context.out().print(String.format(Locale.ROOT, isEven ? "PASS: Stddev is %fs\n" : "Stddev too high: %fs\n",
            puts.deviationSeconds()));
        isGood &= isEnough && isFast && isEven;
        context.out().print(isGood ? "PASS\n" : "FAIL\n");
        return isGood ? ExitCode.SUCCESS : ExitCode.ERROR;
    }
}
