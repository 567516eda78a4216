package io.tourbillon.tools.ctl;

import io.tourbillon.codecs.ConnectionKey;
import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.tools.ctl.output.Printer;
import io.tourbillon.transport.client.UserPassword;
import io.tourbillon.transport.client.async.ClientOptions;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.TourbillonException;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

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
            user = user("user", "password");
        }
        return NodeLink.open(endpoints, new NodeLink.Settings(connectionKey(), user, flags.durationNs("dial-timeout"),
            flags.durationNs("command-timeout"), GlobalFlags.silenceMs(flags), flags.is("debug") ? err : null));
    }

    private ConnectionKey connectionKey()
    {
        final String file = flags.get("connection-key-file");
        try
        {
            return file.isEmpty() ? null : ConnectionKey.read(Path.of(file));
        }
        catch (final IllegalArgumentException ex)
        {
            throw new CtlException(ExitCode.IO, "--connection-key-file=" + file + ": " + ex.getMessage());
        }
    }

    /** @return asks for passwords. */
    public Passwords passwords()
    {
        return new Passwords(in, err);
    }

    /** As etcdctl: the name is what stands before a colon, unless the password has its own flag; null = nobody. */
    private UserPassword user(final String userFlag, final String passwordFlag)
    {
        final String given = flags.get(userFlag);
        final String password = flags.get(passwordFlag);
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

    /**
     * Connects to the first of the endpoints that answers, by futures: for commands that wait for what others do.
     *
     * @return the client.
     * @throws CtlException if none answers.
     */
    public TourbillonAsyncClient client()
    {
        return client(flags.get("endpoints"), "user", "password");
    }

    /**
     * Connects to the first of some endpoints that answers, by futures.
     *
     * @param endpoints    separated by commas.
     * @param userFlag     name of the flag with the user.
     * @param passwordFlag name of the flag with the password.
     * @return the client.
     * @throws CtlException if none answers.
     */
    public TourbillonAsyncClient client(final String endpoints, final String userFlag, final String passwordFlag)
    {
        final Duration dialTimeout = Duration.ofNanos(flags.durationNs("dial-timeout"));
        final ClientOptions options = new ClientOptions()
            .endpoint(endpoints)
            .connectTimeout(dialTimeout.multipliedBy(endpoints.split(",").length))
            .requestTimeout(Duration.ofNanos(Math.max(1_000_000, flags.durationNs("command-timeout"))));
        final UserPassword who = user(userFlag, passwordFlag);
        if (who != null)
        {
            options.user(who);
        }
        options.context().clientName("tbctl").connectionKey(connectionKey()).connectTimeoutMs(Math.max(1, dialTimeout.toMillis()));
        if (GlobalFlags.silenceMs(flags) > 0)
        {
            options.context().silenceMs(GlobalFlags.silenceMs(flags));
        }
        try
        {
            return TourbillonAsyncClient.connect(options);
        }
        catch (final IllegalArgumentException ex)
        {
            throw new CtlException(ExitCode.BAD_ARGS, ex.getMessage());
        }
        catch (final TourbillonException ex)
        {
            throw new CtlException(ExitCode.BAD_CONNECTION, ex.getMessage());
        }
    }

    /**
     * Waits for an answer.
     *
     * @param future that ends by itself.
     * @param <T>    of the answer.
     * @return the answer.
     * @throws CtlException with what it failed with.
     */
    public static <T> T await(final CompletableFuture<T> future)
    {
        try
        {
            return future.join();
        }
        catch (final CompletionException ex)
        {
            final Throwable cause = ex.getCause();
            final boolean isUnreachable = cause instanceof final TourbillonException refused && refused.code() == ErrorCode.NOT_CONNECTED;
            throw new CtlException(isUnreachable ? ExitCode.BAD_CONNECTION : ExitCode.ERROR, cause.getMessage());
        }
    }
}
