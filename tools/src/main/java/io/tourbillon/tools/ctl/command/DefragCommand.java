package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;

/**
 * {@code defrag}: succeeds with each member that answers, and says that there was nothing to do: pages that are free are used again, and
 * the file's free tail is given back, while the node works. Scripts written for etcd go on.
 */
public final class DefragCommand implements Command
{
    @Override
    public String usage()
    {
        return "[flags]";
    }

    @Override
    public String summary()
    {
        return "Defragments nothing, as nothing needs it; asks whether the members with given endpoints are there";
    }

    @Override
    public void declare(final Flags flags)
    {
        Endpoints.declare(flags);
    }

    @Override
    public int run(final Context context)
    {
        int exitCode = ExitCode.SUCCESS;
        for (final String endpoint : Endpoints.of(context, "defrag"))
        {
            exitCode = Math.max(exitCode, defragment(context, endpoint));
        }
        context.err().println("nothing had to be done: free space is used again, and given back, by itself");
        return exitCode;
    }

    static int defragment(final Context context, final String endpoint)
    {
        try (NodeLink node = context.connect(endpoint))
        {
            node.status();
            context.out().print("Finished defragmenting etcd member[" + endpoint + "]\n");
            return ExitCode.SUCCESS;
        }
        catch (final CtlException ex)
        {
            context.err().println("Failed to defragment etcd member[" + endpoint + "] (" + ex.getMessage() + ")");
            return ExitCode.ERROR;
        }
    }
}
