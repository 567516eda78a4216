package io.tourbillon.tools.ctl;

/** One word of tbctl. */
public interface Command
{
    /** @return what follows the command's own words, for its help: {@code [options] <key> [range_end]}. */
    String usage();

    /** @return what it does, in one line. */
    String summary();

    /**
     * Declares the command's own flags.
     *
     * @param flags to declare them in.
     */
    default void declare(final Flags flags)
    {
    }

    /**
     * Does it. Blocks.
     *
     * @param context flags, arguments, streams, node.
     * @return the {@link ExitCode}.
     * @throws Exception that ends it; a {@link CtlException} carries its exit code.
     */
    int run(Context context) throws Exception;
}
