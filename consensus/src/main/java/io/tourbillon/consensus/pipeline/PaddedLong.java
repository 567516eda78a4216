package io.tourbillon.consensus.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The room before the value. */
abstract class PaddedLongHead
{
    byte p000, p001, p002, p003, p004, p005, p006, p007, p008, p009, p010, p011, p012, p013, p014, p015;
    byte p016, p017, p018, p019, p020, p021, p022, p023, p024, p025, p026, p027, p028, p029, p030, p031;
    byte p032, p033, p034, p035, p036, p037, p038, p039, p040, p041, p042, p043, p044, p045, p046, p047;
    byte p048, p049, p050, p051, p052, p053, p054, p055, p056, p057, p058, p059, p060, p061, p062, p063;
}

/** The value. */
abstract class PaddedLongValue extends PaddedLongHead
{
    long value;
}

/**
 * A long with one writer and any number of readers, alone on its cache line: 64 bytes clear on each side. The memory order is in the
 * method's name.
 */
public final class PaddedLong extends PaddedLongValue
{
    private static final VarHandle VALUE;

    static
    {
        try
        {
            VALUE = MethodHandles.lookup().findVarHandle(PaddedLongValue.class, "value", long.class);
        }
        catch (final ReflectiveOperationException ex)
        {
            throw new ExceptionInInitializerError(ex);
        }
    }

    byte q000, q001, q002, q003, q004, q005, q006, q007, q008, q009, q010, q011, q012, q013, q014, q015;
    byte q016, q017, q018, q019, q020, q021, q022, q023, q024, q025, q026, q027, q028, q029, q030, q031;
    byte q032, q033, q034, q035, q036, q037, q038, q039, q040, q041, q042, q043, q044, q045, q046, q047;
    byte q048, q049, q050, q051, q052, q053, q054, q055, q056, q057, q058, q059, q060, q061, q062, q063;
    /** The JVM fills the gap before the aligned value with bytes of the subclass. */
    byte q064, q065, q066, q067, q068, q069, q070, q071;

    /**
     * Begins at 0.
     */
    public PaddedLong()
    {
    }

    /**
     * @return the value; by its writer, or where staleness does not matter.
     */
    public long getPlain()
    {
        return value;
    }

    /**
     * @return the value; sees all that its writer did before {@link #setRelease(long)}.
     */
    public long getAcquire()
    {
        return (long)VALUE.getAcquire(this);
    }

    /**
     * @return the value, in one order with all volatile accesses.
     */
    long getVolatile()
    {
        return (long)VALUE.getVolatile(this);
    }

    /**
     * The writer only.
     *
     * @param newValue that {@link #getAcquire()} will see.
     */
    public void setRelease(final long newValue)
    {
        VALUE.setRelease(this, newValue);
    }

    /**
     * The writer only; a store, then a full fence.
     *
     * @param newValue in one order with all volatile accesses.
     */
    void setVolatile(final long newValue)
    {
        VALUE.setVolatile(this, newValue);
    }

    /**
     * The writer only.
     *
     * @param delta to add, with release order.
     */
    public void addRelease(final long delta)
    {
        VALUE.setRelease(this, value + delta);
    }

    /**
     * The writer only.
     *
     * @param candidate the value becomes this if it is larger.
     */
    void maxRelease(final long candidate)
    {
        if (candidate > value)
        {
            VALUE.setRelease(this, candidate);
        }
    }
}
