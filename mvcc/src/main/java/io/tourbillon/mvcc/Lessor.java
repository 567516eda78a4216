package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.record.LeaseTickEncoder;
import io.tourbillon.codecs.record.MessageHeaderEncoder;
import org.agrona.MutableDirectBuffer;

/**
 * What only the leader knows of leases: when each ends. It changes no state by itself: what its clock says becomes an entry of the log
 * ({@link #proposal}), and counts once that is applied. On a member that does not lead it knows nothing.
 * <p>
 * Lease time begins with 0 at {@link #onLeader} and stands still while the leader was held up. A deadline counts from the time of the last
 * duty cycle, which a request may have come after; so each has a heartbeat added, and no lease ends early.
 * <pre>
 *            deadline passed: expiry proposed              applied
 *   ALIVE ------------------------------------> EXPIRED ------------> gone
 *     |  ^                                      (proposed again after a second)
 *     |  | applied: the whole time again
 *     v  |
 *   RENEWING: the log holds less than the whole time, so a renewal must be in the log before it is answered
 *
 *   REVOKING: a client's revoke is being applied; renewals wait for its end
 * </pre>
 * However many leases end at once, one entry about leases is under way at a time, so that what clients write meanwhile waits for one of
 * them and not for all.
 */
final class Lessor
{
    /** Bytes of the longest proposal. */
    static final int PROPOSAL_LENGTH_MAX = MessageHeaderEncoder.ENCODED_LENGTH + LeaseTickEncoder.BLOCK_LENGTH +
        LeaseTickEncoder.LeasesEncoder.HEADER_SIZE + Limits.LEASES_PER_TICK_MAX * LeaseTickEncoder.LeasesEncoder.sbeBlockLength();

    static final int ALIVE = 0;
    static final int RENEWING = 1;
    static final int EXPIRED = 2;
    static final int REVOKING = 3;

    /** What a proposal that was lost waits before it is made again. */
    static final long RETRY_NS = 1_000_000_000L;
    /** How often the time left of a longer lease is noted in the log: what a change of leaders may add to it. */
    static final long NOTE_INTERVAL_NS = 300_000_000_000L;
    /** What is said of the time of a lease whose renewal must wait for the log. */
    static final long UNDECIDED = -1;
    private static final int LOADS_PER_CYCLE = 256;
    private static final long NS_PER_MS = 1_000_000;

    private final Leases leases;
    private final long heartbeatNs;
    private final long electionTimeoutNs;
    private final LeaseClocks clocks = new LeaseClocks();
    private final KeepAlives waiting;
    private final Replies replies;
    private final LeaseTickEncoder tick = new LeaseTickEncoder();
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private boolean isLeading;
    private long term;
    private long lastNowNs;
    private long leaseNs;
    private boolean isLoading;
    private long nextToLoad;
    /** Since when an entry about leases is under way; it counts as lost after {@link #RETRY_NS}. */
    private long underWaySinceNs;
    private boolean isUnderWay;
    /** The lease that the entry under way revokes, for a client; also while this member does not lead. */
    private long revokingId = Leases.NONE;

    Lessor(final Leases leases, final MvccSettings settings, final Replies replies)
    {
        this.leases = leases;
        this.replies = replies;
        heartbeatNs = settings.heartbeatNs();
        electionTimeoutNs = settings.electionTimeoutNs();
        waiting = new KeepAlives(settings.waitingKeepAlives(), replies);
    }

    boolean isLeading()
    {
        return isLeading;
    }

    /** Every lease begins anew: with what the log says is left of it, and an election's time. */
    void onLeader(final long newTerm, final long nowNs)
    {
        onFollower();
        isLeading = true;
        term = newTerm;
        lastNowNs = nowNs;
        leaseNs = 0;
        isLoading = true;
        isUnderWay = false;
        nextToLoad = Leases.NONE;
    }

    void onFollower()
    {
        isLeading = false;
        isLoading = false;
        clocks.clear();
        waiting.refuseAll();
    }

    /** Moves every deadline: for so long the leader could not hear renewals. */
    void onStall(final long stallNs)
    {
        assert stallNs >= 0 : stallNs;
        leaseNs -= stallNs;
    }

    int doWork(final long nowNs)
    {
        if (!isLeading)
        {
            return 0;
        }
        final long passedNs = Math.max(0, nowNs - lastNowNs);
        lastNowNs = nowNs;
        leaseNs += passedNs <= heartbeatNs ? passedNs : 0;
        return (isLoading ? load() : 0) + waiting.doWork(this, leaseNs);
    }

    private int load()
    {
        int loadCount = 0;
        long id = leases.ceiling(nextToLoad);
        for (; loadCount < LOADS_PER_CYCLE && id != Leases.NONE; loadCount++)
        {
            if (clocks.find(id) == LeaseClocks.NONE)
            {
                adopt(id);
            }
            nextToLoad = id + 1;
            id = nextToLoad == Leases.NONE ? Leases.NONE : leases.ceiling(nextToLoad);
        }
        isLoading = id != Leases.NONE;
        return loadCount;
    }

    /** Takes over the lease whose record was looked up last. */
    private int adopt(final long leaseId)
    {
        final LeaseRecord record = leases.record();
        final long remainingMs = record.remainingMs();
        final int slot = clocks.add(leaseId, record.grantIndex(), record.grantedTtlMs());
        clocks.isNoted(slot, remainingMs > 0);
        final long leftNs = NS_PER_MS * (remainingMs > 0 ? remainingMs : record.grantedTtlMs());
        clocks.deadlineNs(slot, leftNs + electionTimeoutNs + heartbeatNs);
        if (leaseId == revokingId)
        {
            suspend(slot);
        }
        else
        {
            wakeInTime(slot);
        }
        return slot;
    }

    private int slotOf(final long leaseId)
    {
        final int slot = clocks.find(leaseId);
        return slot == LeaseClocks.NONE && isLoading && leases.find(leaseId) ? adopt(leaseId) : slot;
    }

    private void suspend(final int slot)
    {
        clocks.state(slot, REVOKING);
        clocks.wakeNs(slot, Long.MAX_VALUE);
    }

    private void wakeInTime(final int slot)
    {
        clocks.wakeNs(slot, Math.min(clocks.deadlineNs(slot), leaseNs + NOTE_INTERVAL_NS));
    }

    private void renew(final int slot)
    {
        clocks.state(slot, ALIVE);
        clocks.deadlineNs(slot, leaseNs + NS_PER_MS * clocks.ttlMs(slot) + heartbeatNs);
        wakeInTime(slot);
    }

    // ---- what was applied

    void onGranted(final long leaseId)
    {
        if (isLeading && leases.find(leaseId))
        {
            renew(clocks.add(leaseId, leases.record().grantIndex(), leases.record().grantedTtlMs()));
        }
    }

    /** A client's revoke has begun; the lease is there until it ends. */
    void onRevoking(final long leaseId)
    {
        revokingId = leaseId;
        final int slot = clocks.find(leaseId);
        if (slot != LeaseClocks.NONE)
        {
            suspend(slot);
        }
    }

    void onRevoked(final long leaseId, final long grantIndex)
    {
        revokingId = Leases.NONE;
        final int slot = clocks.find(leaseId);
        if (slot != LeaseClocks.NONE && clocks.grantIndex(slot) == grantIndex)
        {
            clocks.remove(slot);
            waiting.wake();
        }
    }

    /** The log says that it has its whole time again. */
    void onRenewed(final long leaseId, final long grantIndex)
    {
        final int slot = clocks.find(leaseId);
        if (slot != LeaseClocks.NONE && clocks.grantIndex(slot) == grantIndex && clocks.state(slot) == RENEWING)
        {
            clocks.isNoted(slot, false);
            renew(slot);
            leases.figures.renewed++;
            waiting.wake();
        }
    }

    /** An entry about leases of this leader's was applied, to its end. */
    void onTicked()
    {
        isUnderWay = false;
    }

    // ---- what is asked

    void keepAlive(final long sessionId, final long correlationId, final long leaseId)
    {
        if (!isLeading)
        {
            replies.error(sessionId, correlationId, ErrorCode.NOT_LEADER.number());
            return;
        }
        final long ttlMs = keepAlive(leaseId);
        if (ttlMs != UNDECIDED)
        {
            replies.lease(sessionId, correlationId, leaseId, ttlMs, ttlMs);
        }
        else if (!waiting.add(KeepAlives.ALONE, sessionId, correlationId, leaseId, leaseNs))
        {
            replies.error(sessionId, correlationId, ErrorCode.TOO_MANY_REQUESTS.number());
        }
    }

    /** Gives a lease its whole time again, or has the log say so first: that time, 0 if there is no lease, or UNDECIDED. Leader only. */
    long keepAlive(final long leaseId)
    {
        final int slot = slotOf(leaseId);
        if (slot != LeaseClocks.NONE && clocks.state(slot) == ALIVE && !clocks.isNoted(slot))
        {
            renew(slot);
            leases.figures.renewed++;
        }
        else if (slot != LeaseClocks.NONE && clocks.state(slot) == ALIVE)
        {
            clocks.state(slot, RENEWING);
            clocks.wakeNs(slot, leaseNs);
        }
        return renewedTtlMs(leaseId);
    }

    /** What a renewal that was asked for has come to, as {@link #keepAlive(long)} says it. */
    long renewedTtlMs(final long leaseId)
    {
        final int slot = slotOf(leaseId);
        if (slot == LeaseClocks.NONE)
        {
            return 0;
        }
        return clocks.state(slot) == ALIVE ? clocks.ttlMs(slot) : UNDECIDED;
    }

    /** Number for the renewals of one request. */
    long newBatch()
    {
        return waiting.newBatch();
    }

    /** A renewal of a batch waits; false if as many do as may. All of a batch are added one after the other. */
    boolean postpone(final long batch, final long sessionId, final long correlationId, final long leaseId)
    {
        return waiting.add(batch, sessionId, correlationId, leaseId, leaseNs);
    }

    /** Time left in milliseconds; 0 = it is expired, -1 = there is no such lease. */
    long remainingMs(final long leaseId)
    {
        final int slot = slotOf(leaseId);
        if (slot == LeaseClocks.NONE)
        {
            return -1;
        }
        if (clocks.state(slot) == EXPIRED)
        {
            return 0;
        }
        final long leftNs = clocks.deadlineNs(slot) - heartbeatNs - leaseNs;
        return Math.max(0, Math.min(clocks.ttlMs(slot), leftNs / NS_PER_MS));
    }

    /** Granted time in milliseconds; 0 = there is no such lease. */
    long grantedTtlMs(final long leaseId)
    {
        final int slot = slotOf(leaseId);
        return slot == LeaseClocks.NONE ? 0 : clocks.ttlMs(slot);
    }

    void onSessionClosed(final long sessionId)
    {
        waiting.remove(sessionId);
    }

    // ---- what is proposed

    /** Writes the next entry that the clock asks for: its length, or 0 if it asks for none now. */
    int proposal(final MutableDirectBuffer target)
    {
        if (!isLeading || isUnderWay && leaseNs - underWaySinceNs < RETRY_NS || !isAnyDue())
        {
            return 0;
        }
        isUnderWay = true;
        underWaySinceNs = leaseNs;
        tick.wrapAndApplyHeader(target, 0, messageHeader).term(term);
        final LeaseTickEncoder.LeasesEncoder items = tick.leasesCount(Limits.LEASES_PER_TICK_MAX);
        for (int i = 0; i < Limits.LEASES_PER_TICK_MAX && isAnyDue(); i++)
        {
            final int slot = clocks.first();
            items.next().id(clocks.id(slot)).grantIndex(clocks.grantIndex(slot)).remainingMs(onDue(slot));
        }
        items.resetCountToIndex();
        return tick.limit();
    }

    private boolean isAnyDue()
    {
        return clocks.count() > 0 && clocks.wakeNs(clocks.first()) <= leaseNs;
    }

    /** What the log shall say of a lease now; sets when to look at it again. */
    private long onDue(final int slot)
    {
        final int state = clocks.state(slot);
        assert state != REVOKING : "it is not due";
        if (state == RENEWING)
        {
            clocks.wakeNs(slot, leaseNs + RETRY_NS);
            return LeaseTickWork.WHOLE_TIME;
        }
        if (state == EXPIRED || clocks.deadlineNs(slot) <= leaseNs)
        {
            clocks.state(slot, EXPIRED);
            clocks.wakeNs(slot, leaseNs + RETRY_NS);
            return LeaseTickWork.EXPIRED;
        }
        clocks.isNoted(slot, true); // from now on the log may hold it, whatever becomes of this proposal
        wakeInTime(slot);
        return Math.max(1, (clocks.deadlineNs(slot) - heartbeatNs - leaseNs) / NS_PER_MS);
    }
}
