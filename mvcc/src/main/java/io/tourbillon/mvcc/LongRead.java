package io.tourbillon.mvcc;

/** A read that may take several duty cycles. It is pinned to a revision, not to pages: in between, the trees go on changing. */
abstract class LongRead
{
    private long sessionId;
    private long correlationId;
    private boolean isActive;

    /** Takes the read up for a request. */
    void begin(final long session, final long correlation)
    {
        sessionId = session;
        correlationId = correlation;
        isActive = true;
    }

    void end()
    {
        isActive = false;
    }

    boolean isActive()
    {
        return isActive;
    }

    long sessionId()
    {
        return sessionId;
    }

    long correlationId()
    {
        return correlationId;
    }

    /** The lowest revision it still has to read at: once that is compacted, it cannot end well. */
    abstract long lowestRevision();

    /** Goes on over so many keys; true once it has been answered to the end. */
    abstract boolean step(int budget);
}
