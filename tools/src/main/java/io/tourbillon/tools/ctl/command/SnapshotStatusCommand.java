package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.transport.aeron.NodeException;
import io.tourbillon.transport.aeron.SnapshotFile;

import java.io.IOException;
import java.nio.file.Path;

/** {@code snapshot status}: reads and proves the whole file. */
public final class SnapshotStatusCommand implements Command
{
    @Override
    public String usage()
    {
        return "<filename>";
    }

    @Override
    public String summary()
    {
        return "Gets the status of a given snapshot file, after proving it";
    }

    @Override
    public int run(final Context context) throws IOException
    {
        if (context.arguments().size() != 1)
        {
            throw Words.badArgs("snapshot status requires exactly one argument");
        }
        try
        {
            context.printer().snapshot(SnapshotFile.read(Path.of(context.arguments().get(0)), true));
        }
        catch (final NodeException ex)
        {
            throw new CtlException(ExitCode.ERROR, ex.getMessage());
        }
        return ExitCode.SUCCESS;
    }
}
