package io.tourbillon.transport.etcd.fuzz;

import io.netty.util.ResourceLeakDetector;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * What must not happen in the process meanwhile: an exception that a thread does not catch, a warning of gRPC's or Netty's (an exception
 * that nobody has handled, a buffer that nobody has released). Of the whole process: one at a time.
 */
final class Troubles implements AutoCloseable
{
    /** Of gRPC's server about its clients: of frames and headers that it cannot read, whose streams it ends. */
    private static final String OF_CLIENTS = "io.grpc.netty.NettyServer";
    private static final List<String> CAUSED_BY_CLIENTS =
        List.of("Exception processing message", "Stream Error", "Exception in onHeadersRead()");
    private static final int TOLD_MAX = 20;

    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private final Thread.UncaughtExceptionHandler handlerBefore = Thread.getDefaultUncaughtExceptionHandler();
    private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
    private final List<Logger> loggers = List.of(Logger.getLogger("io.grpc"), Logger.getLogger("io.netty"));
    private final Handler handler = new Handler()
    {
        @Override
        public void publish(final LogRecord record)
        {
            if (record.getLevel().intValue() >= Level.WARNING.intValue() && !isOfClients(record))
            {
                note(record.getLoggerName() + ": " + record.getMessage(), record.getThrown());
            }
        }

        @Override
        public void flush()
        {
            // nothing waits
        }

        @Override
        public void close()
        {
            // nothing is open
        }
    };

    Troubles()
    {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> note("not caught on thread " + thread.getName(), error));
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        loggers.forEach(logger -> logger.addHandler(handler));
        loggers.forEach(logger -> logger.setUseParentHandlers(false));
    }

    private static boolean isOfClients(final LogRecord record)
    {
        return String.valueOf(record.getLoggerName()).startsWith(OF_CLIENTS) &&
            (record.getThrown() == null || CAUSED_BY_CLIENTS.contains(record.getMessage()));
    }

    void note(final String what, final Throwable cause)
    {
        final StringBuilder text = new StringBuilder(what);
        for (Throwable each = cause; each != null; each = each.getCause())
        {
            text.append("\n  ").append(each);
            for (int i = 0; i < Math.min(TOLD_MAX, each.getStackTrace().length); i++)
            {
                text.append("\n    at ").append(each.getStackTrace()[i]);
            }
        }
        seen.add(text.toString());
    }

    /** Fails if something has happened. */
    void requireNone(final Object when)
    {
        if (!seen.isEmpty())
        {
            throw new AssertionError(when + "\n" + String.join("\n", seen.stream().limit(TOLD_MAX).toList()));
        }
    }

    @Override
    public void close()
    {
        loggers.forEach(logger -> logger.removeHandler(handler));
        loggers.forEach(logger -> logger.setUseParentHandlers(true));
        ResourceLeakDetector.setLevel(levelBefore);
        Thread.setDefaultUncaughtExceptionHandler(handlerBefore);
    }
}
