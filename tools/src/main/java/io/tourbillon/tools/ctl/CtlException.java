package io.tourbillon.tools.ctl;

/** Ends the command with a message on stderr and an {@link ExitCode}. */
public final class CtlException extends RuntimeException
{
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    /**
     * @param exitCode of the process.
     * @param message  for the user, without "Error: ".
     */
    public CtlException(final int exitCode, final String message)
    {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    /** @return of the process. */
    public int exitCode()
    {
        return exitCode;
    }
}
