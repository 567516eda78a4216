package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.LeaseOperation;
import io.tourbillon.codecs.client.LeaseRequestDecoder;
import io.tourbillon.codecs.client.MessageHeaderDecoder;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** Applies a client's grant or revoke. A revoke deletes what the lease holds, however much, in steps; the lease itself goes last. */
final class LeaseWork implements EntryWork
{
    private final MvccHeader header;
    private final Leases leases;
    private final Lessor lessor;
    private final LeaseTtlMin ttlMin;
    private final RevokeWalk walk;
    private final Writer writer;
    private final Compactor compactor;
    private final Replies replies;
    private final int keysPerSlice;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final LeaseRequestDecoder request = new LeaseRequestDecoder();
    private boolean isGrant;
    private long leaseId;
    private long grantIndex;
    private long ttlMs;

    LeaseWork(
        final MvccHeader header, final Leases leases, final Lessor lessor, final LeaseTtlMin ttlMin, final Writer writer,
        final Compactor compactor, final Replies replies, final int keysPerSlice)
    {
        this.header = header;
        this.leases = leases;
        this.lessor = lessor;
        this.ttlMin = ttlMin;
        this.writer = writer;
        this.compactor = compactor;
        this.replies = replies;
        this.keysPerSlice = keysPerSlice;
        walk = new RevokeWalk(leases, writer, compactor);
    }

    @Override
    public int begin(final Entry entry)
    {
        request.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        final int operation = request.operationRaw();
        leaseId = request.leaseId();
        isGrant = operation == LeaseOperation.GRANT.value();
        if (isGrant)
        {
            return checkGrant(entry.index());
        }
        if (operation != LeaseOperation.REVOKE.value())
        {
            return ErrorCode.NOT_SUPPORTED.number(); // the others are reads
        }
        if (!leases.find(leaseId))
        {
            return ErrorCode.LEASE_NOT_FOUND.number();
        }
        grantIndex = leases.record().grantIndex();
        lessor.onRevoking(leaseId);
        return SOUND;
    }

    private int checkGrant(final long index)
    {
        if (request.ttlMs() > Limits.LEASE_TTL_MAX_MS)
        {
            return ErrorCode.LEASE_TTL_TOO_LARGE.number();
        }
        ttlMs = Math.max(ttlMin.ms(), request.ttlMs());
        if (leaseId == Leases.NONE)
        {
            leaseId = pick(index);
        }
        else if (leases.find(leaseId))
        {
            return ErrorCode.LEASE_EXISTS.number();
        }
        return leases.count() >= Limits.LEASES_MAX ? ErrorCode.TOO_MANY_LEASES.number() : SOUND;
    }

    /** A positive id that no lease has, the same on all members: made of the cluster's id and the entry's index. */
    private long pick(final long index)
    {
        long picked = Bytes.mix(header.clusterId(), index);
        while ((picked & Long.MAX_VALUE) == Leases.NONE || leases.find(picked & Long.MAX_VALUE))
        {
            picked = Bytes.mix(picked, index);
        }
        return picked & Long.MAX_VALUE;
    }

    @Override
    public void resume(final Entry entry, final MvccHeader state)
    {
        assert !isGrant || entry.changes().isEmpty() : "a grant is one step";
    }

    @Override
    public boolean step(final Entry entry)
    {
        return isGrant ? grant(entry) : revoke(entry);
    }

    private boolean grant(final Entry entry)
    {
        if (!writer.reserve(leases.pagesForPut() + compactor.pages()))
        {
            return false;
        }
        leases.grant(leaseId, ttlMs, entry.index());
        leases.figures.granted++;
        lessor.onGranted(leaseId);
        return true;
    }

    private boolean revoke(final Entry entry)
    {
        final int deleted = walk.step(leaseId, keysPerSlice, entry.changes());
        if (deleted < 0 || deleted == keysPerSlice || !writer.reserve(leases.pagesForRemove() + compactor.pages()))
        {
            return false;
        }
        leases.remove(leaseId);
        leases.figures.revoked++;
        lessor.onRevoked(leaseId, grantIndex);
        return true;
    }

    @Override
    public boolean isRemembered()
    {
        return true;
    }

    @Override
    public long toldBeside(final Entry entry)
    {
        return leaseId;
    }

    @Override
    public void answer(final Entry entry)
    {
        replies.lease(entry.sessionId(), entry.correlationId(), leaseId, isGrant ? ttlMs : 0, isGrant ? ttlMs : 0);
    }
}
