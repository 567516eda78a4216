package io.tourbillon.mvcc;

/**
 * An answer that may take several duty cycles: to a read, or to a write that has been applied. It is pinned to a revision, not to pages: in
 * between, the trees go on changing.
 */
abstract class LongRead
{
    private long sessionId;
    private long credential;
    private long correlationId;
    private boolean isForWrite;
    private boolean isActive;
    private ReadSlots<?> slots;

    /** Takes it up for a request. */
    void begin(final long session, final long itsCredential, final long correlation)
    {
        sessionId = session;
        credential = itsCredential;
        correlationId = correlation;
        isForWrite = false;
        isActive = true;
    }

    /** Takes it up for a request, in a place that it is given back to when it ends. */
    void begin(
        final ReadSlots<?> home, final long session, final long itsCredential, final long correlation, final boolean forWrite)
    {
        begin(session, itsCredential, correlation);
        slots = home;
        isForWrite = forWrite;
    }

    void end()
    {
        isActive = false;
        if (slots != null)
        {
            slots.giveBack(this);
        }
    }

    boolean isActive()
    {
        return isActive;
    }

    ReadSlots<?> slots()
    {
        return slots;
    }

    long sessionId()
    {
        return sessionId;
    }

    /** Of the user who asked. */
    long credential()
    {
        return credential;
    }

    long correlationId()
    {
        return correlationId;
    }

    /** What was asked for has been done already: an error must not say otherwise. */
    boolean isForWrite()
    {
        return isForWrite;
    }

    /** Whether who asked may still be told: {@code SOUND} or the number of an error. Asked when users or roles have changed. */
    abstract int check(Guard guard);

    /** The lowest revision it still has to read at: once that is compacted, it cannot end well. */
    abstract long lowestRevision();

    /** Goes on over so many keys; true once it has been answered to the end. */
    abstract boolean step(int budget);
}
