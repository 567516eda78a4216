package io.tourbillon.tools.etcd;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

/** Where etcd's {@code --log-outputs} send the log. */
final class LogOutputs
{
    private LogOutputs()
    {
    }

    /**
     * @param outputs default, stderr, stdout, or files, separated by commas.
     * @return a stream into all of them; files stay open as long as the process lives.
     * @throws EtcdException if a file cannot be written.
     */
    static PrintStream open(final String outputs, final PrintStream out, final PrintStream err)
    {
        final Set<String> names = new LinkedHashSet<>();
        for (final String name : outputs.split(","))
        {
            names.add(List.of("default", "systemd/journal", "").contains(name.trim()) ? "stderr" : name.trim());
        }
        final List<OutputStream> streams = new ArrayList<>();
        for (final String name : names)
        {
            streams.add(name.equals("stderr") ? err : name.equals("stdout") ? out : open(name));
        }
        return streams.size() == 1 && streams.get(0) instanceof final PrintStream only ?
            only : new PrintStream(new Copies(streams), false, UTF_8);
    }

    private static OutputStream open(final String file)
    {
        try
        {
            return Files.newOutputStream(Path.of(file.startsWith("file://") ? file.substring(7) : file), CREATE, APPEND);
        }
        catch (final IOException ex)
        {
            throw EtcdException.ofVerify("couldn't open sink \"" + file + "\": " + ex);
        }
    }

    /** What is written goes to each; one that fails keeps nothing from the others. */
    private static final class Copies extends OutputStream
    {
        private final List<OutputStream> streams;

        Copies(final List<OutputStream> streams)
        {
            this.streams = streams;
        }

        @Override
        public void write(final int next) throws IOException
        {
            write(new byte[]{(byte)next}, 0, 1);
        }

        @Override
        public void write(final byte[] bytes, final int offset, final int length) throws IOException
        {
            IOException failure = null;
            for (final OutputStream stream : streams)
            {
                try
                {
                    stream.write(bytes, offset, length);
                    stream.flush();
                }
                catch (final IOException ex)
                {
                    failure = ex;
                }
            }
            if (failure != null)
            {
                throw failure;
            }
        }
    }
}
