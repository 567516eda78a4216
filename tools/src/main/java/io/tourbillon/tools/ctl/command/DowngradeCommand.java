package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.Command;
import io.tourbillon.tools.ctl.Context;
import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;

/**
 * {@code downgrade}: refused, without asking a node. No version of a cluster goes back to an earlier one: what a later version has written
 * an earlier one refuses by name. So there is no job that could be cancelled either.
 */
public final class DowngradeCommand implements Command
{
    /** What is asked for. */
    public enum What
    {
        /** Whether it could be done. */
        VALIDATE("Validates downgrade capability before starting downgrade; no version can"),
        /** To begin. */
        ENABLE("Starts a downgrade action to cluster; no version can"),
        /** To end. */
        CANCEL("Cancels the ongoing downgrade action to cluster; there is none");

        private final String summary;

        What(final String summary)
        {
            this.summary = summary;
        }
    }

    private final What what;

    /**
     * @param what is asked for.
     */
    public DowngradeCommand(final What what)
    {
        this.what = what;
    }

    @Override
    public String usage()
    {
        return what == What.CANCEL ? "" : "<TARGET_VERSION>";
    }

    @Override
    public String summary()
    {
        return what.summary;
    }

    @Override
    public int run(final Context context)
    {
        final int count = context.arguments().size();
        if (what == What.CANCEL)
        {
            if (count > 0)
            {
                throw Words.badArgs("too many arguments");
            }
            throw new CtlException(ExitCode.ERROR, "etcdserver: no inflight downgrade job");
        }
        if (count != 1)
        {
            throw Words.badArgs(count == 0 ? "TARGET_VERSION not provided" : "too many arguments");
        }
        throw new CtlException(ExitCode.ERROR, "etcdserver: invalid downgrade target version (no version goes back to an earlier one)");
    }
}
