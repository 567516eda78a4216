package io.tourbillon.transport.aeron;

import java.util.List;

/** Settings that a node cannot start with; the message lists every fault. */
public final class ConfigException extends RuntimeException
{
    private static final long serialVersionUID = 1L;

    /**
     * @param faults at least one.
     */
    public ConfigException(final List<String> faults)
    {
        super(String.join(System.lineSeparator(), faults));
    }

    /**
     * @param faults as {@link NodeConfig#faults()} tells them.
     * @throws ConfigException unless there are none.
     */
    public static void throwIfAny(final List<String> faults)
    {
        if (!faults.isEmpty())
        {
            throw new ConfigException(faults);
        }
    }
}
