package io.tourbillon.journal.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Commands of the operating system, for tests. Each blocks until its command has ended. */
public final class Shell
{
    private static final long COMMAND_TIMEOUT_S = 30;

    private Shell()
    {
    }

    /**
     * @param command to run.
     * @return whether it ended well.
     */
    public static boolean succeeds(final String... command)
    {
        try
        {
            run(command);
            return true;
        }
        catch (final IOException ex)
        {
            return false; // which is the answer to the question
        }
    }

    /**
     * @param command to run.
     * @throws IOException with what it said, if it failed or did not end in time.
     */
    public static void run(final String... command) throws IOException
    {
        output(command);
    }

    /**
     * @param command to run.
     * @return what it said.
     * @throws IOException with what it said, if it failed or did not end in time.
     */
    public static String output(final String... command) throws IOException
    {
        final Path output = Files.createTempFile("shell", ".out");
        try
        {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
            if (!process.waitFor(COMMAND_TIMEOUT_S, TimeUnit.SECONDS))
            {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": not done after " + COMMAND_TIMEOUT_S + " s");
            }
            if (process.exitValue() != 0)
            {
                throw new IOException(String.join(" ", command) + ": " + Files.readString(output).strip());
            }
            return Files.readString(output);
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            throw new IOException(ex);
        }
        finally
        {
            Files.delete(output);
        }
    }
}
