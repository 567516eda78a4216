package io.tourbillon.mvcc;

import io.tourbillon.codecs.ErrorCode;
import io.tourbillon.codecs.client.MessageHeaderDecoder;
import io.tourbillon.codecs.client.PutRequestDecoder;

import static io.tourbillon.codecs.MessageValidator.SOUND;

/** Applies a put: one change. */
final class PutWork implements EntryWork
{
    private final Writer writer;
    private final Leases leases;
    private final Versions versions;
    private final Compactor compactor;
    private final Replies replies;
    private final MessageHeaderDecoder messageHeader = new MessageHeaderDecoder();
    private final PutRequestDecoder request = new PutRequestDecoder();
    private final KeyRange key = new KeyRange(); // a put's key and value lie as a range's key and end do
    private boolean ignoresValue;
    private boolean ignoresLease;
    private boolean wantsPrev;
    private long lease;

    PutWork(final Writer writer, final Leases leases, final Versions versions, final Compactor compactor, final Replies replies)
    {
        this.writer = writer;
        this.leases = leases;
        this.versions = versions;
        this.compactor = compactor;
        this.replies = replies;
    }

    @Override
    public int begin(final Entry entry)
    {
        request.wrapAndApplyHeader(entry.message(), 0, messageHeader);
        ignoresValue = request.flags().ignoreValue();
        ignoresLease = request.flags().ignoreLease();
        wantsPrev = request.flags().prevKv();
        lease = request.lease();
        key.read(entry.message(), request.limit());
        final int result = TxnChecker.checkPut(key, key.endLength(), lease, ignoresValue, ignoresLease);
        if (result != SOUND)
        {
            return result;
        }
        if (lease != Leases.NONE && !leases.find(lease)) // before the key, as etcd; within a transaction it is the other way round
        {
            return ErrorCode.LEASE_NOT_FOUND.number();
        }
        return TxnPlan.checkPut(writer, leases, key, ignoresValue || ignoresLease, lease);
    }

    @Override
    public void resume(final Entry entry, final MvccHeader header)
    {
        assert entry.changes().isEmpty() : "a put makes its change in one step";
    }

    @Override
    public boolean step(final Entry entry)
    {
        key.read(entry.message(), request.limit()); // the entry may have moved since
        final boolean isLive = writer.find(key.buffer(), key.keyOffset(), key.keyLength());
        final boolean isPrevWanted = wantsPrev && entry.isAnswered();
        final boolean hasPrev = isLive && (isPrevWanted || ignoresValue) && versions.load(writer.head().modMain(), writer.head().modSub());
        final RevisionRecord prev = versions.record();
        final int valueOffset = ignoresValue ? prev.valueOffset() : key.endOffset();
        final int valueLength = ignoresValue ? prev.valueLength() : key.endLength();
        if (!writer.reserve(key.keyLength(), valueLength, compactor.pages()))
        {
            return false;
        }
        if (entry.isAnswered())
        {
            final boolean showsPrev = isPrevWanted && hasPrev;
            replies.encodePut(entry.sessionId(), entry.correlationId(), entry.changes().main(),
                showsPrev ? writer.head().modMain() : 0, showsPrev ? prev : null);
        }
        writer.put(entry.changes().main(), entry.changes().nextSub(), key.buffer(), key.keyOffset(), key.keyLength(),
            ignoresValue ? prev.bytes() : key.buffer(), valueOffset, valueLength, ignoresLease ? writer.head().lease() : lease);
        return true;
    }

    @Override
    public boolean isRemembered()
    {
        return true;
    }

    @Override
    public void answer(final Entry entry)
    {
        replies.sendPut(entry.sessionId());
    }
}
