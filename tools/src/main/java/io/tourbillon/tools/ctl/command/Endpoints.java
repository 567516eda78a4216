package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;

import java.util.List;

/** Whom a command asks that asks each node for itself: the endpoints given, or with {@code --cluster} those of all members. */
final class Endpoints
{
    private Endpoints()
    {
    }

    static Flags declare(final Flags flags)
    {
        return flags.bool("cluster", "use all endpoints from the cluster member list");
    }

    /** Of a command that takes no arguments. */
    static List<String> of(final Context context, final String command)
    {
        if (!context.arguments().isEmpty())
        {
            throw Words.badArgs(command + " command accepts no arguments");
        }
        return context.flags().is("cluster") ? ofMembers(context) : context.endpoints();
    }

    private static List<String> ofMembers(final Context context)
    {
        try (NodeLink node = context.connect())
        {
            return node.members(true).members().stream().flatMap(member -> member.clientUrls().stream())
                .filter(url -> !url.contains("://")).toList();
        }
        catch (final CtlException ex)
        {
            throw new CtlException(ex.exitCode(), "failed to fetch endpoints from the cluster's member list: " + ex.getMessage());
        }
    }
}
