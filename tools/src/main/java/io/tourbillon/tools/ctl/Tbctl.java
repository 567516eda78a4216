package io.tourbillon.tools.ctl;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Talks to a node from the shell. One thread, no logging, no class more than the command needs: a {@code get} has half a second. */
public final class Tbctl
{
    private static final int OUT_BUFFER_LENGTH = 64 * 1024;

    private Tbctl()
    {
    }

    /**
     * Runs one command and ends the process.
     *
     * @param args the command line.
     */
    public static void main(final String[] args)
    {
        final PrintStream out = new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), OUT_BUFFER_LENGTH), false, UTF_8);
        System.exit(run(args, System.in, out, System.err));
    }

    /**
     * Runs one command. Blocks.
     *
     * @param args the command line.
     * @param in   stdin.
     * @param out  stdout; flushed at the end.
     * @param err  stderr.
     * @return the exit code.
     */
    public static int run(final String[] args, final InputStream in, final PrintStream out, final PrintStream err)
    {
        try
        {
            final int exitCode = dispatch(Arrays.asList(args), in, out, err);
            out.flush();
            return exitCode == ExitCode.SUCCESS && out.checkError() ? ExitCode.IO : exitCode;
        }
        catch (final CtlException ex)
        {
            out.flush();
            err.println("Error: " + ex.getMessage());
            return ex.exitCode();
        }
        catch (final IOException ex)
        {
            out.flush();
            err.println("Error: " + ex);
            return ExitCode.IO;
        }
        catch (final Exception ex)
        {
            out.flush();
            err.println("Error: " + ex);
            if (Arrays.asList(args).contains("--debug"))
            {
                ex.printStackTrace(err);
            }
            return ExitCode.ERROR;
        }
    }

    private static int dispatch(final List<String> words, final InputStream in, final PrintStream out,
        final PrintStream err) throws Exception
    {
        final int index = GlobalFlags.commandIndex(words);
        final List<String> tail = words.subList(index, words.size());
        final String name = Commands.nameAt(tail);
        if (name == null)
        {
            return withoutCommand(words, tail, out);
        }
        final Command command = Commands.of(name);
        final List<String> rest = new java.util.ArrayList<>(words.subList(0, index));
        rest.addAll(tail.subList(Commands.wordCount(name, tail), tail.size()));
        final Flags flags = GlobalFlags.declare(new Flags());
        command.declare(flags);
        GlobalFlags.applyEnvironment(flags, System.getenv());
        flags.parse(rest);
        if (flags.is("help"))
        {
            Help.printOf(out, name, command);
            return ExitCode.SUCCESS;
        }
        GlobalFlags.settle(flags);
        return command.run(new Context(flags, in, out, err));
    }

    private static int withoutCommand(final List<String> words, final List<String> tail, final PrintStream out)
    {
        if (!tail.isEmpty() && Commands.isGroup(tail.get(0)) && (tail.size() == 1 || tail.get(1).startsWith("-")))
        {
            Help.printGroup(out, tail.get(0));
            return ExitCode.SUCCESS;
        }
        if (words.isEmpty() || words.contains("--help") || words.contains("-h"))
        {
            Help.printAll(out);
            return ExitCode.SUCCESS;
        }
        if (tail.isEmpty())
        {
            GlobalFlags.declare(new Flags()).parse(words);
            Help.printAll(out);
            return ExitCode.ERROR;
        }
        throw new CtlException(ExitCode.ERROR, "unknown command \"" + String.join(" ", tail) +
            "\" for \"tbctl\"\nRun 'tbctl --help' for usage.");
    }
}
