package io.tourbillon.perf;

import picocli.CommandLine;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs a command the same way everywhere: a failure is told in words, with its cause, not as a stack trace. */
public final class Tool
{
    /** Says on each start that there is epoll. Held here: a logger that nobody holds forgets what it was told. */
    private static final Logger TALKATIVE = Logger.getLogger("io.grpc.netty.TcpMetrics");

    private Tool()
    {
    }

    /**
     * Runs it and ends the process: 0 sound, 1 void or failed, 2 wrong options.
     *
     * @param command with picocli's annotations.
     * @param args    options.
     */
    public static void run(final Object command, final String[] args)
    {
        TALKATIVE.setLevel(Level.WARNING);
        final CommandLine commandLine = new CommandLine(command);
        commandLine.setExecutionExceptionHandler(
            (failure, line, parsed) ->
            {
                line.getErr().println(line.getCommandName() + ": " + failure.getMessage());
                if (failure.getCause() != null)
                {
                    line.getErr().println("because: " + failure.getCause());
                }
                return line.getCommandSpec().exitCodeOnExecutionException();
            });
        System.exit(commandLine.execute(args));
    }
}
