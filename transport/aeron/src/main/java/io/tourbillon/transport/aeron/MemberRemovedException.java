package io.tourbillon.transport.aeron;

/** This member was removed from its cluster: it stops, and does not come back. */
final class MemberRemovedException extends RuntimeException
{
    /** As etcd says it. */
    static final String MESSAGE = "the member has been permanently removed from the cluster";

    private static final long serialVersionUID = 1L;

    MemberRemovedException()
    {
        super(MESSAGE);
    }
}
