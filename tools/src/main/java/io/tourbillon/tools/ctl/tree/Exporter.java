package io.tourbillon.tools.ctl.tree;

import io.tourbillon.codecs.client.SortOrder;
import io.tourbillon.codecs.client.SortTarget;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.NodeLink;
import io.tourbillon.tools.ctl.command.KeyRange;
import io.tourbillon.tools.ctl.command.Request;
import io.tourbillon.tools.ctl.output.Answer;
import io.tourbillon.tools.ctl.output.KeyValue;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes every key under a prefix as a file: the reverse of {@link Importer}. Pages through the range at one revision, so that what is
 * written is the
 * store as it was at one moment.
 */
public final class Exporter
{
    /** Keys asked for at once: with values of 1.5 MiB at most 96 MiB are held. */
    private static final int PAGE_KEYS = 64;

    private final NodeLink node;
    private final byte[] prefix;
    private final Tally tally;

    /**
     * @param node   to read from.
     * @param prefix of the keys; not part of the files' names.
     * @param err    told what failed.
     */
    public Exporter(final NodeLink node, final byte[] prefix, final PrintStream err)
    {
        this.node = node;
        this.prefix = prefix;
        tally = new Tally(err);
    }

    /**
     * Exports to a directory, which is made if it is not there. Blocks.
     *
     * @param directory to write to.
     * @param out       told the summary.
     * @return the exit code: success only if every key became a file.
     * @throws IOException if the directory cannot be made.
     */
    public int run(final Path directory, final PrintStream out) throws IOException
    {
        Files.createDirectories(directory);
        final Path root = directory.toRealPath();
        final byte[] rangeEnd = KeyRange.ofPrefix(prefix).rangeEnd();
        byte[] from = KeyRange.ofPrefix(prefix).key();
        long revision = 0;
        Progress progress = null;
        try
        {
            boolean hasMore = true;
            while (hasMore)
            {
                final Answer.Range page = page(new KeyRange(from, rangeEnd), revision);
                revision = revision == 0 ? page.header().revision() : revision;
                progress = progress == null ? Progress.of("export", page.count()) : progress;
                for (final KeyValue kv : page.kvs())
                {
                    write(root, kv);
                    progress.step();
                }
                hasMore = page.more();
                from = hasMore ? after(page.kvs().get(page.kvs().size() - 1).key()) : from;
            }
        }
        finally
        {
            if (progress != null)
            {
                progress.close();
            }
        }
        out.print(tally.summary("exported") + "\n");
        return tally.failed() == 0 ? ExitCode.SUCCESS : ExitCode.ERROR;
    }

    private Answer.Range page(final KeyRange range, final long revision)
    {
        return node.get(new Request.Get(range, PAGE_KEYS, revision, SortOrder.NONE, SortTarget.KEY, false, false, false,
            Request.Bounds.NONE));
    }

    /** The least key that is greater. */
    private static byte[] after(final byte[] key)
    {
        return Arrays.copyOf(key, key.length + 1);
    }

    private void write(final Path root, final KeyValue kv)
    {
        final byte[] rest = Arrays.copyOfRange(kv.key(), prefix.length, kv.key().length);
        final String name = new String(kv.key(), java.nio.charset.StandardCharsets.UTF_8);
        try
        {
            final Path file = SafePath.resolve(root, rest);
            Files.createDirectories(file.getParent());
            requireInside(root, file);
            Files.write(file, kv.value());
            tally.done(kv.value().length);
        }
        catch (final SafePath.UnsafeKeyException ex)
        {
            tally.failed(name, ex.getMessage());
        }
        catch (final IOException ex)
        {
            tally.failed(name, ex.toString());
        }
    }

    /** A link that somebody left in the directory must not lead a value out of it. */
    private static void requireInside(final Path root, final Path file) throws IOException
    {
        if (!file.getParent().toRealPath().startsWith(root) || Files.isSymbolicLink(file) ||
            Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
        {
            throw new IOException(file + " is a link or not a file, or leads out of " + root);
        }
    }
}
