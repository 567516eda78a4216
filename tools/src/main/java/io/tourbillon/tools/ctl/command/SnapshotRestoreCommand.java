package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.transport.aeron.NodeConfig;
import io.tourbillon.transport.aeron.NodeException;
import io.tourbillon.transport.aeron.NodeOption;
import io.tourbillon.transport.aeron.SnapshotRestore;

import java.io.IOException;
import java.nio.file.Path;

/** {@code snapshot restore}: on the file alone, no node is asked. */
public final class SnapshotRestoreCommand implements Command
{
    @Override
    public String usage()
    {
        return "<filename> --data-dir DIR [flags]";
    }

    @Override
    public String summary()
    {
        return "Makes the data directory of a member of a new cluster from a snapshot";
    }

    @Override
    public void declare(final Flags flags)
    {
        flags.number("bump-revision", "How much to increase the latest revision after restore")
            .text("data-dir", (char)0, "", "Path to the data directory to make")
            .text("initial-cluster", (char)0, "", "Members of the new cluster: name=host:port,...; empty: this member alone")
            .text("initial-cluster-token", (char)0, NodeOption.INITIAL_CLUSTER_TOKEN.defaultValue(),
                "Tells clusters apart whose members have the same names and addresses")
            .bool("mark-compacted", "Mark the latest revision after restore as compacted (required with --bump-revision)")
            .text("name", (char)0, NodeOption.NAME.defaultValue(), "Human-readable name for this member")
            .bool("skip-hash-check", "Ignore the snapshot's SHA-256 (needed for a file copied from a data directory)");
    }

    @Override
    public int run(final Context context) throws IOException
    {
        final Flags flags = context.flags();
        final long bump = flags.number("bump-revision");
        if (context.arguments().size() != 1)
        {
            throw Words.badArgs("snapshot restore requires exactly one argument");
        }
        if (flags.get("data-dir").isEmpty())
        {
            throw Words.badArgs("--data-dir is required");
        }
        if (bump < 0 || bump > 0 != flags.is("mark-compacted"))
        {
            throw Words.badArgs("--mark-compacted is required with a positive --bump-revision, and not allowed without");
        }
        final NodeConfig config = new NodeConfig()
            .set(NodeOption.DATA_DIR, flags.get("data-dir"))
            .set(NodeOption.NAME, flags.get("name"))
            .set(NodeOption.INITIAL_CLUSTER, flags.get("initial-cluster"))
            .set(NodeOption.INITIAL_CLUSTER_TOKEN, flags.get("initial-cluster-token"));
        try
        {
            final SnapshotRestore.Restored restored =
                SnapshotRestore.restore(Path.of(context.arguments().get(0)), config, bump, !flags.is("skip-hash-check"));
            context.out().println("Snapshot restored to " + flags.get("data-dir") + ": revision " + restored.revision() +
                ", cluster " + Long.toHexString(restored.clusterId()) + ", member " + Long.toHexString(restored.memberId()));
        }
        catch (final NodeException ex)
        {
            throw new CtlException(ExitCode.ERROR, ex.getMessage());
        }
        return ExitCode.SUCCESS;
    }
}
