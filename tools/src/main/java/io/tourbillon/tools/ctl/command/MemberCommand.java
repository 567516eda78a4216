package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.client.MemberOperation;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.output.MemberAnswer;

import java.util.List;
import java.util.stream.Collectors;

/** {@code member add}, {@code remove}, {@code update}, {@code promote}. */
public final class MemberCommand implements Command
{
    private final MemberOperation operation;

    /** @param operation which of them. */
    public MemberCommand(final MemberOperation operation)
    {
        this.operation = operation;
    }

    @Override
    public String usage()
    {
        return switch (operation)
        {
            case ADD -> "<memberName> [options] [flags]";
            case UPDATE -> "<memberID> [options] [flags]";
            default -> "<memberID> [flags]";
        };
    }

    @Override
    public String summary()
    {
        return switch (operation)
        {
            case ADD -> "Adds a member into the cluster";
            case REMOVE -> "Removes a member from the cluster";
            case UPDATE -> "Updates a member in the cluster";
            default -> "Promotes a non-voting member in the cluster";
        };
    }

    @Override
    public void declare(final Flags flags)
    {
        if (operation == MemberOperation.ADD)
        {
            flags.text("peer-urls", (char)0, "", "host:port where the other members will reach the new one");
            flags.bool("learner", "indicates if the new member is raft learner");
        }
        else if (operation == MemberOperation.UPDATE)
        {
            flags.text("peer-urls", (char)0, "", "host:port where the other members reach the updated one");
        }
    }

    @Override
    public int run(final Context context)
    {
        if (context.arguments().size() != 1)
        {
            throw Words.badArgs(operation == MemberOperation.ADD ? "member name not provided" : "member ID is not provided");
        }
        final String argument = context.arguments().get(0);
        final boolean hasAddress = operation == MemberOperation.ADD || operation == MemberOperation.UPDATE;
        final String address = hasAddress ? context.flags().get("peer-urls") : null;
        if (hasAddress && address.isEmpty())
        {
            throw Words.badArgs("member peer urls not provided");
        }
        final boolean isAdd = operation == MemberOperation.ADD;
        final long id = isAdd ? 0 : Words.memberId(argument);
        final MemberOperation asked = isAdd && context.flags().is("learner") ? MemberOperation.ADD_LEARNER : operation;
        try (NodeLink node = context.connect())
        {
            final MemberAnswer answer = node.members(asked, id, address);
            context.printer().memberChanged(operation, answer);
            if (isAdd && "simple".equals(context.flags().get("write-out")))
            {
                context.out().print(startLine(argument, answer));
            }
        }
        return ExitCode.SUCCESS;
    }

    /** What to start the new member with. */
    private static String startLine(final String name, final MemberAnswer answer)
    {
        final List<String> members = answer.members().stream().map((member) ->
            (member.id() == answer.memberId() ? name : member.name()) + '=' + String.join(",", member.peerUrls())).toList();
        return "\nStart it with:\ntourbillon --name=" + name +
            " --listen-peer=" + String.join(",", answer.member().peerUrls()) +
            " --initial-cluster-state=existing" +
            " --cluster-id=" + Long.toHexString(answer.header().clusterId()) +
            " --member-id=" + Long.toHexString(answer.memberId()) +
            " --initial-cluster=" + members.stream().filter((member) -> member.charAt(0) != '=').collect(Collectors.joining(",")) + "\n";
    }
}
