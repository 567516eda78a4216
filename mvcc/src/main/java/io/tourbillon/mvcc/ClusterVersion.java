package io.tourbillon.mvcc;

import io.tourbillon.codecs.record.ClusterVersionSetEncoder;
import io.tourbillon.codecs.record.ConfigurationDecoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Which version of what entries do is in force. Each member publishes the newest that its build knows. The leader proposes the lowest of
 * them once that is more than what is in force, and it counts from its entry on:
 * <pre>
 *   member 1   .. 1 ...... 2 ...........................      published, by its build
 *   member 2   .. 1 ............... 2 ..................
 *   member 3   .. 1 ........................ 2 .........
 *   cluster    .. 1 .......................... 2 .......      the entry behind the last of them
 * </pre>
 * It never goes back. Whether an entry that raises it is void is a function of the log alone: another member may have come, or one may
 * have gone back to an older build, since the leader looked. Who has published nothing holds it back. Apply thread, unless said otherwise.
 */
public final class ClusterVersion
{
    /** What a proposal that was lost waits before it is made again. */
    private static final long RETRY_NS = 1_000_000_000L;
    private static final int NEVER = -1;

    private final MvccHeader header;
    private final Members members;
    private final DirectBuffer initialMembers;
    private final int knownVersion;
    private final ClusterVersionSetEncoder set = new ClusterVersionSetEncoder();
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    /** The lowest version published, as of {@link #seenChangeCount}. */
    private int lowest = ApplyVersion.FIRST;
    private int seenChangeCount = NEVER;
    private boolean isSaid;
    private long saidNs;
    private volatile boolean isUnsaved;

    /**
     * @param initialMembers configuration that the cluster began with, as in an entry; null = not known.
     * @param knownVersion   the newest that this build knows.
     */
    ClusterVersion(final MvccHeader header, final Members members, final DirectBuffer initialMembers, final int knownVersion)
    {
        this.header = header;
        this.members = members;
        this.initialMembers = initialMembers;
        this.knownVersion = knownVersion;
    }

    /** This member leads in another term than before. */
    void onLeader()
    {
        isSaid = false;
        seenChangeCount = NEVER;
    }

    /** Of a leader: length of the message that is to be proposed now; 0 = none. Does not allocate unless members have changed. */
    int proposal(final MutableDirectBuffer target, final long nowNs)
    {
        if (seenChangeCount != members.changeCount())
        {
            seenChangeCount = members.changeCount();
            lowest = lowestPublished();
        }
        if (lowest <= header.clusterVersion() || isSaid && nowNs - saidNs < RETRY_NS)
        {
            return 0;
        }
        isSaid = true;
        saidNs = nowNs;
        set.wrapAndApplyHeader(target, 0, messageHeader).clusterVersion(lowest);
        return set.limit();
    }

    /** Of all members that there are: who leads knows with whom the cluster began, if nothing has changed since. */
    private int lowestPublished()
    {
        final DirectBuffer applied = members.configuration();
        final DirectBuffer newest = applied == null ? initialMembers : applied;
        return newest == null ? ApplyVersion.FIRST : lowestOf(newest);
    }

    private int lowestOf(final DirectBuffer configuration)
    {
        int least = Integer.MAX_VALUE;
        for (final ConfigurationDecoder.MembersDecoder member : Members.membersIn(configuration))
        {
            least = Math.min(least, members.applyVersionOf(member.id()));
            member.skipName();
            member.skipPeerUrls();
            member.skipClientUrls();
        }
        return least;
    }

    /**
     * Applies an entry that says it.
     *
     * @throws NewerClusterException if it is in force from now on, and this build does not know it.
     */
    void set(final int version)
    {
        if (version <= header.clusterVersion() || version > lowestInLog())
        {
            return;
        }
        if (version > knownVersion)
        {
            throw NewerClusterException.ofVersion("the log raises the cluster to", version, knownVersion);
        }
        header.clusterVersion(version);
        header.stateHash(Bytes.mix(header.stateHash(), version));
        isUnsaved = true;
    }

    /** @return the version in force, from {@link ApplyVersion#FIRST}. */
    public int inForce()
    {
        return header.clusterVersion();
    }

    /**
     * Whether it was raised and no checkpoint has begun since: one is due, so that an older build refuses the store.
     *
     * @return true until {@link #onFreeze()}. Any thread.
     */
    public boolean isUnsaved()
    {
        return isUnsaved;
    }

    /** A checkpoint begins, of the state as it is now. */
    public void onFreeze()
    {
        if (isUnsaved)
        {
            isUnsaved = false;
        }
    }

    /**
     * A member whose build is too old for what is in force: builds of version {@link ApplyVersion#FIRST} do not know that they must stop.
     *
     * @return id of one that has published so; 0 = none has.
     */
    public long outdatedMemberId()
    {
        return members.lowestPublished() < header.clusterVersion() ? members.lowestPublisher() : 0;
    }

    /** As far as the log tells, the same on all members: before any change of members those that have said something. */
    private int lowestInLog()
    {
        final DirectBuffer applied = members.configuration();
        return applied == null ? members.lowestPublished() : lowestOf(applied);
    }
}
