package io.tourbillon.transport.etcd.rpc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.Scram;
import io.tourbillon.transport.etcd.node.Failures;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Makes of passwords what the node may know. That takes some ten milliseconds each, so it is done on a thread of its own, which is there
 * when it is needed; a few may wait for it.
 */
final class Verifiers implements AutoCloseable
{
    private static final int WAITING_MAX = 128;
    private static final long THREAD_IDLE_S = 10;

    private final SecureRandom random = new SecureRandom();
    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
        1, 1, THREAD_IDLE_S, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING_MAX), task ->
        {
            final Thread thread = new Thread(task, "tourbillon-etcd-password");
            thread.setDaemon(true);
            return thread;
        });

    Verifiers()
    {
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Any thread; does not wait.
     *
     * @param password of at least one character.
     * @param call     that needs it: told if there are too many, or if it is no password.
     * @param next     told the verifier, on this one's thread.
     */
    void derive(final String password, final UnaryCall<?> call, final Consumer<byte[]> next)
    {
        try
        {
            executor.execute(() -> derive(password.toCharArray(), call, next));
        }
        catch (final RejectedExecutionException ignore)
        {
            call.onFailure(Failures.of(ErrorCode.TOO_MANY_REQUESTS));
        }
    }

    private void derive(final char[] password, final UnaryCall<?> call, final Consumer<byte[]> next)
    {
        final byte[] verifier;
        try
        {
            verifier = Scram.verifier(password, random);
        }
        catch (final IllegalArgumentException ignore)
        {
            call.onFailure(Failures.of(ErrorCode.AUTH_LIMIT)); // it is too long
            return;
        }
        finally
        {
            Arrays.fill(password, '\0');
        }
        next.accept(verifier);
    }

    @Override
    public void close()
    {
        executor.shutdownNow();
    }
}
