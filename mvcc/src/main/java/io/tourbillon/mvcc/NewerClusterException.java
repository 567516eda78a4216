package io.tourbillon.mvcc;

/**
 * A state or a log asks for more than this build knows: it was made by a newer one. The member stops before it does something else than
 * the others; nothing it has acknowledged is lost, and a build that is new enough goes on where it stopped.
 */
public final class NewerClusterException extends IllegalStateException
{
    private static final long serialVersionUID = 1L;

    NewerClusterException(final String message)
    {
        super(message);
    }

    static NewerClusterException ofVersion(final String what, final int clusterVersion, final int knownVersion)
    {
        return new NewerClusterException(what + " cluster version " + clusterVersion + ", this build knows up to " + knownVersion +
            ": start this member with a build as new as that of the others");
    }

    static NewerClusterException ofFormat(final long format, final long knownFormat)
    {
        return new NewerClusterException("the store has format " + format + ", this version reads up to " + knownFormat +
            ": start this member with a build as new as that which wrote it");
    }

    static NewerClusterException ofRecord(final int templateId)
    {
        return new NewerClusterException("the log has a record of kind " + templateId +
            ", which this build does not know: start this member with a build as new as that of the others");
    }
}
