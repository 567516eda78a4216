package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.tree.Importer;

import java.io.IOException;
import java.nio.file.Path;

/** {@code import}. */
public final class ImportCommand implements Command
{
    private static final int IN_FLIGHT_DEFAULT = 256;
    private static final int IN_FLIGHT_MAX = 1024;

    @Override
    public String usage()
    {
        return "[options] <directory> [flags]";
    }

    @Override
    public String summary()
    {
        return "Puts every file of a directory: its path is the key, its bytes are the value";
    }

    @Override
    public void declare(final Flags flags)
    {
        flags.text("prefix", (char)0, "", "Put before each path to make the key")
            .number("in-flight", "Unanswered puts at most, up to " + IN_FLIGHT_MAX + " (0 = " + IN_FLIGHT_DEFAULT + ")")
            .bool("verbose", 'v', "Print each key as it is acknowledged");
    }

    @Override
    public int run(final Context context) throws IOException
    {
        if (context.arguments().size() != 1)
        {
            throw Words.badArgs("import command needs one argument: the directory");
        }
        final long inFlight = context.flags().number("in-flight");
        if (inFlight < 0 || inFlight > IN_FLIGHT_MAX)
        {
            throw Words.badArgs("--in-flight must be in [0, " + IN_FLIGHT_MAX + "]");
        }
        try (NodeLink node = context.connect())
        {
            return new Importer(node, context.flags().get("prefix"), inFlight == 0 ? IN_FLIGHT_DEFAULT : (int)inFlight,
                context.flags().is("verbose") ? context.out() : null, context.err())
                .run(Path.of(context.arguments().get(0)), context.out());
        }
    }
}
