package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;

/** {@code compaction}. */
public final class CompactionCommand implements Command
{
    @Override
    public String usage()
    {
        return "[options] <revision> [flags]";
    }

    @Override
    public String summary()
    {
        return "Compacts the event history";
    }

    @Override
    public void declare(final Flags flags)
    {
        flags.bool("physical", "Wait for compaction to physically remove all old revisions");
    }

    @Override
    public int run(final Context context)
    {
        if (context.arguments().size() != 1)
        {
            throw Words.badArgs("compaction command needs 1 argument");
        }
        final long revision = revision(context.arguments().get(0));
        try (NodeLink node = context.connect())
        {
            node.compact(revision, context.flags().is("physical"));
        }
        context.out().print("compacted revision " + revision + "\n");
        return ExitCode.SUCCESS;
    }

    private static long revision(final String text)
    {
        try
        {
            return Long.parseLong(text);
        }
        catch (final NumberFormatException ex)
        {
            throw new CtlException(ExitCode.ERROR, "parsing \"" + text + "\": invalid syntax");
        }
    }
}
