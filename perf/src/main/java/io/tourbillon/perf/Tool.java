package io.tourbillon.perf;

import picocli.CommandLine;

/** Runs a command the same way everywhere: a failure is told in words, with its cause, not as a stack trace. */
public final class Tool
{
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
