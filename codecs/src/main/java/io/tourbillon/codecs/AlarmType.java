package io.tourbillon.codecs;

/** What is wrong with a member or the cluster: etcd's names and numbers. */
public enum AlarmType
{
    /** No alarm; in a question: all of them. */
    NONE,
    /** There is no room for more: the quota, or a disk. */
    NOSPACE,
    /** Members do not hold the same. */
    CORRUPT;

    private static final AlarmType[] VALUES = values();

    /**
     * The type of a number. Does not allocate.
     *
     * @param number as on the wire.
     * @return the type, or null if this version does not know the number.
     */
    public static AlarmType of(final int number)
    {
        return number >= 0 && number < VALUES.length ? VALUES[number] : null;
    }

    /** @return number on the wire. */
    public short number()
    {
        return (short)ordinal();
    }
}
