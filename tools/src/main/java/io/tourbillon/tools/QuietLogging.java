package io.tourbillon.tools;

import java.util.logging.ConsoleHandler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Lets the libraries below us speak only when something is wrong, and on stderr only. */
public final class QuietLogging
{
    private QuietLogging()
    {
    }

    /** Sets the JDK's root logger to WARNING with one line a record, unless a logging config was given on the command line. */
    public static void install()
    {
        if (System.getProperty("java.util.logging.config.file") != null)
        {
            return;
        }
        System.setProperty("java.util.logging.SimpleFormatter.format", "%4$s %3$s: %5$s%6$s%n");
        final Logger root = Logger.getLogger("");
        for (final java.util.logging.Handler handler : root.getHandlers())
        {
            root.removeHandler(handler);
        }
        final ConsoleHandler console = new ConsoleHandler();
        console.setLevel(Level.WARNING);
        root.addHandler(console);
        root.setLevel(Level.WARNING);
    }
}
