package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.Member;

import java.util.List;

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
        flags.bool("cluster", "use all endpoints from the cluster member list");
    }

    @Override
    public int run(final Context context)
    {
        int exitCode = ExitCode.SUCCESS;
        for (final String endpoint : context.flags().is("cluster") ? ofMembers(context) : context.endpoints())
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

    private static List<String> ofMembers(final Context context)
    {
        try (NodeLink node = context.connect())
        {
            return node.members(true).members().stream().map(Member::clientUrls).filter(urls -> !urls.isEmpty())
                .map(urls -> urls.get(0).replaceFirst("^[a-z]+://", "")).toList();
        }
    }
}
