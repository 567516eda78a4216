package io.tourbillon.tools.ctl;

/** How tbctl ends: etcdctl's numbers. */
public final class ExitCode
{
    /** Done. */
    public static final int SUCCESS = 0;
    /** The node answered an error, or its answer did not come. */
    public static final int ERROR = 1;
    /** No connection. */
    public static final int BAD_CONNECTION = 2;
    /** A txn, or another input that is not an argument, cannot be read. */
    public static final int INVALID_INPUT = 3;
    /** An output form or a value of a flag that the command does not have. */
    public static final int BAD_FEATURE = 4;
    /** A watch that the node ended. */
    public static final int INTERRUPTED = 5;
    /** A file or the terminal cannot be read or written. */
    public static final int IO = 6;
    /** Wrong arguments. */
    public static final int BAD_ARGS = 128;

    private ExitCode()
    {
    }
}
