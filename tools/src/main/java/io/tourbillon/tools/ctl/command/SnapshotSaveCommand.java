package io.tourbillon.tools.ctl.command;

import io.tourbillon.codecs.Sha256;
import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.SnapshotSink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** {@code snapshot save}: the file has its name once it is whole, proven and durable. */
public final class SnapshotSaveCommand implements Command
{
    @Override
    public String usage()
    {
        return "<filename>";
    }

    @Override
    public String summary()
    {
        return "Stores a snapshot of a node's state to a given file";
    }

    @Override
    public int run(final Context context) throws IOException
    {
        if (context.arguments().size() != 1)
        {
            throw Words.badArgs("snapshot save expects one argument");
        }
        if (context.endpoints().size() != 1)
        {
            throw Words.badArgs("snapshot must be requested to one selected node, not multiple " + context.endpoints());
        }
        final Path path = Path.of(context.arguments().get(0)).toAbsolutePath();
        final Path part = path.resolveSibling(path.getFileName() + ".part");
        try
        {
            try (FileChannel file = FileChannel.open(
                part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING))
            {
                receive(context, file);
                file.force(true);
            }
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel folder = FileChannel.open(path.getParent(), StandardOpenOption.READ))
            {
                folder.force(true);
            }
        }
        catch (final UncheckedIOException ex)
        {
            throw ex.getCause();
        }
        finally
        {
            Files.deleteIfExists(part);
        }
        context.out().println("Snapshot saved at " + context.arguments().get(0));
        return ExitCode.SUCCESS;
    }

    private static void receive(final Context context, final FileChannel file)
    {
        final MessageDigest digest = Sha256.newDigest();
        final SnapshotSink sink = (blob, isLast) ->
        {
            if (!isLast)
            {
                digest.update(blob);
            }
            else if (!MessageDigest.isEqual(blob, digest.digest()))
            {
                throw new CtlException(ExitCode.ERROR, "the snapshot did not arrive as it was sent: its SHA-256 does not match");
            }
            write(file, blob);
        };
        try (NodeLink node = context.connect())
        {
            node.snapshot(sink);
        }
    }

    private static void write(final FileChannel file, final byte[] blob)
    {
        try
        {
            final ByteBuffer bytes = ByteBuffer.wrap(blob);
            while (bytes.hasRemaining())
            {
                file.write(bytes);
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }
}
