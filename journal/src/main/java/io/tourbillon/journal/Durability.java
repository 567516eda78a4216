package io.tourbillon.journal;

/**
 * What {@link Journal#force()} promises.
 */
public enum Durability
{
    /**
     * Everything appended is on the disk when {@link Journal#force()} returns.
     */
    FSYNC,

    /**
     * Entries are left to the kernel; a changed term or vote is still forced, and with it all that was appended before it.
     */
    NONE
}
