package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.Status;

/** {@code move-leader}: asks whichever of the endpoints leads. */
public final class MoveLeaderCommand implements Command
{
    @Override
    public String usage()
    {
        return "<transferee-member-id> [flags]";
    }

    @Override
    public String summary()
    {
        return "Transfers leadership to another etcd cluster member.";
    }

    @Override
    public int run(final Context context)
    {
        if (context.arguments().size() != 1)
        {
            throw Words.badArgs("move-leader command needs 1 argument");
        }
        final long targetId = Words.memberId(context.arguments().get(0));
        for (final String endpoint : context.endpoints())
        {
            try (NodeLink node = context.connect(endpoint))
            {
                final Status status = node.status();
                if (status.isLeader())
                {
                    node.members(MemberOperation.MOVE_LEADER, targetId, null);
                    context.out().print("Leadership transferred from " + Long.toHexString(status.leaderId()) + " to " +
                        Long.toHexString(targetId) + "\n");
                    return ExitCode.SUCCESS;
                }
            }
        }
        throw new CtlException(ExitCode.BAD_ARGS, "no leader endpoint given at " + context.endpoints());
    }
}
