package io.tourbillon.tools.ctl.command;

import io.tourbillon.tools.ctl.CtlException;
import io.tourbillon.tools.ctl.ExitCode;

/** The loads of {@code check}, with etcdctl's names and figures. */
enum CheckLoad
{
    SMALL(150, 50, 10_000, 50),
    MEDIUM(1_000, 200, 100_000, 100),
    LARGE(8_000, 500, 1_000_000, 200),
    X_LARGE(15_000, 1_000, 3_000_000, 500);

    final int perSecond;
    final int perfClients;
    final int keys;
    final int scaleClients;

    CheckLoad(final int perSecond, final int perfClients, final int keys, final int scaleClients)
    {
        this.perSecond = perSecond;
        this.perfClients = perfClients;
        this.keys = keys;
        this.scaleClients = scaleClients;
    }

    static CheckLoad of(final String name)
    {
        return switch (name)
        {
            case "s", "small" -> SMALL;
            case "m", "medium" -> MEDIUM;
            case "l", "large" -> LARGE;
            case "xl", "xLarge" -> X_LARGE;
            default -> throw new CtlException(ExitCode.BAD_FEATURE, "unknown load option " + name);
        };
    }
}
