package io.tourbillon.codecs;

/** What a permission allows with its keys: etcd's names and numbers. */
public enum PermissionType
{
    /** To read them, and to watch them. */
    READ,
    /** To put and to delete them. */
    WRITE,
    /** Both. */
    READWRITE;

    private static final PermissionType[] VALUES = values();

    /**
     * The type of a number. Does not allocate.
     *
     * @param number as on the wire.
     * @return the type, or null if this version does not know the number.
     */
    public static PermissionType of(final int number)
    {
        return number >= 0 && number < VALUES.length ? VALUES[number] : null;
    }

    /** @return number on the wire. */
    public short number()
    {
        return (short)ordinal();
    }
}
