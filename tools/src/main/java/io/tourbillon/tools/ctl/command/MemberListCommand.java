package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.MemberAnswer;
import io.tourbillon.tools.ctl.output.Printer;

/** {@code member list}. */
public final class MemberListCommand implements Command
{
    @Override
    public String usage()
    {
        return "[flags]";
    }

    @Override
    public String summary()
    {
        return "Lists all members in the cluster";
    }

    @Override
    public int run(final Context context)
    {
        final Printer printer = context.printer();
        try (NodeLink node = context.connect())
        {
            final MemberAnswer answer = node.members(MemberOperation.LIST, 0, null);
            printer.members(answer.header(), answer.members());
        }
        return ExitCode.SUCCESS;
    }
}
