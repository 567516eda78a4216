package io.tourbillon.consensus.pipeline;

import java.util.List;

/** What can be wrong with a setting, in words. */
final class SettingFaults
{
    private SettingFaults()
    {
    }

    static void requireSet(final List<String> faults, final String name, final Object value)
    {
        if (value == null)
        {
            faults.add("pipeline " + name + ": not set");
        }
    }

    static void requireIn(final List<String> faults, final String name, final long value, final long min, final long max)
    {
        if (value < min || value > max)
        {
            faults.add("pipeline " + name + "=" + value + ": must be in [" + min + ", " + max + "]");
        }
    }

    static void requireMultiple(final List<String> faults, final String name, final long value, final long unit)
    {
        if (value % unit != 0)
        {
            faults.add("pipeline " + name + "=" + value + ": must be a multiple of " + unit);
        }
    }

    static void requirePowerOfTwo(final List<String> faults, final String name, final long value, final long min, final long max)
    {
        requireIn(faults, name, value, min, max);
        if (Long.bitCount(value) != 1)
        {
            faults.add("pipeline " + name + "=" + value + ": must be a power of two");
        }
    }
}
