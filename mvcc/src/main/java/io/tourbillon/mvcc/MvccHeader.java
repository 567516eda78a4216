package io.tourbillon.mvcc;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/**
 * The state machine's part of the store's meta page, committed together with the trees.
 * <pre>
 *  0          8          16             24            32          40                48
 *  | magic    | format   | clusterId    | appliedIndex| appliedTerm| revision       |
 *  48                56               64                 72                 80
 *  | compactRevision | compactedBound | compactCursorMain| compactCursorSub |
 *  80          88             96           104           112           120         128
 *  | stateHash | pendingIndex | pendingOp  | pendingSub  | pendingStart| isInstalled |
 *  128         136          144                  152            160
 *  | liveBytes | quotaBytes | quotaAlarmMemberId | lastClientId |
 *  160           168           176              184             192
 *  | isAuthEnabled | authChanges | clusterVersion | leaseTtlMinMs |
 * </pre>
 * All fields are 8 bytes, little endian. {@code pending*} say how far the entry after {@code appliedIndex} got, when a checkpoint was taken
 * in the midst of it: op number in its transaction, sub revisions used, sub revision at which that op began.
 * {@code lastClientId} is the id of the client that was opened last; formats 1 and 2 had none. {@code authChanges} counts what etcd's auth
 * revision does, from 0; formats 1 to 3 had no users. Format 4 did not note of which kind the writes were whose outcomes are
 * remembered. Those formats become format 5 when they are opened: who does not know clients would apply what comes again, who does not know
 * users would let everybody do everything, and who does not know kinds would take them for parts of revisions. Format 5 becomes format 6
 * with the entry that raises the cluster's version to {@link ApplyVersion#LEASE_TTL_MIN}, and not before: until then a member may go back
 * to the build before, and may be sent a state by one of any build; from then on an older build refuses the store.
 * {@code clusterVersion} is what {@link ClusterVersion} says, 0 = 1; {@code leaseTtlMinMs} what {@link LeaseTtlMin} says, 0 = nobody has
 * said it yet.
 * {@code isInstalled} is 1 in an image of a state: it came from another member, and the journal may not know of it.
 * {@code liveBytes} is what {@link LiveBytes} counts; {@code quotaBytes} what of it is allowed, 0 = any; {@code quotaAlarmMemberId} is the
 * member whose request did not fit, while that alarm is raised, else 0. Format 1 had none of the three.
 * {@code compactedBound} is the compaction that the cursor works on or has ended; records below the cursor are gone as it says.
 */
public final class MvccHeader
{
    /** Bytes used of the user header. */
    public static final int LENGTH = 192;
    /** First eight bytes of every store of ours: "tbmvcc" and two zeros. */
    public static final long MAGIC = 0x0000_6363_766D_6274L;
    /** Version of records, heads and this header; a newer one is refused. */
    public static final long FORMAT = 6;
    /** That of stores of a cluster whose members do not all know versions. */
    static final long FORMAT_BEFORE_VERSIONS = 5;

    private static final long FORMAT_WITH_LIVE_BYTES = 2;

    static final int MAGIC_OFFSET = 0;
    static final int FORMAT_OFFSET = 8;
    static final int CLUSTER_ID_OFFSET = 16;
    static final int APPLIED_INDEX_OFFSET = 24;
    static final int APPLIED_TERM_OFFSET = 32;
    static final int REVISION_OFFSET = 40;
    static final int COMPACT_REVISION_OFFSET = 48;
    static final int COMPACTED_BOUND_OFFSET = 56;
    static final int COMPACT_CURSOR_MAIN_OFFSET = 64;
    static final int COMPACT_CURSOR_SUB_OFFSET = 72;
    static final int STATE_HASH_OFFSET = 80;
    static final int PENDING_INDEX_OFFSET = 88;
    static final int PENDING_OP_OFFSET = 96;
    static final int PENDING_SUB_OFFSET = 104;
    static final int PENDING_START_OFFSET = 112;
    static final int INSTALLED_OFFSET = 120;
    static final int LIVE_BYTES_OFFSET = 128;
    static final int QUOTA_BYTES_OFFSET = 136;
    static final int QUOTA_ALARM_MEMBER_ID_OFFSET = 144;
    static final int LAST_CLIENT_OFFSET = 152;
    static final int AUTH_ENABLED_OFFSET = 160;
    static final int AUTH_CHANGES_OFFSET = 168;
    static final int CLUSTER_VERSION_OFFSET = 176;
    static final int LEASE_TTL_MIN_OFFSET = 184;

    private static final long FIRST_REVISION = 1;
    private static final long NEVER_COMPACTED = -1;
    private static final long FIRST_AUTH_REVISION = 1;

    private final MutableDirectBuffer buffer;
    private boolean hasUnseenChanges;

    MvccHeader(final MutableDirectBuffer buffer, final long clusterId)
    {
        this(buffer, clusterId, ApplyVersion.NEWEST);
    }

    /**
     * Looks at a user header; makes a new store's.
     *
     * @param buffer       of at least {@link #LENGTH} bytes.
     * @param clusterId    that the store must belong to.
     * @param knownVersion of what entries do: the newest that this build knows.
     * @throws NewerClusterException when a newer build is needed for it.
     * @throws IllegalStateException when it is not ours, or another cluster's.
     */
    MvccHeader(final MutableDirectBuffer buffer, final long clusterId, final int knownVersion)
    {
        this.buffer = buffer;
        if (get(MAGIC_OFFSET) == 0 && get(FORMAT_OFFSET) == 0)
        {
            initialise(clusterId);
        }
        require(get(MAGIC_OFFSET) == MAGIC, "the store does not hold a key-value state");
        requireKnown(buffer, knownVersion);
        require(get(CLUSTER_ID_OFFSET) == clusterId, "the store belongs to cluster " + Long.toHexString(get(CLUSTER_ID_OFFSET)) +
            ", not to " + Long.toHexString(clusterId));
        if (!isUncounted())
        {
            knowClients();
        }
        hasUnseenChanges = pendingIndex() != 0 && pendingSub() > 0;
    }

    /**
     * @param header of a store.
     * @return index of the last entry that the state carries; 0 if the header is not one of ours.
     */
    public static long appliedIndexOf(final DirectBuffer header)
    {
        return header.getLong(MAGIC_OFFSET, LITTLE_ENDIAN) == MAGIC ? header.getLong(APPLIED_INDEX_OFFSET, LITTLE_ENDIAN) : 0;
    }

    /**
     * @param header of a store.
     * @return term of the last entry that the state carries.
     */
    public static long appliedTermOf(final DirectBuffer header)
    {
        return header.getLong(APPLIED_TERM_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param header of a store.
     * @return revision of the state.
     */
    public static long revisionOf(final DirectBuffer header)
    {
        return header.getLong(REVISION_OFFSET, LITTLE_ENDIAN);
    }

    /**
     * @param header of a store.
     * @return whether it holds a state, of a format and a cluster version that this build knows.
     */
    public static boolean isReadable(final DirectBuffer header)
    {
        return header.getLong(MAGIC_OFFSET, LITTLE_ENDIAN) == MAGIC && header.getLong(FORMAT_OFFSET, LITTLE_ENDIAN) <= FORMAT &&
            clusterVersionOf(header) <= ApplyVersion.NEWEST;
    }

    /**
     * Whether a member may go on from a state that another has sent.
     *
     * @param header       of its store.
     * @param clusterId    of this member.
     * @param knownVersion the newest cluster version that this member's build knows.
     * @return whether the state is of this cluster.
     * @throws NewerClusterException when it is, and a newer build is needed for it.
     */
    public static boolean isUsable(final DirectBuffer header, final long clusterId, final int knownVersion)
    {
        if (header.getLong(MAGIC_OFFSET, LITTLE_ENDIAN) != MAGIC || header.getLong(CLUSTER_ID_OFFSET, LITTLE_ENDIAN) != clusterId)
        {
            return false;
        }
        requireKnown(header, knownVersion);
        return true;
    }

    /** The version is the plainer of the two reasons. */
    private static void requireKnown(final DirectBuffer header, final int knownVersion)
    {
        final long format = header.getLong(FORMAT_OFFSET, LITTLE_ENDIAN);
        if (format <= FORMAT && clusterVersionOf(header) > knownVersion)
        {
            throw NewerClusterException.ofVersion("the store has", clusterVersionOf(header), knownVersion);
        }
        if (format > ApplyVersion.storeFormat(knownVersion))
        {
            throw NewerClusterException.ofFormat(format, ApplyVersion.storeFormat(knownVersion));
        }
    }

    /**
     * @param header of a store.
     * @return the cluster version of its state.
     */
    public static int clusterVersionOf(final DirectBuffer header)
    {
        return Math.max(ApplyVersion.FIRST, (int)header.getLong(CLUSTER_VERSION_OFFSET, LITTLE_ENDIAN));
    }

    /**
     * Says that the state is one that comes from another member.
     *
     * @param header of an image of it.
     */
    public static void markInstalled(final MutableDirectBuffer header)
    {
        header.putLong(INSTALLED_OFFSET, 1, LITTLE_ENDIAN);
    }

    boolean isInstalled()
    {
        return get(INSTALLED_OFFSET) != 0;
    }

    /** The journal knows of it: from the next checkpoint on the state is of this member's own making. */
    void clearInstalled()
    {
        put(INSTALLED_OFFSET, 0);
    }

    /** Another state has taken the place of what the store held. */
    void onStateReplaced()
    {
        assert pendingIndex() == 0 : "an image has no half entry";
        hasUnseenChanges = false;
        clearInstalled();
    }

    /** Whether an entry under way has changed keys that no revision shows yet: heads and count of live keys are ahead of the revision. */
    boolean hasUnseenChanges()
    {
        return hasUnseenChanges;
    }

    void noteUnseenChange()
    {
        hasUnseenChanges = true;
    }

    private void initialise(final long clusterId)
    {
        put(MAGIC_OFFSET, MAGIC);
        put(FORMAT_OFFSET, FORMAT_BEFORE_VERSIONS);
        put(CLUSTER_ID_OFFSET, clusterId);
        put(REVISION_OFFSET, FIRST_REVISION);
        put(COMPACT_REVISION_OFFSET, NEVER_COMPACTED);
        put(COMPACTED_BOUND_OFFSET, NEVER_COMPACTED);
    }

    private static void require(final boolean isSo, final String message)
    {
        if (!isSo)
        {
            throw new IllegalStateException(message);
        }
    }

    private long get(final int offset)
    {
        return buffer.getLong(offset, LITTLE_ENDIAN);
    }

    private void put(final int offset, final long value)
    {
        buffer.putLong(offset, value, LITTLE_ENDIAN);
    }

    long clusterId()
    {
        return get(CLUSTER_ID_OFFSET);
    }

    long appliedIndex()
    {
        return get(APPLIED_INDEX_OFFSET);
    }

    long appliedTerm()
    {
        return get(APPLIED_TERM_OFFSET);
    }

    void applied(final long index, final long term)
    {
        assert index == appliedIndex() + 1 : index;
        put(APPLIED_INDEX_OFFSET, index);
        put(APPLIED_TERM_OFFSET, term);
    }

    long revision()
    {
        return get(REVISION_OFFSET);
    }

    void revision(final long revision)
    {
        assert revision > revision() : "revision went back: " + revision;
        put(REVISION_OFFSET, revision);
        hasUnseenChanges = false;
    }

    long compactRevision()
    {
        return get(COMPACT_REVISION_OFFSET);
    }

    void compactRevision(final long revision)
    {
        assert revision > compactRevision() : revision;
        put(COMPACT_REVISION_OFFSET, revision);
    }

    long compactedBound()
    {
        return get(COMPACTED_BOUND_OFFSET);
    }

    void compactedBound(final long revision)
    {
        put(COMPACTED_BOUND_OFFSET, revision);
    }

    long compactCursorMain()
    {
        return get(COMPACT_CURSOR_MAIN_OFFSET);
    }

    long compactCursorSub()
    {
        return get(COMPACT_CURSOR_SUB_OFFSET);
    }

    void compactCursor(final long main, final long sub)
    {
        put(COMPACT_CURSOR_MAIN_OFFSET, main);
        put(COMPACT_CURSOR_SUB_OFFSET, sub);
    }

    long stateHash()
    {
        return get(STATE_HASH_OFFSET);
    }

    void stateHash(final long hash)
    {
        put(STATE_HASH_OFFSET, hash);
    }

    /** Whether the store was written when live bytes were not counted yet: {@link #countedLiveBytes} is to be called. */
    boolean isUncounted()
    {
        return get(FORMAT_OFFSET) < FORMAT_WITH_LIVE_BYTES;
    }

    /** What a count of everything has given; from now on the store is of our format. */
    void countedLiveBytes(final long bytes)
    {
        put(LIVE_BYTES_OFFSET, bytes);
        knowClients();
    }

    /** A store of an older format says from now on who must not open it. */
    private void knowClients()
    {
        put(FORMAT_OFFSET, Math.max(FORMAT_BEFORE_VERSIONS, get(FORMAT_OFFSET)));
    }

    long liveBytes()
    {
        return get(LIVE_BYTES_OFFSET);
    }

    void addLiveBytes(final long bytes)
    {
        assert liveBytes() + bytes >= 0 : "fewer live bytes than none";
        put(LIVE_BYTES_OFFSET, liveBytes() + bytes);
    }

    long quotaBytes()
    {
        return get(QUOTA_BYTES_OFFSET);
    }

    void quotaBytes(final long bytes)
    {
        put(QUOTA_BYTES_OFFSET, bytes);
    }

    long quotaAlarmMemberId()
    {
        return get(QUOTA_ALARM_MEMBER_ID_OFFSET);
    }

    void quotaAlarmMemberId(final long memberId)
    {
        put(QUOTA_ALARM_MEMBER_ID_OFFSET, memberId);
    }

    /** Id of the client that was opened last; 0 = none was. */
    long lastClientId()
    {
        return get(LAST_CLIENT_OFFSET);
    }

    void lastClientId(final long id)
    {
        put(LAST_CLIENT_OFFSET, id);
    }

    boolean isAuthEnabled()
    {
        return get(AUTH_ENABLED_OFFSET) != 0;
    }

    void authEnabled(final boolean isEnabled)
    {
        put(AUTH_ENABLED_OFFSET, isEnabled ? 1 : 0);
    }

    /** Grows with each change of users and roles. */
    long authRevision()
    {
        return FIRST_AUTH_REVISION + get(AUTH_CHANGES_OFFSET);
    }

    void authRevision(final long revision)
    {
        put(AUTH_CHANGES_OFFSET, revision - FIRST_AUTH_REVISION);
    }

    /** What entries do: see {@link ApplyVersion}. */
    int clusterVersion()
    {
        return clusterVersionOf(buffer);
    }

    /** Whether entries do what they do from a version on. */
    boolean isAtLeast(final int version)
    {
        return clusterVersion() >= version;
    }

    void clusterVersion(final int version)
    {
        assert version > clusterVersion() : "the cluster's version went back: " + version;
        put(CLUSTER_VERSION_OFFSET, version);
        put(FORMAT_OFFSET, ApplyVersion.storeFormat(version));
    }

    /** The shortest time of a lease in milliseconds; 0 = nobody has said it yet. */
    long leaseTtlMinMs()
    {
        return get(LEASE_TTL_MIN_OFFSET);
    }

    void leaseTtlMinMs(final long ttlMinMs)
    {
        put(LEASE_TTL_MIN_OFFSET, ttlMinMs);
    }

    /** Raft index of the entry that is half applied; 0 = none. */
    long pendingIndex()
    {
        return get(PENDING_INDEX_OFFSET);
    }

    int pendingOp()
    {
        return (int)get(PENDING_OP_OFFSET);
    }

    int pendingSub()
    {
        return (int)get(PENDING_SUB_OFFSET);
    }

    int pendingStart()
    {
        return (int)get(PENDING_START_OFFSET);
    }

    void pending(final long index, final int op, final int sub, final int start)
    {
        assert index == appliedIndex() + 1 : index;
        put(PENDING_INDEX_OFFSET, index);
        put(PENDING_OP_OFFSET, op);
        put(PENDING_SUB_OFFSET, sub);
        put(PENDING_START_OFFSET, start);
    }

    void nothingPending()
    {
        put(PENDING_INDEX_OFFSET, 0);
    }
}
