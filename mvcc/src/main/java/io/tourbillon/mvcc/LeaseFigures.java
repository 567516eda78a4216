package io.tourbillon.mvcc;

/** What has become of leases since the member's start, as far as it has applied the log, replay included. Apply thread only. */
public final class LeaseFigures
{
    long granted;
    long revoked;
    long expired;
    long renewed;

    LeaseFigures()
    {
    }

    /** @return leases granted. */
    public long granted()
    {
        return granted;
    }

    /** @return leases that clients have ended. */
    public long revoked()
    {
        return revoked;
    }

    /** @return leases that have run out. */
    public long expired()
    {
        return expired;
    }

    /** @return renewals, while this member led. */
    public long renewed()
    {
        return renewed;
    }
}
