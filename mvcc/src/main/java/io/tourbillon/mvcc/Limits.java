package io.tourbillon.mvcc;

import io.tourbillon.bptree.Tree;
import io.tourbillon.codecs.Protocol;
import io.tourbillon.codecs.ScramVerifier;

/** Bounds that decide what an entry does: the same on every member, so not settings. */
public final class Limits
{
    /** Longest key or range end in bytes. */
    public static final int KEY_LENGTH_MAX = Protocol.KEY_LENGTH_MAX;
    /** Longest value in bytes: its record, with key and head, must fit a tree's value. */
    public static final int VALUE_LENGTH_MAX = Tree.MAX_VALUE_LENGTH - KEY_LENGTH_MAX - RevisionRecord.HEAD_LENGTH_MAX;
    /** Deepest nesting of transactions; the outermost has depth 0. */
    public static final int TXN_DEPTH_MAX = 64;
    /** Operations of a transaction with all that is nested in it: some 30,000 comparisons of keys look for duplicates in 1,024. */
    public static final int TXN_OPS_TOTAL_MAX = 1024;
    /** Compares of a transaction with all that is nested in it. */
    public static final int TXN_COMPARES_TOTAL_MAX = 1024;
    /** Change records that compaction looks at with each applied entry while it has work. */
    public static final int COMPACTION_PER_ENTRY = 4;
    /** Change records that one compactTick entry may ask for. */
    public static final int COMPACTION_PER_TICK_MAX = 4096;
    /** A part of an answer or of events holds at most so many bytes, or one key-value. */
    public static final int PART_LENGTH_MAX = 32 * 1024;
    /** Shortest time of a lease in milliseconds until {@link LeaseTtlMin} is said: etcd's for an election time-out of a second. */
    public static final long LEASE_TTL_MIN_MS = 2_000;
    /** Longest time a lease may be asked for, in milliseconds: etcd's 9,000,000,000 seconds. */
    public static final long LEASE_TTL_MAX_MS = 9_000_000_000_000L;
    /** Leases of a cluster: some 100 bytes each in the leader's memory make 100 MiB. */
    public static final int LEASES_MAX = 1 << 20;
    /** Leases that one leaseTick entry says something of: 6 KiB, and some milliseconds of apply, for which writes wait. */
    public static final int LEASES_PER_TICK_MAX = 256;
    /** Clients whose outcomes are remembered; one more, and one that has not written for long is forgotten: see {@link Outcomes}. */
    public static final int CLIENTS_MAX = 1 << 14;
    /**
     * Neighbouring numbers of writes of one client whose outcomes are remembered: what a session may have in flight by default. 17 bytes
     * each make 18 KiB of a client, 280 MiB of all, if none of them ever were answered; those of a client with one write in flight are 300.
     */
    public static final int OUTCOMES_PER_CLIENT = 1 << 10;
    /** Longest name of a user or a role in bytes. */
    public static final int AUTH_NAME_LENGTH_MAX = 128;
    /** Users of a cluster. */
    public static final int USERS_MAX = 1 << 12;
    /** Roles of a cluster. */
    public static final int ROLES_MAX = 1 << 10;
    /** Roles of a user. */
    public static final int ROLES_PER_USER_MAX = 64;
    /** Permissions of a role. */
    public static final int PERMISSIONS_PER_ROLE_MAX = 256;
    /** Bytes of a role's permissions, 6 beside each key and range end, so that an answer about a role is of one part. */
    public static final int ROLE_LENGTH_MAX = 24 * 1024;
    /** Permissions of all roles of a user: so many look-ups at most tell whether it may change all keys of a lease. */
    public static final int RANGES_PER_USER_MAX = 1 << 10;
    /** The same of all users together, those with the same roles counted once: what a change of a role makes anew at most. */
    public static final int RANGES_TOTAL_MAX = 1 << 14;
    /**
     * Look-ups that tell whether a user may change all keys of the leases that a transaction attaches to: some 10 ms. With 1,024 ranges
     * these are 32 leases at least, each of them with a key in every range.
     */
    public static final int LEASE_LOOK_UPS_PER_TXN_MAX = 1 << 15;
    /** Longest record of a user. */
    static final int USER_LENGTH_MAX = 20 + ScramVerifier.LENGTH_MAX + ROLES_PER_USER_MAX * (Short.BYTES + AUTH_NAME_LENGTH_MAX);
    /** Highest id of a client: four bytes in each write. The next one is 1 again, if that is free. */
    static final long CLIENT_ID_MAX = (1L << 32) - 1;

    static
    {
        if (KEY_LENGTH_MAX + Leases.ID_LENGTH > Tree.MAX_KEY_LENGTH)
        {
            throw new IllegalStateException("a key with a lease's id before it does not fit a tree's key");
        }
    }

    /** Ranges of one watch: each change between the first and the last of them is compared with each. */
    static final int WATCH_RANGES_MAX = 64;

    /** Bytes of all ranges and of the value prefix of one watch: what a key and an end take at most. */
    static final int WATCH_FILTER_LENGTH_MAX = 2 * KEY_LENGTH_MAX;

    private Limits()
    {
    }
}
