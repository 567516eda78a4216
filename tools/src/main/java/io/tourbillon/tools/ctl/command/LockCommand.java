package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;
import io.tourbillon.tools.ctl.Flags;
import io.tourbillon.transport.client.async.RangeResult;
import io.tourbillon.transport.client.async.TourbillonAsyncClient;
import io.tourbillon.transport.client.async.recipe.LeaseSession;
import io.tourbillon.transport.client.async.recipe.Mutex;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static java.nio.charset.StandardCharsets.UTF_8;

/** {@code lock}: holds a lock until SIGINT or SIGTERM, or while a command runs. */
public final class LockCommand implements Command
{
    private static final long TTL_SECONDS = 10;
    private static final File NO_INPUT = new File("/dev/null");

    @Override
    public String usage()
    {
        return "<lockname> [exec-command arg1 arg2 ...] [flags]";
    }

    @Override
    public String summary()
    {
        return "Acquires a named lock";
    }

    @Override
    public void declare(final Flags flags)
    {
        flags.number("ttl", TTL_SECONDS, "timeout for session");
    }

    @Override
    public int run(final Context context) throws IOException, InterruptedException
    {
        if (context.arguments().isEmpty())
        {
            throw Words.badArgs("lock takes a lock name argument and an optional command to execute");
        }
        final String name = context.arguments().get(0);
        final List<String> words = context.arguments().subList(1, context.arguments().size());
        final CompletableFuture<Integer> interrupted = Interruption.future();
        try (TourbillonAsyncClient client = context.client();
            LeaseSession session = Context.await(LeaseSession.open(client, Duration.ofSeconds(context.flags().number("ttl")))))
        {
            final Mutex mutex = new Mutex(session, name);
            final CompletableFuture<Long> locked = mutex.lock();
            Interruption.awaitEither(locked, interrupted);
            if (!locked.isDone())
            {
                throw new CtlException(ExitCode.ERROR, "context canceled"); // the session's end takes the key away
            }
            final long fence = Context.await(locked);
            return words.isEmpty() ? hold(context, mutex, session, interrupted) : execute(context, mutex, session, words, fence);
        }
    }

    private static int hold(
        final Context context, final Mutex mutex, final LeaseSession session, final CompletableFuture<Integer> interrupted)
    {
        final RangeResult found = Context.await(session.client().get(mutex.key()));
        if (found.first() == null)
        {
            throw new CtlException(ExitCode.ERROR, "lock lost on init");
        }
        Held.print(context, found.header(), found.first());
        Interruption.awaitEither(session.done(), interrupted);
        if (!interrupted.isDone())
        {
            throw new CtlException(ExitCode.ERROR, "session expired");
        }
        Context.await(mutex.unlock());
        return ExitCode.SUCCESS;
    }

    /** As etcdctl: without stdin. A terminal's SIGINT reaches the command, too; the lock is held until it has ended. */
    private static int execute(
        final Context context, final Mutex mutex, final LeaseSession session, final List<String> words, final long fence)
        throws IOException, InterruptedException
    {
        final ProcessBuilder builder = new ProcessBuilder(words).inheritIO().redirectInput(NO_INPUT);
        builder.environment().put("ETCD_LOCK_KEY", new String(mutex.key(), UTF_8));
        builder.environment().put("ETCD_LOCK_REV", Long.toString(fence));
        context.out().flush();
        final Process process;
        try
        {
            process = builder.start();
        }
        catch (final IOException ex)
        {
            throw new CtlException(ExitCode.ERROR, "exec: \"" + words.get(0) + "\": executable file not found in $PATH");
        }
        session.done().thenRun(() ->
        {
            if (process.isAlive())
            {
                context.err().println("Error: session expired: the lock is lost while the command runs");
            }
        });
        final int exitCode = process.waitFor();
        final boolean isLost = session.done().isDone();
        if (!isLost)
        {
            Context.await(mutex.unlock());
        }
        if (exitCode != 0)
        {
            throw new CtlException(exitCode, "exit status " + exitCode);
        }
        return isLost ? ExitCode.ERROR : ExitCode.SUCCESS;
    }
}
