package io.tourbillon.tools.ctl;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Asks for passwords: at the terminal without showing them, else as lines of stdin. */
public final class Passwords
{
    private static final int LINE_LENGTH_MAX = 4096;

    private final InputStream in;
    private final PrintStream err;

    /**
     * @param in  stdin.
     * @param err where prompts go that have no terminal.
     */
    Passwords(final InputStream in, final PrintStream err)
    {
        this.in = in;
        this.err = err;
    }

    /**
     * Asks once. Blocks.
     *
     * @param prompt to show.
     * @return what was typed.
     * @throws CtlException if there is nothing to read.
     */
    public char[] ask(final String prompt)
    {
        final Console console = in == System.in ? System.console() : null;
        if (console != null)
        {
            final char[] typed = console.readPassword("%s", prompt);
            return typed == null ? new char[0] : typed;
        }
        err.print(prompt);
        final char[] line = line();
        err.println();
        return line;
    }

    /**
     * Asks for a new password of a user, twice. Blocks.
     *
     * @param user whose it will be.
     * @return what was typed.
     */
    public char[] askTwice(final String user)
    {
        final char[] first = ask("Password of " + user + ": ");
        final char[] second = ask("Type password of " + user + " again for confirmation: ");
        if (!Arrays.equals(first, second))
        {
            throw new CtlException(ExitCode.BAD_ARGS, "given passwords are different");
        }
        return first;
    }

    /** @return the next line of stdin, without its end. Blocks. */
    public char[] line()
    {
        final byte[] bytes = new byte[LINE_LENGTH_MAX];
        int length = 0;
        try
        {
            for (int next = in.read(); next >= 0 && next != '\n' && length < LINE_LENGTH_MAX; next = in.read())
            {
                bytes[length++] = (byte)next;
            }
        }
        catch (final IOException ex)
        {
            throw new CtlException(ExitCode.IO, "cannot read the password: " + ex.getMessage());
        }
        length -= length > 0 && bytes[length - 1] == '\r' ? 1 : 0;
        final var decoded = UTF_8.decode(ByteBuffer.wrap(bytes, 0, length));
        final char[] line = new char[decoded.remaining()];
        decoded.get(line);
        Arrays.fill(bytes, (byte)0);
        return line;
    }
}
