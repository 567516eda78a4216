package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
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

    /** Keys, and how many clients they are from. */
    private record Load(int keys, int clients)
    {
        static Load of(final String name)
        {
            return switch (name)
            {
                case "s", "small" -> new Load(10_000, 50);
                case "m", "medium" -> new Load(100_000, 100);
                case "l", "large" -> new Load(1_000_000, 200);
                case "xl", "xLarge" -> new Load(3_000_000, 500);
                default -> throw new CtlException(ExitCode.BAD_FEATURE, "unknown load option " + name);
            };
        }
    }

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
        final Load load = Load.of(context.flags().get("load"));
        final String prefix = context.flags().get("prefix");
        if (prefix.isEmpty())
        {
            throw Words.badArgs("--prefix must not be empty");
        }
        context.out().print("Start data scale check for work load [" + load.keys() + " key-value pairs, 1024 bytes per key-value, " +
            load.clients() + " concurrent clients].\n");
        context.out().flush();
        try (NodeLink node = context.connect(context.endpoints().get(0)))
        {
            PutLoad.requireEmpty(node, prefix);
            final long bytesBefore = node.status().dbSizeInUse();
            final PutLoad puts = new PutLoad(node, prefix, load.clients());
            puts.runCounted(load.keys());
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
