package io.tourbillon.tools.ctl;

import io.tourbillon.tools.ctl.output.Printer;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;

/** What a command works with. */
public final class Context
{
    private final Flags flags;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;

    Context(final Flags flags, final InputStream in, final PrintStream out, final PrintStream err)
    {
        this.flags = flags;
        this.in = in;
        this.out = out;
        this.err = err;
    }

    /** @return the flags as given. */
    public Flags flags()
    {
        return flags;
    }

    /** @return the arguments as given. */
    public List<String> arguments()
    {
        return flags.arguments();
    }

    /** @return stdin. */
    public InputStream in()
    {
        return in;
    }

    /** @return stdout; flushed when the command ends. */
    public PrintStream out()
    {
        return out;
    }

    /** @return stderr. */
    public PrintStream err()
    {
        return err;
    }

    /** @return the printer that {@code -w} asks for. */
    public Printer printer()
    {
        return Printer.of(flags.get("write-out"), out, flags.is("hex"));
    }

    /** @return the endpoints to talk to, at least one. */
    public List<String> endpoints()
    {
        return List.of(flags.get("endpoints").split(","));
    }

    /**
     * Connects to the first of the endpoints that answers.
     *
     * @return a session on it.
     */
    public NodeLink connect()
    {
        return connect(flags.get("endpoints"));
    }

    /**
     * Connects to one of some endpoints.
     *
     * @param endpoints separated by commas.
     * @return a session on it.
     */
    public NodeLink connect(final String endpoints)
    {
        return NodeLink.open(endpoints, flags.durationNs("dial-timeout"), flags.durationNs("command-timeout"));
    }
}
