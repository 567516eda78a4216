package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;

import java.util.Locale;

/**
 * {@code check datascale}: puts as many keys as etcdctl's loads name and tells the room they take in the store, which is where this product
 * keeps them; etcdctl tells the process's memory. It deletes its keys.
 */
public final class CheckDatascaleCommand implements Command
{
    private static final double MIB = 1 << 20;

    @Override
    public String usage()
    {
        return "[options] [flags]";
    }

    @Override
    public String summary()
    {
        return "Check the room that data takes in the store for different workloads on a given server endpoint.";
    }

    @Override
    public void declare(final Flags flags)
    {
        CheckPerfCommand.declareCheck(flags, "/tbctl-check-datascale/");
    }

    @Override
    public int run(final Context context)
    {
        final CheckLoad load = CheckLoad.of(context.flags().get("load"));
        final String prefix = context.flags().get("prefix");
        if (prefix.isEmpty())
        {
            throw Words.badArgs("--prefix must not be empty");
        }
        context.out().print("Start data scale check for work load [" + load.keys + " key-value pairs, 1024 bytes per key-value, " +
            load.scaleClients + " concurrent clients].\n");
        context.out().flush();
        try (NodeLink node = context.connect(context.endpoints().get(0)))
        {
            PutLoad.requireEmpty(node, prefix);
            final long bytesBefore = node.status().dbSizeInUse();
            final PutLoad puts = new PutLoad(node, prefix, load.scaleClients);
            puts.runCounted(load.keys);
            final long bytesUsed = node.status().dbSizeInUse() - bytesBefore;
            CheckPerfCommand.tidy(context, node, prefix);
            if (!puts.errors().isEmpty())
            {
                context.out().print("FAIL: too many errors\n");
                puts.errors().forEach((error, count) -> context.out().print("FAIL: ERROR(" + error + ") -> " + count + "\n"));
                return ExitCode.ERROR;
            }
            context.out().print(String.format(Locale.ROOT, "PASS: Approximate store space used : %.2f MB.\n", bytesUsed / MIB));
            return ExitCode.SUCCESS;
        }
    }
}
