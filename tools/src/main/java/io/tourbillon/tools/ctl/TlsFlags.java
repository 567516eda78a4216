package io.tourbillon.tools.ctl;

/**
 * etcdctl's flags about TLS. They are known by name, so that who relies on what they ask for is told that there is none: the native
 * protocol does not encrypt.
 */
public final class TlsFlags
{
    private static final String[] FILES = {"cacert", "cert", "key"};

    private TlsFlags()
    {
    }

    /**
     * Declares them.
     *
     * @param flags  to declare them in.
     * @param prefix of their names, such as {@code dest-}; may be empty.
     * @return the flags.
     */
    public static Flags declare(final Flags flags, final String prefix)
    {
        for (final String name : FILES)
        {
            flags.text(prefix + name, (char)0, "", "Refused: the native protocol has no TLS");
        }
        return flags.boolTrue(prefix + "insecure-transport", "Plain connections; false is refused: the native protocol has no TLS");
    }

    /**
     * Refuses what asks for TLS.
     *
     * @param flags  as given.
     * @param prefix of their names.
     * @throws CtlException that names the flag.
     */
    public static void refuse(final Flags flags, final String prefix)
    {
        for (final String name : FILES)
        {
            refuseUnlessEmpty(flags, prefix + name, "the native protocol has no TLS; --connection-key-file proves who is who");
        }
        if (!flags.is(prefix + "insecure-transport"))
        {
            throw new CtlException(ExitCode.BAD_FEATURE, "--" + prefix + "insecure-transport=false is not supported: " +
                "the native protocol has no TLS");
        }
    }

    static void refuseUnlessEmpty(final Flags flags, final String name, final String reason)
    {
        if (!flags.get(name).isEmpty())
        {
            throw new CtlException(ExitCode.BAD_FEATURE, "--" + name + " is not supported: " + reason);
        }
    }
}
