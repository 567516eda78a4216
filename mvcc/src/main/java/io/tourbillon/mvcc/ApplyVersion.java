package io.tourbillon.mvcc;

/**
 * Versions of what entries do. Members of several builds serve together while a cluster is upgraded, and the same log has to give the same
 * state on all of them; so whatever a build does otherwise than the one before has a number here, and is done from that entry on by which
 * the log raises the cluster's version to it ({@link ClusterVersion}).
 * <p>
 * To change what an entry does: add a constant, set {@link #NEWEST} to it, and ask {@link MvccHeader#isAtLeast} where the behaviour
 * differs. A record that builds before do not know is proposed and applied from its version on only.
 */
public final class ApplyVersion
{
    /** What builds do that publish no version. */
    public static final int FIRST = 1;
    /**
     * The shortest time of a lease is 1.5 election time-outs of the leader, as in etcd, and no constant. The store has format 6. Requests
     * are judged by version 4 of the clients' schema.
     */
    public static final int LEASE_TTL_MIN = 2;
    /** The newest that this build knows. */
    public static final int NEWEST = LEASE_TTL_MIN;

    private static final int CLIENT_SCHEMA_OF_FIRST = 3;
    private static final int CLIENT_SCHEMA = 4;

    private ApplyVersion()
    {
    }

    /** The version of the clients' schema by which a request in the log is judged: behind one that is newer there may be bytes. */
    static int clientSchema(final int version)
    {
        return version < LEASE_TTL_MIN ? CLIENT_SCHEMA_OF_FIRST : CLIENT_SCHEMA;
    }

    /** The newest format of a store that a build of such a version reads, and that of a store of such a cluster. */
    static long storeFormat(final int version)
    {
        return version < LEASE_TTL_MIN ? MvccHeader.FORMAT_BEFORE_VERSIONS : MvccHeader.FORMAT;
    }
}
