package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
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
    public void declare(final Flags flags)
    {
        Words.consistency(flags);
    }

    @Override
    public int run(final Context context)
    {
        final Printer printer = context.printer();
        try (NodeLink node = context.connect())
        {
            final MemberAnswer answer = node.members(Words.isLinearizable(context.flags()));
            printer.members(answer.header(), answer.members());
        }
        return ExitCode.SUCCESS;
    }
}
