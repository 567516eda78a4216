package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.tree.Exporter;

import java.io.IOException;
import java.nio.file.Path;

import static java.nio.charset.StandardCharsets.UTF_8;

/** {@code export}. */
public final class ExportCommand implements Command
{
    @Override
    public String usage()
    {
        return "<prefix> <directory> [flags]";
    }

    @Override
    public String summary()
    {
        return "Writes every key under a prefix as a file below a directory";
    }

    @Override
    public int run(final Context context) throws IOException
    {
        if (context.arguments().size() != 2)
        {
            throw Words.badArgs("export command needs two arguments: prefix and directory");
        }
        try (NodeLink node = context.connect())
        {
            return new Exporter(node, context.arguments().get(0).getBytes(UTF_8), context.err())
                .run(Path.of(context.arguments().get(1)), context.out());
        }
    }
}
