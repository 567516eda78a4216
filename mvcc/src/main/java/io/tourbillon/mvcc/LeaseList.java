package io.tourbillon.mvcc;

import io.tourbillon.codecs.client.LeaseReplyEncoder;
import io.tourbillon.codecs.client.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/**
 * The keys that a lease holds, or the ids of all leases, being answered in parts of at most {@link Limits#PART_LENGTH_MAX} bytes. What fits
 * one slice is of one revision; a longer list is not: each element was there at some time while it was read.
 */
final class LeaseList extends LongRead
{
    private static final int ID_LENGTH = LeaseReplyEncoder.LeasesEncoder.sbeBlockLength();
    private static final int IDS_PER_PART = 2048;
    private static final int KEY_OVERHEAD = LeaseReplyEncoder.KeysEncoder.sbeBlockLength() + Integer.BYTES;

    private final Leases leases;
    private final ReplyHead head;
    private final PartSender sender;
    private final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(Limits.PART_LENGTH_MAX));
    private final MessageHeaderEncoder messageHeader = new MessageHeaderEncoder();
    private final LeaseReplyEncoder part = new LeaseReplyEncoder();
    private final UnsafeBuffer lastKey = new UnsafeBuffer(ByteBuffer.allocateDirect(Limits.KEY_LENGTH_MAX));
    private int lastKeyLength;
    private long leaseId;
    private long remainingMs;
    private long grantedTtlMs;
    private long revision;
    private long nextId;
    private boolean isJudged;
    private long judgedId;
    private boolean isFull;
    private boolean isDone;

    LeaseList(final Leases leases, final ReplyHead head, final PartSender sender)
    {
        this.leases = leases;
        this.head = head;
        this.sender = sender;
        assert IDS_PER_PART * ID_LENGTH < Limits.PART_LENGTH_MAX : "a part of ids is too long";
    }

    /** Lists the keys of a lease, or all leases if it is none. */
    void start(final long ofLease, final long leftMs, final long ttlMs, final long atRevision, final boolean isForAllEyes)
    {
        leaseId = ofLease;
        remainingMs = leftMs;
        grantedTtlMs = ttlMs;
        revision = atRevision;
        nextId = Leases.NONE;
        isJudged = isForAllEyes;
        judgedId = Leases.NONE;
        lastKeyLength = 0;
        isFull = false;
        isDone = false;
        sender.start(sessionId(), false);
    }

    /**
     * Whether the next part may be told. A lease may hold other keys than when its list began, so each part is asked for anew; before the
     * first id of a list of all leases so many leases and look-ups of their keys are gone through.
     *
     * @return {@link EntryWork#UNDECIDED}, {@code SOUND} or the number of an error.
     */
    int judge(final Guard guard, final int budget)
    {
        if (leaseId != Leases.NONE)
        {
            return isFull ? SOUND : guard.checkLeaseRead(credential(), leaseId);
        }
        final long lookUpsBefore = guard.lookUpCount();
        for (int i = 0; !isJudged; i++)
        {
            if (i + guard.lookUpCount() - lookUpsBefore >= budget)
            {
                return EntryWork.UNDECIDED;
            }
            final long id = leases.ceiling(judgedId);
            final int refusal = id == Leases.NONE ? SOUND : guard.checkLeaseRead(credential(), id);
            if (refusal != SOUND)
            {
                return refusal;
            }
            judgedId = id + 1;
            isJudged = id == Leases.NONE || judgedId == Leases.NONE;
        }
        return SOUND;
    }

    @Override
    int check(final Guard guard)
    {
        if (leaseId != Leases.NONE)
        {
            return guard.checkLeaseRead(credential(), leaseId);
        }
        final Grants reads = guard.reads(credential());
        isJudged = reads == Grants.ALL;
        judgedId = Leases.NONE;
        return reads == null ? guard.refusalUnlessUser(credential()) : SOUND;
    }

    @Override
    long lowestRevision()
    {
        return Long.MAX_VALUE;
    }

    @Override
    boolean step(final int budget)
    {
        if (!isFull)
        {
            part.wrapAndApplyHeader(buffer, 0, messageHeader);
            head.fill(part.reply(), sessionId(), correlationId(), revision);
            part.leaseId(leaseId).ttlMs(remainingMs).grantedTtlMs(grantedTtlMs);
            isDone = leaseId == Leases.NONE ? fillIds(budget) : fillKeys(budget);
            part.flags().clear().last(isDone);
            isFull = true;
        }
        isFull = !sender.send(buffer, part.limit(), isDone);
        return isDone && !isFull || sender.isGone();
    }

    private boolean fillIds(final int budget)
    {
        final LeaseReplyEncoder.LeasesEncoder ids = part.leasesCount(IDS_PER_PART);
        final int idsMax = Math.min(budget, IDS_PER_PART);
        long id = leases.ceiling(nextId);
        for (int i = 0; i < idsMax && id != Leases.NONE; i++)
        {
            ids.next().id(id);
            nextId = id + 1;
            id = nextId == Leases.NONE ? Leases.NONE : leases.ceiling(nextId);
        }
        ids.resetCountToIndex();
        part.keysCount(0);
        return id == Leases.NONE;
    }

    private boolean fillKeys(final int budget)
    {
        part.leasesCount(0);
        final LeaseReplyEncoder.KeysEncoder keys = part.keysCount(LeaseReplyEncoder.KeysEncoder.countMaxValue());
        boolean isThere = firstOrNext();
        for (int i = 0; i < budget && isThere && part.limit() + KEY_OVERHEAD + leases.keyLength() <= buffer.capacity(); i++)
        {
            lastKeyLength = leases.keyLength();
            lastKey.putBytes(0, leases.key(), 0, lastKeyLength);
            keys.next().putKey(lastKey, 0, lastKeyLength);
            isThere = leases.nextKey(leaseId);
        }
        keys.resetCountToIndex();
        return !isThere;
    }

    private boolean firstOrNext()
    {
        if (lastKeyLength == 0)
        {
            return leases.firstKey(leaseId);
        }
        leases.key(lastKey, lastKeyLength);
        return leases.nextKey(leaseId);
    }
}
