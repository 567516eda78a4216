package io.tourbillon.tools.ctl;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.tools.ctl.output.Printer;
import io.tourbillon.transport.client.UserPassword;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/** What a command works with. */
public final class Context
{
    private final Flags flags;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private UserPassword user;

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
        if (user == null)
        {
            user = user();
        }
        return NodeLink.open(endpoints, user, flags.durationNs("dial-timeout"), flags.durationNs("command-timeout"));
    }

    /** @return asks for passwords. */
    public Passwords passwords()
    {
        return new Passwords(in, err);
    }

    /** As etcdctl: the name is what stands before a colon, unless the password has its own flag; null = nobody. */
    private UserPassword user()
    {
        final String given = flags.get("user");
        final String password = flags.get("password");
        final int colon = password.isEmpty() ? given.indexOf(':') : -1;
        final String name = colon < 0 ? given : given.substring(0, colon);
        if (given.isEmpty())
        {
            return null;
        }
        if (name.isEmpty())
        {
            throw new CtlException(ExitCode.ERROR, ErrorCode.USER_EMPTY.message());
        }
        final char[] known = !password.isEmpty() ? password.toCharArray() :
            colon >= 0 ? given.substring(colon + 1).toCharArray() : passwords().ask("Password: ");
        try
        {
            return UserPassword.of(name, known);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new CtlException(ExitCode.BAD_CONNECTION, ErrorCode.AUTH_FAILED.message()); // nobody has such a password
        }
        finally
        {
            Arrays.fill(known, '\0');
        }
    }
}
