package io.tourbillon.tools;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Lets the libraries below us speak only when something is wrong, and on stderr only. */
public final class QuietLogging
{
    /**
     * What gRPC's server tells of each frame of a client's that it cannot read, with a stack: anybody could fill the log. Held here: the
     * JDK forgets the level of a logger that nobody holds.
     */
    private static final List<Logger> OF_CLIENTS =
        List.of(Logger.getLogger("io.grpc.netty.NettyServerStream"), Logger.getLogger("io.grpc.netty.NettyServerHandler"));

    private QuietLogging()
    {
    }

    /**
     * The same, but that the records go elsewhere than to stderr.
     *
     * @param told hears each record's logger and its words, those of what was thrown among them; on the thread that logs.
     */
    public static void install(final BiConsumer<String, String> told)
    {
        if (System.getProperty("java.util.logging.config.file") != null)
        {
            return;
        }
        OF_CLIENTS.forEach(logger -> logger.setLevel(Level.SEVERE));
        final Logger root = Logger.getLogger("");
        for (final Handler handler : root.getHandlers())
        {
            root.removeHandler(handler);
        }
        root.addHandler(new Handler()
        {
            private final SimpleFormatter words = new SimpleFormatter();

            @Override
            public void publish(final LogRecord record)
            {
                final Throwable thrown = record.getThrown();
                told.accept(String.valueOf(record.getLoggerName()), words.formatMessage(record) + (thrown == null ? "" : ": " + thrown));
            }

            @Override
            public void flush()
            {
                // each record is told at once
            }

            @Override
            public void close()
            {
                // nothing is held
            }
        });
    }

    /** Sets the JDK's root logger to WARNING with one line a record, unless a logging config was given on the command line. */
    public static void install()
    {
        if (System.getProperty("java.util.logging.config.file") != null)
        {
            return;
        }
        System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s %3$s: %5$s%6$s%n");
        OF_CLIENTS.forEach(logger -> logger.setLevel(Level.SEVERE));
        final Logger root = Logger.getLogger("");
        for (final Handler handler : root.getHandlers())
        {
            root.removeHandler(handler);
        }
        final ConsoleHandler console = new ConsoleHandler();
        console.setLevel(Level.WARNING);
        root.addHandler(console);
        root.setLevel(Level.WARNING);
    }
}
